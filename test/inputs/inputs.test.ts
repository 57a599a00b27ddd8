import { readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { lastValueFrom, mergeMap, toArray } from 'rxjs';
import { expect, test } from 'vitest';
import { evaluate } from '../../pipelines/evaluate.js';
import { score } from '../../pipelines/score.js';
import { SharedNetwork } from '../../src/engine/shared-network.js';
import { Slots } from '../../src/engine/slots.js';
import { Inputs } from '../../src/inputs/inputs.js';
import { openInputs } from '../../src/inputs/open-inputs.js';
import { npyBytes } from '../formats/npy-bytes.js';
import { testCsv } from '../helpers/csv.js';
import { testPixels } from '../helpers/mnist.js';
import { network } from '../helpers/scoring.js';
import { idxBytes, labelsIdx } from './idx-bytes.js';
import { tempFolder } from './temp-folder.js';

const pixels = testPixels().subarray(0, 784);

/** What this process has open in a folder. */
function openFiles(folder: string): string[] {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith(folder);
    } catch {
      return false;
    }
  });
}

test.each([
  ['x-images-idx3-ubyte', Buffer.from(idxBytes(0x08, [1, 28, 28], pixels))],
  ['x-images-idx3-ubyte.gz', gzipSync(idxBytes(0x08, [1, 28, 28], pixels))],
  ['x.npy', Buffer.from(npyBytes({ shape: [1, 784], data: pixels }))],
  ['rows.csv', Buffer.from(testCsv(1))],
])('inputs that are closed while they are opened leave no file open: %s', async (name, bytes) => {
  const labels = Buffer.from(labelsIdx([7]));
  const folder = await tempFolder({ [name]: bytes, 'x-labels-idx1-ubyte': labels, 'y.npy': labels });
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
    await expect.poll(() => openFiles(folder), { message: `after ${turns} turns` }).toEqual([]);
  }
});

test('labelled inputs are read after they were looked at, however many', async () => {
  const folder = await tempFolder({
    'a-images': Buffer.from(idxBytes(0x08, [2, 28, 28], testPixels().subarray(0, 2 * 784))),
    'a-labels': Buffer.from(labelsIdx([7, 2])),
    'b-images': Buffer.from(idxBytes(0x08, [1, 28, 28], pixels)),
    'b-labels': Buffer.from(labelsIdx([7])),
  });
  const at = (name: string) => join(folder, name);
  const files = ['a', 'b'].map((name) => ({ images: at(`${name}-images`), labels: at(`${name}-labels`) }));
  const inputs = new Inputs(files, { network });
  expect(await inputs.look()).toMatchObject({ isText: false, records: 3 });
  const shared = new SharedNetwork(network, { slotCount: 1, recordsPerSlot: 10 });
  const pieces = inputs.pieces(new Slots(shared.memory.buffer, shared.layout));
  // A view, which holds until the next piece.
  const labels = pieces.pipe(mergeMap((piece) => Array.from(piece.labels ?? [])));
  expect(await lastValueFrom(labels.pipe(toArray()))).toEqual([7, 2, 7]);
  await inputs.close();
});

test('an abort as an input is opened leaves no file open', async () => {
  const name = 'x-images-idx3-ubyte';
  const folder = await tempFolder({
    [name]: Buffer.from(idxBytes(0x08, [1, 28, 28], pixels)),
    'x-labels-idx1-ubyte': Buffer.from(labelsIdx([7])),
  });
  const controller = new AbortController();
  const options = { signal: controller.signal, onOpened: () => controller.abort(new Error('enough')) };
  await expect(evaluate({ images: join(folder, name), ...options })).rejects.toThrow('enough');
  await expect.poll(() => openFiles(folder)).toEqual([]);
});

test('a stream whose turn never comes is let go', async () => {
  const later = Readable.from([Buffer.from(testCsv(1))]);
  const run = score({ inputs: [Readable.from([Buffer.from('\x89PNG', 'latin1')]), later], write: () => {} });
  await expect(run).rejects.toMatchObject({ code: 'CSV_BINARY' });
  await expect.poll(() => later.destroyed).toBe(true);
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
  expect(inputs.opened).toHaveLength(100);
  const held = () => {
    collect();
    return process.memoryUsage().arrayBuffers - before;
  };
  // A quarter of a MiB of each, else. V8 may count what it has collected for a while.
  await expect.poll(held).toBeLessThan(8 * 2 ** 20);
  await inputs.close();
});
