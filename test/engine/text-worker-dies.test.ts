import {
  createReadStream,
  existsSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defer, finalize, lastValueFrom, mergeMap, take, tap } from 'rxjs';
import { afterAll, expect, test } from 'vitest';
import { ScoringPool } from '../../src/engine/pool.js';
import { SharedNetwork } from '../../src/engine/shared-network.js';
import { chooseTextSize } from '../../src/engine/sizes.js';
import { Slots } from '../../src/engine/slots.js';
import { openInputs } from '../../src/inputs/open-inputs.js';
import { accept } from '../../src/operators/accept.js';
import { batch } from '../../src/operators/batch-records.js';
import { decode } from '../../src/operators/decode.js';
import { forward } from '../../src/operators/forward.js';
import { inOrder } from '../../src/operators/in-order.js';
import { normalize } from '../../src/operators/normalize.js';
import { testCsv } from '../helpers/csv.js';
import { failAttempts, fixture, network } from '../helpers/scoring.js';

const ROWS = 600;
const SLOTS = 5;
const csv = testCsv(ROWS);
const folder = mkdtempSync(join(tmpdir(), 'digitflow-'));
const path = join(folder, 'digits.csv');
writeFileSync(path, csv);
const pools: { close(): Promise<void> }[] = [];
afterAll(async () => {
  await Promise.all(pools.map((pool) => pool.close()));
  rmSync(folder, { recursive: true });
});

/** A pool of real threads that score text, and rows to score: read by the workers, or here. */
function start(workerName: string | undefined, isReadByWorkers: boolean) {
  const workers = 2;
  const text = chooseTextSize({ workers, batchSize: 50, recordBytes: 784, bytes: csv.length });
  const shared = new SharedNetwork(network, { slotCount: SLOTS, text: { ...text, withIds: false } });
  const slots = new Slots(shared.memory.buffer, shared.layout, { text });
  const workerFile = workerName === undefined ? undefined : fixture(workerName);
  const pool = new ScoringPool(shared, slots, { workers, ...(workerFile && { workerFile }) });
  pools.push(pool);
  const images = isReadByWorkers ? path : createReadStream(path);
  const flow = defer(() => openInputs({ images }, { network })).pipe(
    mergeMap((inputs) =>
      inputs.pieces(slots).pipe(
        decode(),
        normalize(network.normalization),
        batch(slots),
        forward(pool),
        inOrder(),
        accept(inputs),
        finalize(() => inputs.close()),
      ),
    ),
  );
  return { shared, slots, flow };
}

/** Where Linux lists what a process has open. */
const OPEN_FILES = '/proc/self/fd';

function openFiles(): string[] {
  return readdirSync(OPEN_FILES).flatMap((fd) => {
    try {
      return [readlinkSync(join(OPEN_FILES, fd))];
    } catch {
      // The folder itself, which was open while it was listed.
      return [];
    }
  });
}

async function predictionsOf({ flow }: ReturnType<typeof start>): Promise<number[]> {
  const found: number[] = [];
  await lastValueFrom(flow.pipe(tap(({ predictions }) => found.push(...predictions))));
  return found;
}

test.each([
  ['exits', true],
  ['exits', false],
  ['dies-between-tasks', true],
] as const)(
  'a worker that %s while it scores text: its batch is scored again, none is missing or twice (read by workers: %s)',
  async (name, isReadByWorkers) => {
    const expected = await predictionsOf(start(undefined, isReadByWorkers));
    expect(expected).toHaveLength(ROWS);
    const dying = start(name, isReadByWorkers);
    failAttempts(dying.shared, 2);
    expect(await predictionsOf(dying)).toEqual(expected);
    const left = new Int32Array(dying.shared.memory.buffer, dying.shared.layout.control, 16)[8];
    expect(left).toBeGreaterThan(2);
  },
);

test('a subscriber that takes only some of the rows leaves no slot behind, and no open file', async () => {
  for (const isReadByWorkers of [true, false]) {
    const started = start(undefined, isReadByWorkers);
    await lastValueFrom(started.flow.pipe(take(1)));
    // What was under way is let go when its worker has answered.
    await expect.poll(() => started.slots.freeCount).toBe(SLOTS);
    // Workers have read what they were given of the file: then it is closed, too.
    if (isReadByWorkers && existsSync(OPEN_FILES)) await expect.poll(openFiles).not.toContain(path);
  }
});
