import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, expect, test, vi } from 'vitest';
import { DigitflowError } from '../../src/errors.js';
import { createRandom } from '../../src/network/random.js';
import { faultOf } from '../../src/serving/request-fault.js';
import { testPixels } from '../helpers/mnist.js';
import { ask, chunked, exchange, head, json, responseOf, serving } from './serving.js';

const INFER = '/v2/models/sigmoid/infer';
const PIXELS = testPixels();
const PICTURE = JSON.stringify({
  inputs: [{ name: 'pixels', shape: [1, 784], datatype: 'UINT8', data: Array.from(PIXELS.subarray(0, 784)) }],
});
const MIB = 2 ** 20;

/** A request with the bytes of so many images. */
function binary(
  count: number,
  first = 0,
): { readonly body: Buffer; readonly headers: Record<string, number> } {
  const parameters = { binary_data_size: count * 784 };
  const said = JSON.stringify({
    inputs: [{ name: 'pixels', shape: [count, 784], datatype: 'UINT8', parameters }],
    outputs: [{ name: 'label' }],
  });
  const body = Buffer.concat([Buffer.from(said), PIXELS.subarray(first * 784, (first + count) * 784)]);
  return { body, headers: { 'inference-header-content-length': said.length } };
}

interface Inferred {
  readonly outputs: readonly { readonly data: readonly string[] }[];
}

describe('bodies', () => {
  const { port } = serving({ bodyBytes: 4 * MIB });

  test('in chunks of any size are read whole', async () => {
    const { body, headers } = binary(4000);
    expect(body.length).toBeGreaterThan(3 * MIB - 2 ** 16);
    const whole = json(await ask(await port, 'POST', INFER, body, headers));
    for (const size of [1000, 65_536, 3 * MIB]) {
      const request = head('POST', INFER, { ...headers, 'transfer-encoding': 'chunked' });
      expect(json(responseOf(await exchange(await port, request, chunked(body, size))))).toEqual(whole);
    }
  });

  test('of declared lengths, large and many at the same time, are kept apart', async () => {
    const labels = async (first: number, count: number): Promise<readonly string[]> => {
      const { body, headers } = binary(count, first);
      const reply = json(await ask(await port, 'POST', INFER, body, headers)) as Inferred;
      return reply.outputs[0].data;
    };
    const all = await labels(0, 4000);
    const { below } = createRandom(5);
    for (let round = 0; round < 5; round++) {
      const asked = Array.from({ length: 12 }, () => [below(3000), 1 + below(1000)] as const);
      const replies = await Promise.all(asked.map(([first, count]) => labels(first, count)));
      expect(replies).toEqual(asked.map(([first, count]) => all.slice(first, first + count)));
    }
  });

  test.each([
    ['declared so', 'content-length', 5 * MIB],
    ['declared as no machine could hold', 'content-length', 10 ** 15],
    ['in chunks', 'transfer-encoding', 'chunked'],
  ])('that are too large are a 413, which arrives: %s', async (_, name, value) => {
    const bytes = name === 'content-length' ? Buffer.alloc(5 * MIB) : chunked(Buffer.alloc(5 * MIB), 65_536);
    const request = head('POST', INFER, { [name]: value });
    const response =
      value === 10 ** 15 ? await firstReply(await port, request) : await exchange(await port, request, bytes);
    const { status, body } = responseOf(response);
    expect({ status, said: body.toString() }).toEqual({
      status: 413,
      said: '{"error":"body: expected at most 4194304 bytes, found more; send less at a time"}\n',
    });
  });

  test('that are cut off cost nothing', async () => {
    for (let i = 0; i < 20; i++) {
      const socket = connect(await port, '127.0.0.1');
      socket.write(head('POST', INFER, { 'content-length': 3 * MIB }) + 'x'.repeat(1000));
      await once(socket, 'connect');
      socket.destroy();
    }
    expect((await ask(await port, 'POST', INFER, PICTURE)).status).toBe(200);
  });
});

/** What comes back first; then the connection is cut off. */
async function firstReply(port: number, ...parts: readonly (string | Uint8Array)[]): Promise<Buffer> {
  const socket = connect(port, '127.0.0.1');
  for (const part of parts) socket.write(part);
  const [chunk] = await once(socket, 'data');
  socket.destroy();
  return chunk;
}

