import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answering, answerRequests } from '../../pipelines/answer.js';
import { openScorer, type Scorer } from '../../src/engine/open-scorer.js';
import { ScoringPool } from '../../src/engine/pool.js';
import { SharedNetwork } from '../../src/engine/shared-network.js';
import { Slots } from '../../src/engine/slots.js';
import type { Reply, Watch } from '../../src/serving/request-queue.js';
import { testPixels } from '../helpers/mnist.js';
import { failAttempts, fixture, makeBatch, network } from '../helpers/scoring.js';

const PIXELS = testPixels();
const MOST = 2000;

/** What the network says of the first test images, scored alone, by itself. */
let expected: Pick<Reply, 'predictions' | 'confidences' | 'outputs'>;

beforeAll(async () => {
  const scorer = await openScorer(network, { workers: 0, withOutputs: true, batchSize: MOST });
  const batch = makeBatch(scorer, 0, MOST);
  await scorer.score(batch);
  const { predictions, confidences, outputs } = batch;
  expected = { predictions: predictions.slice(), confidences: confidences.slice(), outputs: outputs.slice() };
  await scorer.close();
});

function imagesFrom(first: number, count: number): Uint8Array {
  return PIXELS.slice(first * 784, (first + count) * 784);
}

/** Whether a reply is, bit for bit, what a scoring of its own gives. */
function expectOwn({ count, predictions, confidences, outputs }: Reply, first: number, asked: number): void {
  expect(count).toBe(asked);
  const end = first + count;
  expect(Buffer.from(predictions)).toEqual(Buffer.from(expected.predictions.subarray(first, end)));
  expect(Array.from(confidences)).toEqual(Array.from(expected.confidences.subarray(first, end)));
  expect(Array.from(outputs)).toEqual(Array.from(expected.outputs.subarray(first * 10, end * 10)));
}

function watching(signal: AbortSignal): Watch {
  return (leave) => signal.addEventListener('abort', () => leave(signal.reason));
}

/** Slots of a pool whose threads run a fixture, with a batch size. */
function poolOf(name: string, recordsPerSlot: number) {
  const shared = new SharedNetwork(network, { slotCount: 5, recordsPerSlot, withOutputs: true });
  const slots = new Slots(shared.memory.buffer, shared.layout);
  return { shared, scorer: new ScoringPool(shared, slots, { workers: 2, workerFile: fixture(name) }) };
}

describe.each([0, 2])('with %i workers', (workers) => {
  const open = new Set<Answering>();
  let small: Answering;
  let large: Answering;
  beforeAll(async () => {
    const scorer = (batchSize: number): Promise<Scorer> =>
      openScorer(network, { workers, withOutputs: true, batchSize });
    small = answerRequests(network, await scorer(7), { maxWaitMs: 1 });
    large = answerRequests(network, await scorer(300), { maxWaitMs: 1 });
    open.add(small).add(large);
  });
  afterAll(async () => {
    for (const answering of open) await answering.close();
  });

  test('each reply is what a scoring of its own gives, whatever comes at the same time', async () => {
    const request = fc.record({
      first: fc.integer({ min: 0, max: MOST - 1 }),
      count: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 700 })),
      turns: fc.integer({ min: 0, max: 5 }),
      leaves: fc.option(fc.integer({ min: 0, max: 6 }), { nil: null, freq: 4 }),
      isSmall: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 40 }), async (requests) => {
        let replies = 0;
        const ask = async ({ first, count, turns, leaves, isSmall }: (typeof requests)[number]) => {
          await afterTurns(turns);
          const asked = Math.min(count, MOST - first);
          const leaving = new AbortController();
          const reply = (isSmall ? small : large).ask(imagesFrom(first, asked), watching(leaving.signal));
          if (leaves !== null) void afterTurns(leaves).then(() => leaving.abort(new Error('left')));
          try {
            expectOwn(await reply, first, asked);
          } catch (error) {
            if (leaves === null || error !== leaving.signal.reason) throw error;
          }
          replies++;
        };
        await Promise.all(requests.map(ask));
        expect(replies).toBe(requests.length);
        expect([small.waiting, large.waiting]).toEqual([0, 0]);
      }),
      { numRuns: 60 },
    );
  });

  test('what was asked before it is closed is answered, what is asked after is refused', async () => {
    const scorer = await openScorer(network, { workers, withOutputs: true, batchSize: 50 });
    const answering = answerRequests(network, scorer);
    const replies = [3, 400, 1].map((count) => answering.ask(imagesFrom(10, count)));
    const closed = answering.close();
    await expect(answering.ask(imagesFrom(0, 1))).rejects.toMatchObject({ code: 'POOL_CLOSED' });
    for (const [at, reply] of (await Promise.all(replies)).entries()) expectOwn(reply, 10, [3, 400, 1][at]);
    await closed;
  });

  test('beyond so many images a request is refused; one that leaves frees its place at once', async () => {
    const scorer = await openScorer(network, { workers, withOutputs: true, batchSize: 50 });
    const answering = answerRequests(network, scorer, { mostWaiting: 500 });
    const leaving = new AbortController();
    const left = answering.ask(imagesFrom(0, 600), watching(leaving.signal));
    const refused = answering.ask(imagesFrom(0, 1));
    await expect(refused).rejects.toMatchObject({
      code: 'QUEUE_FULL',
      message: 'expected at most 500 images in line, found 600; try again later',
    });
    const again = answering.ask(imagesFrom(0, 600), watching(leaving.signal));
    leaving.abort(new Error('left'));
    expect(answering.waiting).toBe(0);
    const next = answering.ask(imagesFrom(5, 3));
    await expect(left).rejects.toThrow('left');
    await expect(again).rejects.toThrow();
    expectOwn(await next, 5, 3);
    await answering.close();
  });
});

async function afterTurns(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
}

describe('a worker that dies', () => {
  test.each(['exits', 'throws'])('costs no request: %s', async (name) => {
    const { shared, scorer } = poolOf(name, 50);
    failAttempts(shared, 2);
    const answering = answerRequests(network, scorer);
    const counts = [1, 70, 3, 200, 12];
    const replies = await Promise.all(counts.map((count) => answering.ask(imagesFrom(100, count))));
    for (const [at, reply] of replies.entries()) expectOwn(reply, 100, counts[at]);
    await answering.close();
  });

  test('again and again costs those in its batch, and no other', async () => {
    const { shared, scorer } = poolOf('throws', 50);
    failAttempts(shared, 3);
    const answering = answerRequests(network, scorer);
    // The first batch is given up before the second one begins.
    await expect(answering.ask(imagesFrom(0, 20))).rejects.toMatchObject({ code: 'WORKER_FAILED' });
    expectOwn(await answering.ask(imagesFrom(0, 120)), 0, 120);
    await answering.close();
  });
});

test('a fault of its own is told to all that wait, and to who asks later', async () => {
  const scorer = await openScorer(network, { workers: 0, withOutputs: true });
  const fault = new RangeError('a fault');
  const observer = {
    batch: () => {
      throw fault;
    },
    reply: () => {},
  };
  const answering = answerRequests(network, scorer, { observer });
  const replies = await Promise.allSettled([1, 2].map((count) => answering.ask(imagesFrom(0, count))));
  for (const reply of replies) expect(reply).toEqual({ status: 'rejected', reason: fault });
  await expect(answering.ask(imagesFrom(0, 1))).rejects.toMatchObject({ code: 'POOL_CLOSED' });
  await expect(answering.ended).rejects.toBe(fault);
});
