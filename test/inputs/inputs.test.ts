import { readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { openInputs } from '../../src/inputs/open-inputs.js';
import { npyBytes } from '../formats/npy-bytes.js';
import { testCsv } from '../helpers/csv.js';
import { testPixels } from '../helpers/mnist.js';
import { network } from '../helpers/scoring.js';
import { idxBytes, labelsIdx } from './idx-bytes.js';
import { tempFolder } from './temp-folder.js';

const pixels = testPixels().subarray(0, 784);

test.each([
  ['x-images-idx3-ubyte', Buffer.from(idxBytes(0x08, [1, 28, 28], pixels))],
  ['x-images-idx3-ubyte.gz', gzipSync(idxBytes(0x08, [1, 28, 28], pixels))],
  ['x.npy', Buffer.from(npyBytes({ shape: [1, 784], data: pixels }))],
  ['rows.csv', Buffer.from(testCsv(1))],
])('inputs that are closed while they are opened leave no file open: %s', async (name, bytes) => {
  const labels = Buffer.from(labelsIdx([7]));
  const folder = await tempFolder({ [name]: bytes, 'x-labels-idx1-ubyte': labels, 'y.npy': labels });
  const openFiles = () =>
    readdirSync('/proc/self/fd').filter((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`).startsWith(folder);
      } catch {
        return false;
      }
    });
  for (let turns = 0; turns < 12; turns++) {
    const inputs = await openInputs({ images: join(folder, name) }, { network });
    const opened = inputs
      .look()
      .then(() => inputs.open())
      .catch(() => null);
    for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
    await inputs.close();
    await opened;
    // What was being read ahead ends by itself.
    await expect.poll(openFiles, { interval: 5, message: `after ${turns} turns` }).toEqual([]);
  }
});