describe('slow senders', () => {
  const { port } = serving({ bodyTimeoutMs: 300, headTimeoutMs: 300 });

  test.each([
    ['a body that does not come', head('POST', INFER, { 'content-length': 10 })],
    ['a body that stops', `${head('POST', INFER, { 'content-length': 10 })}{`],
    ['rows that do not begin', head('POST', '/predict', { 'content-length': 10 })],
    ['a head that stops', 'POST /v2 HTTP/1.1\r\nhost: x\r\nx'],
  ])('are cut off, with a 408: %s', async (_, request) => {
    const { status, body } = responseOf(await exchange(await port, request));
    expect({ status, said: body.toString() }).toEqual({
      status: 408,
      said: expect.stringMatching(/^\{"error":"[^\n]+"\}\n$/),
    });
  });

  test('hold up nobody else', async () => {
    const slow = Array.from({ length: 50 }, async () => exchange(await port, 'GET / HTTP/1.1\r\nx'));
    expect((await ask(await port, 'POST', INFER, PICTURE)).status).toBe(200);
    expect((await Promise.all(slow)).map((reply) => responseOf(reply).status)).toEqual(slow.map(() => 408));
  });
});

describe('overload', () => {
  const { port } = serving();

  test('is a 503 that says when to come again, for as long as it lasts', async () => {
    const bodyBytes = async () =>
      /digitflow_body_bytes (\d+)/.exec((await ask(await port, 'GET', '/metrics')).body.toString())?.[1];
    const holding = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const socket = connect(await port, '127.0.0.1');
        socket.write(head('POST', INFER, { 'content-length': 16 * MIB }));
        return socket;
      }),
    );
    await vi.waitUntil(async () => (await bodyBytes()) === `${64 * MIB}`, { timeout: 20_000 });
    const { body, headers } = binary(100);
    const refused = await ask(await port, 'POST', INFER, body, headers);
    expect(refused.status).toBe(503);
    expect(refused.headers['retry-after']).toBe('1');
    expect(json(refused)).toEqual({ error: 'too many bytes are under way; try again later' });
    expect((await ask(await port, 'GET', '/v2/health/live')).status).toBe(200);
    // What is small holds too little to be refused.
    expect((await ask(await port, 'POST', INFER, PICTURE)).status).toBe(200);
    for (const socket of holding) socket.destroy();
    await vi.waitUntil(async () => (await bodyBytes()) === '0', { timeout: 20_000 });
    expect((await ask(await port, 'POST', INFER, body, headers)).status).toBe(200);
  });

  test.each([
    ['QUEUE_FULL', 503],
    ['POOL_CLOSED', 503],
    ['WORKER_FAILED', 500],
    ['PNG_BROKEN', 400],
  ] as const)('and other faults have a status each: %s is a %i', (code, status) => {
    expect(faultOf(new DigitflowError(code, 'x')).status).toBe(status);
  });

  test('of connections refuses those that are too many until others leave, and closes at once what is far too much', async () => {
    const port = await few.port;
    const sockets: Socket[] = [];
    const open = async () => {
      const socket = connect(port, '127.0.0.1').on('error', () => {});
      sockets.push(socket);
      await once(socket, 'connect');
      return socket;
    };
    const status = async (socket: Socket, method: string, path: string) => {
      socket.write(head(method, path, { connection: 'keep-alive', 'content-length': 0 }));
      const [reply] = await once(socket, 'data');
      return responseOf(reply).status;
    };
    const [first, second, third] = [await open(), await open(), await open()];
    for (const socket of [first, second]) expect(await status(socket, 'GET', '/v2')).toBe(200);
    expect(await status(third, 'GET', '/v2')).toBe(503);
    expect(await status(third, 'GET', '/v2/health/live')).toBe(200);
    await open();
    const fifth = await open();
    await once(fifth.resume(), 'close');
    for (const socket of [first, second]) socket.destroy();
    await vi.waitUntil(async () => (await status(third, 'GET', '/v2')) === 200, { timeout: 20_000 });
    for (const socket of sockets) socket.destroy();
  });
  const few = serving({ mostConnections: 2 });
});
