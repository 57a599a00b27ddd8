import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ScoreStreamOptions, scoreStream, scoreStreamOn } from '../../pipelines/score-stream.js';
import { type Model, openModel } from '../../src/inputs/models/open-model.js';
import type { Normalization } from '../../src/network/normalization.js';
import { RowScorers } from '../../src/serving/row-scorers.js';
import { digitsCsv } from '../helpers/digits-csv.js';
import { testPixels } from '../helpers/mnist.js';

const model = openModel('sigmoid');
const TEXT = { isText: true };

test('a scorer that was given back is lent again, for its own kind, and none to two at a time', async () => {
  const scorers = new RowScorers(model.network);
  const first = await scorers.open(model.network, TEXT);
  const second = await scorers.open(model.network, TEXT);
  expect(second.slots).not.toBe(first.slots);
  await first.close();
  await first.close();
  const pixels = await scorers.open(model.network, { isText: false });
  expect(pixels.slots.text).toBeNull();
  const again = await scorers.open(model.network, TEXT);
  expect(again.slots).toBe(first.slots);
  const third = await scorers.open(model.network, TEXT);
  expect(third.slots).not.toBe(first.slots);
});

test('a scorer whose slots are not back, or that failed, is not lent again; nor any after the end', async () => {
  const scorers = new RowScorers(model.network);
  const open = () => scorers.open(model.network, TEXT);
  const late = await open();
  const slot = late.slots.take();
  late.stop();
  await late.close();
  const other = await open();
  expect(other.slots).not.toBe(late.slots);
  late.slots.give(slot);
  const back = await open();
  expect(back.slots).toBe(late.slots);
  // The kernel is given a batch that it cannot take.
  await expect(back.score({ normalization: model.network.normalization } as never)).rejects.toThrow();
  await back.close();
  const fresh = await open();
  expect(fresh.slots).not.toBe(back.slots);
  await fresh.close();
  await expect(fresh.score({} as never)).rejects.toMatchObject({ code: 'POOL_CLOSED' });
  scorers.close();
  expect((await open()).slots).not.toBe(fresh.slots);
});

/** What one sender sends, and how it ends. */
interface Sent {
  readonly format: 'csv' | 'idx';
  readonly first: number;
  readonly count: number;
  readonly piece: number;
  readonly badAt: number | null;
  readonly leavesAfter: number | null;
  readonly options: ScoreStreamOptions;
}

const sent: fc.Arbitrary<Sent> = fc.record({
  format: fc.constantFrom('csv', 'csv', 'idx'),
  first: fc.nat(5000),
  count: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 900 })),
  piece: fc.integer({ min: 200, max: 300_000 }),
  badAt: fc.option(fc.nat(900), { freq: 3 }),
  leavesAfter: fc.option(fc.integer({ min: 0, max: 3 }), { freq: 3 }),
  options: fc.record({
    probabilities: fc.boolean(),
    top: fc.constantFrom(0, 0, 3),
    onBadRow: fc.constantFrom('fail', 'skip'),
    normalization: fc.constantFrom(undefined, (own: Normalization) => ({ ...own, transposed: true })),
    reading: fc.constantFrom({}, { id: 0, label: 'none' }),
  }) as fc.Arbitrary<ScoreStreamOptions>,
});

function bodyOf({ format, first, count, badAt }: Sent): Buffer {
  if (format === 'csv') {
    const rows = digitsCsv({ count, first, header: true }).split('\n');
    if (badAt !== null) rows.splice(Math.min(badAt, count) + 1, 0, `5,${'300,'.repeat(783)}x`);
    return Buffer.from(rows.join('\n'));
  }
  const head = Buffer.from([...[0, 0, 8, 3], ...[0, 0, 0, 0], ...[0, 0, 0, 28], ...[0, 0, 0, 28]]);
  head.writeUInt32BE(count + (badAt === null ? 0 : 1), 4);
  return Buffer.concat([head, testPixels().subarray(first * 784, (first + count) * 784)]);
}

/** All that comes out, and the error at the end; of who leaves only what came before. */
async function run(each: Sent, pooled: RowScorers | undefined, { network, sha256 }: Model): Promise<string> {
  const { format, piece, leavesAfter, options: all } = each;
  const { reading, ...others } = all;
  const options: ScoreStreamOptions = {
    ...{ output: 'ndjson', workers: 0, model: { name: 'sigmoid', network, sha256 } },
    ...(format === 'csv' ? { ...others, reading } : others),
  };
  const stream = pooled === undefined ? scoreStream(options) : scoreStreamOn(options, pooled.open);
  const body = bodyOf(each);
  const send = async () => {
    let pieces = 0;
    for (let at = 0; at < body.length; at += piece) {
      if (pooled !== undefined && pieces++ === leavesAfter) stream.destroy(new Error('left'));
      if (stream.destroyed) return;
      await new Promise<void>((resolve) => {
        stream.once('close', resolve);
        stream.write(body.subarray(at, at + piece), () => {
          stream.off('close', resolve);
          resolve();
        });
      });
    }
    stream.end();
  };
  const sending = send();
  let text = '';
  try {
    for await (const part of stream) text += part;
  } catch (error) {
    text += `!${(error as Error).message}`;
  }
  await sending;
  return text;
}

test('streams at the same time, one after the other on the same scorers, give what each gives alone', async () => {
  const scorers = new RowScorers(model.network);
  await fc.assert(
    fc.asyncProperty(fc.array(sent, { minLength: 1, maxLength: 4 }), async (all) => {
      const expected: string[] = [];
      for (const each of all) expected.push(await run(each, undefined, model));
      const found = await Promise.all(all.map((each) => run(each, scorers, model)));
      for (const [i, text] of found.entries()) {
        const wasLeft = text.endsWith('!left');
        if (wasLeft) expect(expected[i].startsWith(text.slice(0, -'!left'.length))).toBe(true);
        else expect(text).toBe(expected[i]);
      }
    }),
    { numRuns: Number(process.env.DIGITFLOW_STREAMS ?? 30) },
  );
});
