import { describe, expect, test } from 'vitest';
import { Batch } from '../../src/engine/batch.js';
import { layoutMemory } from '../../src/engine/layout.js';
import { openScorer } from '../../src/engine/open-scorer.js';
import { chooseTextSize } from '../../src/engine/sizes.js';
import { Slots } from '../../src/engine/slots.js';
import { DigitflowError } from '../../src/errors.js';
import {
  heldFile,
  placeAt,
  TINY_DIALECT,
  testReading,
  tinyNetwork,
  tinyReading,
  tinyRecords,
  tinySlots,
  tinyText,
} from '../helpers/records.js';
import { makeBatch, network } from '../helpers/scoring.js';

function makeSlots(slotCount: number): Slots {
  const layout = layoutMemory(network, { slotCount, recordsPerSlot: 100 });
  return new Slots(new SharedArrayBuffer(layout.bytes), layout);
}

/** Slots for rows of a label and 2 x 2 pixels. */
function textSlots() {
  const text = chooseTextSize({ recordBytes: 4, workers: 0 });
  const layout = layoutMemory(tinyNetwork, { slotCount: 2, text: { ...text, withIds: false } });
  return { slots: new Slots(new SharedArrayBuffer(layout.bytes), layout, { text }) };
}

describe('a batch', () => {
  test('gives its slot back when the last holder lets go', () => {
    const slots = makeSlots(1);
    const batch = makeBatch({ slots });
    batch.retain();
    batch.release();
    expect(slots.freeCount).toBe(0);
    batch.release();
    expect(slots.freeCount).toBe(1);
  });

  test('is of no use after that, and says which records it was', () => {
    const batch = makeBatch({ slots: makeSlots(1) }, 300);
    batch.release();
    const released = expect.objectContaining({
      code: 'BATCH_RELEASED',
      message: expect.stringContaining('300 to 399'),
    });
    expect(() => batch.predictions).toThrowError(released);
    expect(() => batch.retain()).toThrowError(released);
    expect(() => batch.release()).toThrowError(released);
  });

  test('shows as many records as were appended, of each array', () => {
    const batch = makeBatch({ slots: makeSlots(1) }, 0, 37);
    const lengths = [batch.pixels, batch.labels, batch.predictions, batch.confidences, batch.losses];
    expect(lengths.map((array) => array?.length)).toEqual([37 * 784, 37, 37, 37, 37]);
    expect(batch.outputs).toHaveLength(0);
  });

  test('takes one reading at a time, and only as many records as fit', () => {
    const slots = tinySlots(1, 4);
    const batch = new Batch(slots, tinyRecords(0, 3));
    expect(batch.append(tinyRecords(0, 3))).toBeUndefined();
    expect(batch.isContinuedBy(tinyRecords(3, 3))).toBe(true);
    expect(batch.isContinuedBy(tinyRecords(3, 3, testReading()))).toBe(false);
    expect(batch.isContinuedBy(tinyText(''))).toBe(false);
    expect(batch.append(tinyRecords(3, 3))).toMatchObject({
      first: 4,
      count: 2,
      labels: Uint8Array.of(1, 2),
    });
    expect(batch.isFull).toBe(true);
    expect(batch.title).toBe('records 0 to 3');
  });

  test('takes no slot for text where those are for pixels, and says what to do', () => {
    const slots = tinySlots(1, 4);
    expect(() => new Batch(slots, tinyText('0,1,2,3,4\n'))).toThrowError(
      expect.objectContaining({ code: 'USAGE', message: expect.stringContaining('inputs.look()') }),
    );
    expect(slots.freeCount).toBe(1);
  });
});

