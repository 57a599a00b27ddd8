import { readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { Inputs } from '../../src/inputs/inputs.js';
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

test('of many files of text no first bytes stay in memory', async () => {
  const folder = await tempFolder({ 'rows.csv': Buffer.from(testCsv(200)) });
  const files = Array.from({ length: 100 }, () => ({ images: join(folder, 'rows.csv') }));
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  collect();
  const before = process.memoryUsage().arrayBuffers;
  const inputs = new Inputs(files, { network, labelled: 'ignored', digest: 'never' });
  await inputs.openAhead();
  collect();
  expect(inputs.opened).toHaveLength(100);
  // A quarter of a MiB of each, else.
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 2 ** 20);
  await inputs.close();
});
