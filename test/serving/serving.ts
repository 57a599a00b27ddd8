import { connect } from 'node:net';
import { afterAll } from 'vitest';
import { type ServeOptions, type Serving, serve } from '../../pipelines/serve.js';

/** A service of the tests, in this process, on a port of its own; it ends after them. However busy the machine is, it has time. */
export function serving(options: ServeOptions = {}): {
  readonly port: Promise<number>;
  readonly it: Promise<Serving>;
} {
  const it = serve({ port: 0, quiet: true, mostLagMs: 60_000, ...options });
  afterAll(async () => (await it).end());
  return { it, port: it.then(({ url }) => Number(new URL(url).port)) };
}

/** Sends bytes on a connection of its own, and gives all that comes back until it is closed. */
export function exchange(port: number, ...parts: readonly (string | Uint8Array)[]): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const received: Buffer[] = [];
    const socket = connect(port, '127.0.0.1');
    for (const part of parts) socket.write(part);
    socket.on('data', (chunk) => received.push(chunk));
    socket.on('close', () => resolve(Buffer.concat(received)));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // What it did not want to hear is cut off; its answer was there before.
      if (error.code !== 'EPIPE' && error.code !== 'ECONNRESET') reject(error);
    });
  });
}

/** The head of a request after which the connection is closed. */
export function head(
  method: string,
  path: string,
  headers: Readonly<Record<string, string | number>> = {},
): string {
  const fields = { host: 'x', connection: 'close', 'x-request-id': '7', ...headers };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

/** A response, apart. */
export interface Response {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export function responseOf(bytes: Buffer): Response {
  const end = bytes.indexOf('\r\n\r\n');
  const [first, ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const fields = lines.map((line) => {
    const at = line.indexOf(':');
    return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()];
  });
  return {
    status: Number(first.split(' ')[1]),
    headers: Object.fromEntries(fields),
    body: bytes.subarray(end + 4),
  };
}

/** One request, on a connection of its own. */
export async function ask(
  port: number,
  method: string,
  path: string,
  body: string | Uint8Array = '',
  headers: Readonly<Record<string, string | number>> = {},
): Promise<Response> {
  const length = method === 'GET' ? {} : { 'content-length': Buffer.byteLength(body) };
  return responseOf(await exchange(port, head(method, path, { ...length, ...headers }), body));
}

/** What a response says as JSON. */
export function json({ body }: Response): unknown {
  return JSON.parse(body.toString());
}

/** Sends, closes its half of the connection, and gives all that comes back. */
export function sendAndEnd(port: number, bytes: Uint8Array | string): Promise<string> {
  return new Promise((resolve, reject) => {
    const received: Buffer[] = [];
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    socket.end(bytes);
    socket.on('data', (chunk) => received.push(chunk)).on('error', reject);
    socket.on('close', () => resolve(Buffer.concat(received).toString('latin1')));
  });
}

/** The statuses of all responses on a connection. */
export function statusesOf(received: string): number[] {
  return Array.from(received.matchAll(/HTTP\/1\.1 (\d{3}) /g), ([, status]) => Number(status));
}

/** A body in chunks of a size. */
export function chunked(body: Uint8Array | string, size: number): Buffer {
  const bytes = Buffer.from(body);
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    const part = bytes.subarray(at, at + size);
    parts.push(Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n'));
  }
  return Buffer.concat([...parts, Buffer.from('0\r\n\r\n')]);
}

/** The body of a chunked response, and whether it has its end. */
export function unchunk(body: Buffer): { readonly text: string; readonly isWhole: boolean } {
  const parts: Buffer[] = [];
  for (let at = 0; at < body.length; ) {
    const end = body.indexOf('\r\n', at);
    const size = Number.parseInt(body.toString('latin1', at, end), 16);
    if (size === 0) return { text: Buffer.concat(parts).toString(), isWhole: true };
    parts.push(body.subarray(end + 2, end + 2 + size));
    at = end + 4 + size;
  }
  return { text: Buffer.concat(parts).toString(), isWhole: false };
}