describe('a batch with a fault', () => {
  const fault = new DigitflowError('GZIP_BROKEN', 'x: broken');

  test('and no records is full at once, scores nothing and raises it', async () => {
    const { slots, score, close } = await openScorer(tinyNetwork, { workers: 0, batchSize: 4 }).then(
      (scorer) => ({
        slots: scorer.slots,
        score: (batch: Batch) => scorer.score(batch),
        close: () => scorer.close(),
      }),
    );
    const records = { ...tinyRecords(5, 0), labels: null, fault };
    const batch = new Batch(slots, records);
    expect(batch.append(records)).toBeUndefined();
    expect(batch.isFull).toBe(true);
    await score(batch);
    expect(batch).toMatchObject({
      first: 5,
      count: 0,
      byteCount: 0,
      endBytes: 20,
      fault,
      labels: null,
      rejects: [],
    });
    const arrays = [
      batch.pixels,
      batch.predictions,
      batch.confidences,
      batch.losses,
      batch.ids,
      batch.idEnds,
    ];
    expect(arrays.map(({ length }) => length)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(() => batch.check(0)).not.toThrow();
    expect(() => batch.check(1)).toThrow(fault);
    expect(() => batch.check()).toThrow(fault);
    batch.release();
    expect(slots.freeCount).toBe(slots.count);
    await close();
  });

  test('after its records keeps those, and takes no more', () => {
    const slots = tinySlots(1, 4);
    const batch = new Batch(slots, tinyRecords(0, 3));
    batch.append(tinyRecords(0, 3));
    batch.append({ ...tinyRecords(3, 0), labels: null, fault });
    batch.take({ records: 3, rejects: 0, lines: 0 });
    expect(batch).toMatchObject({ isFull: true, count: 3, fault });
    expect(() => batch.check(3)).not.toThrow();
    expect(() => batch.check(4)).toThrow(fault);
  });

  test('has no records where its worker could not read them', () => {
    const slots = tinySlots(1, 4);
    const extent = { fd: 7, position: 16, name: 'x' };
    const file = heldFile(7);
    const records = {
      ...tinyRecords(8, 3),
      pixels: slots.room(tinyReading).subarray(0, 12),
      extent: { ...extent, file, truncated: 'IDX_TRUNCATED' as const },
    };
    const batch = new Batch(slots, records);
    batch.append(records);
    expect(batch.task).toEqual({ slot: 0, count: 3, hasLabels: true, extent });
    expect(() => batch.pixels).toThrowError(expect.objectContaining({ code: 'USAGE' }));
    batch.take({ readError: 'EIO' });
    expect(batch).toMatchObject({
      count: 0,
      endBytes: 8 * 4,
      fault: { code: 'INPUT_READ', message: 'x: records 8 to 10: could not be read (EIO); check the disk' },
    });
    expect(file.holders).toBe(1);
    batch.release();
    expect(file.holders).toBe(0);
  });

  test('of rows of text is said to be where they ended, once that is known', () => {
    const { slots } = textSlots();
    const reading = testReading({ dialect: TINY_DIALECT, storedBytes: 0 });
    const records = tinyText('', { reading, fault: new DigitflowError('GZIP_BROKEN', 'x: broken') });
    const batch = new Batch(slots, records);
    batch.append(records);
    batch.take({ records: 0, rejects: 0, lines: 0 });
    expect(batch.isFull).toBe(true);
    expect(batch.fault?.message).toBe('x: broken');
    batch.place = placeAt(7);
    expect(batch.fault).toMatchObject({ code: 'GZIP_BROKEN', message: 'x: after line 7: broken' });
  });
});

describe('a batch of text', () => {
  test('goes on only with the rows that follow it in its reading', () => {
    const { slots } = textSlots();
    const reading = testReading({ dialect: TINY_DIALECT, storedBytes: 0 });
    const first = tinyText('0,1,2,3,4\n', { reading, position: 30 });
    const batch = new Batch(slots, first);
    batch.append(first);
    expect(batch.title).toBe('x: bytes 30 to 39');
    expect(batch.isContinuedBy(tinyText('1', { reading, position: 40 }))).toBe(true);
    expect(batch.isContinuedBy(tinyText('1', { reading, position: 41 }))).toBe(false);
    expect(batch.isContinuedBy(tinyText('1', { position: 40 }))).toBe(false);
    expect(batch.isContinuedBy(tinyRecords(1, 1))).toBe(false);
    batch.append(tinyText('1', { reading, position: 40, endsBatch: true }));
    expect(batch).toMatchObject({ isFull: true, byteCount: 11, endBytes: 41 });
  });

  test('does not know its place before accept, and shows no row after its release', () => {
    const { slots } = textSlots();
    const records = tinyText('0,1,2,3,4\n');
    const batch = new Batch(slots, records);
    batch.append(records);
    batch.take({ records: 1, rejects: 0, lines: 1 });
    const usage = expect.objectContaining({ code: 'USAGE' });
    expect(() => batch.first).toThrowError(usage);
    expect(() => batch.check()).toThrowError(usage);
    batch.place = placeAt(3);
    expect(batch.first).toBe(3);
    expect([...batch.pixelsOf(0)]).toEqual([1, 2, 3, 4]);
    batch.release();
    const released = expect.objectContaining({ code: 'BATCH_RELEASED' });
    for (const look of [() => batch.rejects, () => batch.check(), () => batch.pixelsOf(0)])
      expect(look).toThrowError(released);
  });

  test('holds the file of its stretch until its last holder lets go', () => {
    const { slots } = textSlots();
    let holders = 1;
    const file = {
      ...{ fd: 7, sizeBytes: 100, byteAt: () => undefined },
      retain: () => holders++,
      release: () => holders--,
    };
    const place = { fd: 7, position: 0, name: 'x', isAtRow: true, fileBytes: 100, takesLast: true };
    const records = tinyText('', { stretch: { ...place, byteCount: 50, file } });
    const batch = new Batch(slots, records);
    batch.append(records);
    expect(batch).toMatchObject({ isFull: true, byteCount: 50, task: { stretch: place } });
    batch.retain();
    batch.release();
    expect(holders).toBe(2);
    batch.release();
    expect(holders).toBe(1);
  });

  test('that was left in the middle ends there, so that a later run goes on with what was left', async () => {
    const scorer = await openScorer(tinyNetwork, { workers: 0, isText: true });
    const good = '0,1,2,3,4\n';
    const garbage = 'x\n'.repeat(60_000);
    const records = tinyText(good + garbage, { position: 1000 });
    const batch = new Batch(scorer.slots, records);
    batch.append(records);
    await scorer.score(batch);
    const { rejects } = batch.scored;
    expect(batch.fault).toMatchObject({
      code: 'CSV_GARBAGE',
      message: expect.stringContaining(`${rejects} bad`),
    });
    expect(rejects).toBeLessThan(60_000);
    expect(batch.endBytes).toBe(1000 + good.length + 2 * rejects);
    batch.take({ records: 1, rejects: 0, lines: 1, rowTooLongAt: 1010 });
    expect(batch).toMatchObject({ endBytes: 1010, fault: { code: 'CSV_ROW_TOO_LONG' } });
    batch.release();
    await scorer.close();
  });
});
