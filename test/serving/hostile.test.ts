import { once } from 'node:events';
import { connect } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { npyBytes } from '../formats/npy-bytes.js';
import { digitsCsv } from '../helpers/digits-csv.js';
import { testPixels } from '../helpers/mnist.js';
import { pngOf } from '../helpers/png-files.js';
import { idxBytes } from '../inputs/idx-bytes.js';
import { ask, chunked, head, responseOf, sendAndEnd, serving, statusesOf } from './serving.js';

const INFER = '/v2/models/sigmoid/infer';
const PIXELS = testPixels().subarray(0, 2 * 784);
const RUNS = Number(process.env.DIGITFLOW_MUTATIONS ?? 60);
/** More than streams of rows may be open, or images wait to be explained, at a time: some are told to come again. */
const MOST_AT_A_TIME = 20;

const whole = (method: string, path: string, body: string | Uint8Array, fields: object = {}): Buffer => {
  const lengths = 'transfer-encoding' in fields ? {} : { 'content-length': Buffer.byteLength(body) };
  return Buffer.concat([Buffer.from(head(method, path, { ...lengths, ...fields })), Buffer.from(body)]);
};
const tensor = { name: 'pixels', shape: [2, 784], datatype: 'UINT8' };
const said = JSON.stringify({ inputs: [{ ...tensor, parameters: { binary_data_size: PIXELS.length } }] });
const binary = Buffer.concat([Buffer.from(said), PIXELS]);
const json = JSON.stringify({ inputs: [{ ...tensor, data: Array.from(PIXELS) }] });
const csv = digitsCsv({ count: 3 });
const png = pngOf(PIXELS.subarray(0, 784));
const isJson = { 'inference-header-content-length': said.length };
const inChunks = { 'transfer-encoding': 'chunked' };
const kept = { connection: 'keep-alive' };
const REQUESTS: readonly Buffer[] = [
  whole('POST', INFER, json),
  whole('POST', INFER, binary, isJson),
  whole('POST', INFER, chunked(binary, 300), { ...isJson, ...inChunks }),
  whole('POST', '/predict', png),
  whole('POST', '/predict', csv),
  whole('POST', '/predict', chunked(csv, 100), inChunks),
  whole('POST', '/predict?top=3&probabilities=true&label=first', csv),
  whole('POST', '/predict', idxBytes(0x08, [2, 28, 28], PIXELS)),
  whole('POST', '/predict', npyBytes({ descr: '|u1', shape: [2, 28, 28], data: PIXELS })),
  whole('POST', '/explain', png),
  Buffer.concat([
    whole('POST', INFER, json, kept),
    whole('POST', '/predict', csv, kept),
    whole('GET', '/v2', ''),
  ]),
  Buffer.concat([
    whole('POST', '/predict', csv, kept),
    whole('POST', INFER, json, kept),
    whole('POST', INFER, json),
  ]),
];

/** Where it is done, as a part of all or of the first bytes, where most of what matters is; and what. */
interface Mutation {
  readonly at: number;
  readonly isEarly: boolean;
  readonly length: number;
  readonly put: string;
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.double({ min: 0, max: 0.999, noNaN: true }),
  isEarly: fc.integer({ min: 0, max: 4 }).map((n) => n > 0),
  // Mostly a byte or so; or all that follows.
  length: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 500 }), fc.constant(1e9)),
  put: fc.oneof(
    fc.constantFrom(
      '',
      '-9',
      '9',
      '\r\n',
      '\r\n\r\n',
      ' ',
      '{',
      '[',
      '"',
      '\0',
      'chunked',
      '99999',
      'GET /v2 HTTP/1.1\r\n',
    ),
    fc.string({ unit: 'binary', maxLength: 4 }),
  ),
});
const sent = fc.record({
  of: fc.nat(REQUESTS.length - 1),
  mutations: fc.array(mutation, { minLength: 1, maxLength: 4 }),
  leaves: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
});

function mutate(request: Buffer, mutations: readonly Mutation[]): Buffer {
  return mutations.reduce((bytes, { at, isEarly, length, put }) => {
    const from = Math.floor(at * (isEarly ? Math.min(400, bytes.length) : bytes.length));
    return Buffer.concat([
      bytes.subarray(0, from),
      Buffer.from(put, 'latin1'),
      bytes.subarray(from + length),
    ]);
  }, request);
}

describe('whatever is sent', () => {
  const { port } = serving({ bodyTimeoutMs: 60_000 });

  /** Leaves as soon as there is an answer, or before. */
  async function sendAndLeave(bytes: Buffer): Promise<void> {
    const socket = connect(await port, '127.0.0.1').on('error', () => {});
    socket.end(bytes);
    await once(socket, 'connect');
    socket.resetAndDestroy();
  }

  async function expectAnswer(bytes: Buffer): Promise<void> {
    const received = await sendAndEnd(await port, bytes);
    const [status] = statusesOf(received).filter((each) => each !== 100);
    // To who sends nothing, or empty lines alone, there is nothing to say.
    if (status === undefined && /^[\r\n]*$/.test(bytes.toString('latin1'))) return;
    if (status === 200) return;
    const { headers, body } = responseOf(Buffer.from(received, 'latin1'));
    if (status === 503) {
      expect(received).toMatch(/\r\nretry-after: 1\r\n/);
      return;
    }
    expect({ status, type: headers['content-type'] }).toEqual({
      status: expect.toSatisfy((each) => each >= 400 && each < 500),
      type: 'application/json',
    });
    // A HEAD has none.
    if (body.length > 0) expect(body.toString()).toMatch(/^\{"error":"[^\n]+"\}\n/);
  }

  test('is answered by a 4xx in one line of JSON, or rightly, and nothing of it stays', async () => {
    const all = fc.array(sent, { minLength: 1, maxLength: MOST_AT_A_TIME });
    await fc.assert(
      fc.asyncProperty(all, async (requests) => {
        const each = requests.map(({ of, mutations, leaves }) => {
          const bytes = mutate(REQUESTS[of], mutations);
          return leaves ? sendAndLeave(bytes) : expectAnswer(bytes);
        });
        await Promise.all(each);
      }),
      { numRuns: RUNS },
    );
    const gauges = async () => {
      const text = (await ask(await port, 'GET', '/metrics')).body.toString();
      return text.match(/^digitflow_(body_bytes|waiting_images|connections) \d+$/gm);
    };
    const none = ['digitflow_waiting_images 0', 'digitflow_connections 1', 'digitflow_body_bytes 0'];
    await vi.waitUntil(async () => `${await gauges()}` === `${none}`, { timeout: 60_000 });
    for (const request of REQUESTS) {
      const received = await sendAndEnd(await port, request);
      expect(new Set(statusesOf(received))).toEqual(new Set([200]));
    }
  });
});
