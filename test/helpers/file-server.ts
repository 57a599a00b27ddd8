import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEachTest } from './clean-up.js';

/** A file that is served. */
export interface ServedFile {
  readonly bytes: Uint8Array;
  /** With its quotes. Default: one that stays. */
  readonly etag?: string | null;
  readonly modified?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a server does that others do not; `count` is how many requests came before. */
export interface ServerOptions {
  /** Answers by itself, and returns true. */
  readonly answer?: (request: IncomingMessage, response: ServerResponse, count: number) => boolean;
  /** False for all of a file whatever part of it is asked for. */
  readonly honoursRanges?: boolean;
  /** Whether bodies come in chunks, without a length. */
  readonly isChunked?: boolean;
  /** After how many bytes of a body the connection breaks. */
  readonly cutAfter?: (count: number) => number;
}

/** A real server of files, on this machine. */
export interface FileServer {
  /** All requests: their path with its query, and the range they asked for. */
  readonly requests: readonly string[];
  url(path: string): string;
}

const MODIFIED = 'Fri, 02 Jan 2026 03:04:05 GMT';
const ending: (() => Promise<void>)[] = [];

afterEachTest(async () => {
  await Promise.all(ending.splice(0).map((end) => end()));
});

/** Serves files until the test is over. They may be changed meanwhile. */
export async function serveFiles(
  files: Record<string, Uint8Array | ServedFile>,
  options: ServerOptions = {},
): Promise<FileServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const { url = '', headers } = request;
    const count = requests.length;
    requests.push(headers.range === undefined ? url : `${url} ${headers.range}`);
    if (options.answer?.(request, response, count)) return;
    const found = files[decodeURIComponent(new URL(url, 'http://x').pathname.slice(1))];
    if (found === undefined) response.writeHead(404).end('<html>nothing here</html>');
    else sendFile(found instanceof Uint8Array ? { bytes: found } : found, request, response, options, count);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ending.push(async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  });
  const { port } = server.address() as AddressInfo;
  return { requests, url: (path) => `http://127.0.0.1:${port}/${path}` };
}

function sendFile(
  { bytes, etag = '"one"', modified = MODIFIED, headers: own = {} }: ServedFile,
  { headers }: IncomingMessage,
  response: ServerResponse,
  { honoursRanges = true, isChunked = false, cutAfter }: ServerOptions,
  count: number,
): void {
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '') ?? [];
  const ifRange = headers['if-range'];
  const isSame = ifRange === undefined || ifRange === etag || ifRange === modified;
  const isPart = honoursRanges && isSame && first !== undefined;
  const from = isPart ? Number(first) : 0;
  const until = isPart && last !== '' ? Math.min(Number(last) + 1, bytes.length) : bytes.length;
  const said = { ...(etag === null ? {} : { etag }), 'last-modified': modified, ...own };
  if (from >= bytes.length && isPart) {
    response.writeHead(416, { ...said, 'content-range': `bytes */${bytes.length}` }).end();
    return;
  }
  const body = bytes.subarray(from, until);
  response.writeHead(isPart ? 206 : 200, {
    ...(isPart ? { 'content-range': `bytes ${from}-${until - 1}/${bytes.length}` } : {}),
    ...(isChunked ? {} : { 'content-length': body.length }),
    ...said,
  });
  const cut = cutAfter?.(count) ?? Number.POSITIVE_INFINITY;
  if (cut < body.length) response.write(body.subarray(0, cut), () => response.destroy());
  else response.end(body);
}
