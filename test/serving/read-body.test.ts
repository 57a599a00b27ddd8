import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { Leftovers } from '../../src/serving/overload.js';
import { Bodies } from '../../src/serving/read-body.js';
import { ask } from './serving.js';

const LIMITS = { bodyBytes: 2 ** 24, allBodyBytes: 2 ** 24, bodyTimeoutMs: 60_000, mostLagMs: 60_000 };
const BODY = Buffer.from(Uint32Array.from({ length: 250_000 }, (_, at) => at).buffer);
/** Before Node 22 memory cannot be given back but by the garbage collector. */
const CAN_LET_GO = 'transfer' in ArrayBuffer.prototype;

let close: (() => void) | undefined;
afterEach(() => close?.());

async function listen(heard: RequestListener): Promise<number> {
  const server = createServer(heard).listen(0, '127.0.0.1');
  close = () => server.close();
  await new Promise((resolve) => server.once('listening', resolve));
  return (server.address() as AddressInfo).port;
}

/** The pieces in which a body comes, and how long they were. */
function piecesOf(request: IncomingMessage): { readonly pieces: Uint8Array[]; readonly lengths: number[] } {
  const [pieces, lengths]: [Uint8Array[], number[]] = [[], []];
  request.on('data', (piece: Uint8Array) => {
    pieces.push(piece);
    lengths.push(piece.length);
  });
  return { pieces, lengths };
}

test('the pieces of a large body are given back as they come', async () => {
  let heard: ReturnType<typeof piecesOf> | undefined;
  const port = await listen(async (request, response) => {
    heard = piecesOf(request);
    response.end(await new Bodies(LIMITS).read(request, () => {}));
  });
  const { body } = await ask(port, 'POST', '/', BODY);
  expect(body.equals(BODY)).toBe(true);
  expect(heard?.lengths.reduce((sum, length) => sum + length)).toBe(BODY.length);
  expect(heard?.pieces.every(({ length }) => length === 0)).toBe(CAN_LET_GO);
});

test('a body of one piece is that piece', async () => {
  const port = await listen(async (request, response) => {
    response.end(await new Bodies(LIMITS).read(request, () => {}));
  });
  const { body } = await ask(port, 'POST', '/', BODY.subarray(0, 1000));
  expect(body.equals(BODY.subarray(0, 1000))).toBe(true);
});

test('so are those of a body that is not wanted, which is let go many at a time', async () => {
  let heard: ReturnType<typeof piecesOf> | undefined;
  let pauses = 0;
  const port = await listen((request, response) => {
    heard = piecesOf(request);
    request.on('pause', () => pauses++);
    new Leftovers().add(request);
    request.once('end', () => response.end());
  });
  const { status } = await ask(port, 'POST', '/', BODY);
  expect(status).toBe(200);
  // It waits after its first piece, and then after each 256 KiB: to stop and go on costs more than a piece.
  expect(pauses).toBeGreaterThan(0);
  expect(pauses).toBeLessThan(6);
  expect(heard?.lengths.reduce((sum, length) => sum + length)).toBe(BODY.length);
  expect(heard?.pieces.every(({ length }) => length === 0)).toBe(CAN_LET_GO);
});
