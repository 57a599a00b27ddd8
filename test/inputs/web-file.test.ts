import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createSocket } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ByteSource } from '../../src/inputs/bytes/byte-source.js';
import { fileIdentity } from '../../src/inputs/bytes/file-identity.js';
import { type Patience, WebBytes } from '../../src/inputs/bytes/web-bytes.js';
import { WebFile } from '../../src/inputs/bytes/web-file.js';
import { type FileServer, type ServedFile, type ServerOptions, serveFiles } from '../helpers/file-server.js';
import { failureOf } from './failure-of.js';
import { tempFile } from './temp-folder.js';

const BYTES = randomBytes(300_000);
/** What a test does not wait for. */
const QUICK: Partial<Patience> = { firstWaitMs: 1 };

async function contentOf(source: ByteSource): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  try {
    for (let piece = await source.pull(); piece !== null; piece = await source.pull()) {
      expect(piece.length).toBeGreaterThan(0);
      pieces.push(Uint8Array.from(piece));
    }
    return Buffer.concat(pieces);
  } finally {
    await source.close();
  }
}

function fileAt(server: FileServer, patience = QUICK): WebFile {
  return new WebFile(new URL(server.url('file')), 'x', patience);
}

async function serve(
  options: ServerOptions = {},
  file: ServedFile | Uint8Array = BYTES,
): Promise<FileServer> {
  return serveFiles({ file }, options);
}

const read = async (web: WebFile) => contentOf(await web.open());

describe('what a server has', () => {
  test('is read whole, as often as it is opened, and its length is known', async () => {
    const web = fileAt(await serve());
    const source = await web.open();
    expect([source.sizeBytes, source.file]).toEqual([BYTES.length, null]);
    expect((await contentOf(source)).equals(BYTES)).toBe(true);
    expect((await read(web)).equals(BYTES)).toBe(true);
    expect(await read(fileAt(await serve({}, new Uint8Array(0))))).toHaveLength(0);
  });

  test('comes in chunks, too: then its length is not known', async () => {
    const source = await fileAt(await serve({ isChunked: true })).open();
    expect(source.sizeBytes).toBeNull();
    expect((await contentOf(source)).equals(BYTES)).toBe(true);
  });

  test('is asked for as it is stored', async () => {
    let accepted: string | undefined;
    const server = await serve({
      answer: ({ headers }) => {
        accepted = headers['accept-encoding'];
        return false;
      },
    });
    await read(fileAt(server));
    expect(accepted).toBe('identity');
  });

  test('is opened at any position, and up to any', async () => {
    const server = await serve();
    const web = fileAt(server);
    await fc.assert(
      fc.asyncProperty(fc.nat(BYTES.length - 1), fc.nat(BYTES.length + 10), async (one, other) => {
        const [from, until] = [Math.min(one, other), Math.max(one, other)];
        const source = await web.open(from, until);
        expect((await contentOf(source)).equals(BYTES.subarray(from, until))).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  test('goes on anywhere without reading what lies between, near and far', async () => {
    const bytes = randomBytes(4 * 2 ** 20);
    const server = await serveFiles({ file: bytes });
    const source = await fileAt(server).open();
    const first = await source.pull();
    const at = first?.length ?? 0;
    await source.seek?.(at + 10);
    const next = await source.pull();
    expect(next && bytes.subarray(at + 10).indexOf(next)).toBe(0);
    await source.seek?.(3 * 2 ** 20);
    expect((await contentOf(source)).equals(bytes.subarray(3 * 2 ** 20))).toBe(true);
    expect(server.requests).toEqual(['/file', `/file bytes=${3 * 2 ** 20}-`]);
    const section = await fileAt(server).open(1000, 5000);
    await section.pull();
    await section.seek?.(10);
    expect((await contentOf(section)).equals(bytes.subarray(1010, 5000))).toBe(true);
    const over = await fileAt(server).open();
    await over.seek?.(bytes.length + 1);
    expect(await over.pull()).toBeNull();
    await over.close();
  });

  test('has an identity, as a file has', async () => {
    const server = await serveFiles({
      file: BYTES,
      weak: { bytes: BYTES, etag: null, headers: { 'last-modified': 'some day' } },
    });
    const modifiedMs = Date.UTC(2026, 0, 2, 3, 4, 5);
    expect(await fileIdentity(server.url('file'))).toEqual({
      bytes: BYTES.length,
      modifiedMs,
      etag: '"one"',
    });
    expect(await fileIdentity(server.url('weak'))).toEqual({ bytes: BYTES.length, modifiedMs: null });
    const own = await fileIdentity(await tempFile(BYTES));
    expect(own).toEqual({ bytes: BYTES.length, modifiedMs: expect.any(Number) });
    expect(await fileIdentity('-')).toEqual({ bytes: null, modifiedMs: null });
    expect(await failureOf(() => fileIdentity(server.url('none')))).toMatchObject({ code: 'INPUT_MISSING' });
  });
});

describe('a connection that breaks', () => {
  test.each([
    ['', {}],
    [' of a server that honours no ranges', { honoursRanges: false }],
    [' in the middle of chunks', { isChunked: true }],
  ])('anywhere and often%s changes no byte', async (_, options) => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(BYTES.length), { maxLength: 8 }), async (cuts) => {
        const server = await serve({ ...options, cutAfter: (count) => cuts[count] ?? BYTES.length });
        // Where all is given again, it may break before anything new has come.
        expect((await read(fileAt(server, { ...QUICK, retries: 8 }))).equals(BYTES)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  test('before the mark that ends chunks leaves nothing to ask for', async () => {
    const server = await serve({
      answer: ({ headers }, response) => {
        if (headers.range !== undefined) return false;
        response.writeHead(200, { etag: '"one"' }).write(BYTES, () => response.destroy());
        return true;
      },
    });
    expect((await read(fileAt(server))).equals(BYTES)).toBe(true);
    expect(server.requests).toEqual(['/file', `/file bytes=${BYTES.length}-`]);
  });

  test('goes on where it broke, and asks that it be the same file', async () => {
    const asked: unknown[] = [];
    const server = await serve({
      cutAfter: (count) => (count === 0 ? 1000 : BYTES.length),
      answer: ({ headers }) => {
        asked.push([headers.range, headers['if-range']]);
        return false;
      },
    });
    await read(fileAt(server));
    expect(asked).toEqual([
      [undefined, undefined],
      ['bytes=1000-', '"one"'],
    ]);
  });

  test('asks by the time where the ETag is weak', async () => {
    let asked: unknown;
    const file = { bytes: BYTES, etag: 'W/"one"' };
    const options: ServerOptions = {
      cutAfter: (count) => (count === 0 ? 1000 : BYTES.length),
      answer: ({ headers }) => {
        asked = headers['if-range'];
        return false;
      },
    };
    expect((await read(fileAt(await serve(options, file)))).equals(BYTES)).toBe(true);
    expect(asked).toBe('Fri, 02 Jan 2026 03:04:05 GMT');
  });

  test('is the end where nothing tells whether the rest is of the same file', async () => {
    const file = { bytes: BYTES, etag: null, headers: { 'last-modified': '' } };
    const server = await serve({ cutAfter: () => 1000 }, file);
    const error = await failureOf(() => read(fileAt(server)));
    expect(error).toMatchObject({ code: 'INPUT_READ', exitCode: 74 });
    expect(error.message).toMatch(
      /^x: could not be read \(.* after 1000 bytes\); .*neither ETag nor Last-Modified/,
    );
  });

  test('without an end is given up', async () => {
    const server = await serve({ cutAfter: () => 0 });
    const error = await failureOf(() => read(fileAt(server, { ...QUICK, retries: 2 })));
    expect(error).toMatchObject({ code: 'INPUT_READ', exitCode: 74 });
    expect(error.message).toMatch(
      /^x: could not be read \(.*; tried 3 times\); check the URL and try again$/,
    );
    expect(server.requests).toHaveLength(3);
  });

  test('that nobody takes is given up, too', async () => {
    const socket = createSocket().listen(0, '127.0.0.1');
    await once(socket, 'listening');
    const { port } = socket.address() as AddressInfo;
    socket.close();
    await once(socket, 'close');
    const web = new WebFile(new URL(`http://127.0.0.1:${port}/`), 'x', { ...QUICK, retries: 1 });
    expect((await failureOf(() => read(web))).message).toContain('ECONNREFUSED');
  });

  test('or says nothing any more is left, and the rest is asked for again', async () => {
    const server = await serve({
      answer: (_, response, count) => {
        // Once before the head, once within the body.
        if (count === 1)
          response.writeHead(200, { 'content-length': BYTES.length, etag: '"one"' }).write('x');
        return count < 2;
      },
    });
    const web = fileAt(server, { ...QUICK, stallMs: 300 });
    const content = await read(web);
    expect(content.subarray(1).equals(BYTES.subarray(1))).toBe(true);
    expect(server.requests.slice(0, 3)).toEqual(['/file', '/file', '/file bytes=1-']);
  });
});

describe('a busy server', () => {
  test.each([408, 425, 429, 500, 502, 503, 504])('that answers %i is asked again', async (status) => {
    const server = await serve({
      answer: (_, response, count) => {
        if (count < 3) response.writeHead(status, { 'retry-after': '0' }).end('busy');
        return count < 3;
      },
    });
    expect((await read(fileAt(server))).equals(BYTES)).toBe(true);
  });

  test.each(['3600', new Date(Date.now() + 3_600_000).toUTCString()])(
    'that wants an hour (%s) is not waited for',
    async (wait) => {
      const server = await serve({
        answer: (_, response) => {
          response.writeHead(503, { 'retry-after': wait }).end();
          return true;
        },
      });
      const error = await failureOf(() => read(fileAt(server)));
      expect(error).toMatchObject({ code: 'INPUT_READ', exitCode: 74 });
      expect(error.message).toMatch(
        /^x: could not be read \(503 Service Unavailable\); the server asks to wait for 3[56]\d\d s/,
      );
      expect(server.requests).toHaveLength(1);
    },
  );

  test('is waited for as long as it asks', async () => {
    const times: number[] = [];
    const server = await serve({
      answer: (_, response, count) => {
        times.push(performance.now());
        if (count === 0) response.writeHead(503, { 'retry-after': '1' }).end();
        return count === 0;
      },
    });
    await read(fileAt(server));
    // A timer may be early by less than a millisecond.
    expect(times[1] - times[0]).toBeGreaterThan(990);
  });

  test('that goes on so is given up', async () => {
    const server = await serve({
      answer: (_, response) => {
        response.writeHead(503).end();
        return true;
      },
    });
    const error = await failureOf(() => read(fileAt(server, { ...QUICK, retries: 3 })));
    expect(error.message).toContain('(503 Service Unavailable; tried 4 times)');
    expect(error.exitCode).toBe(74);
  });
});

/** A server that breaks after 1000 bytes, and gives this when it is asked for the rest. */
async function failureAfterCut(
  rest: NonNullable<ServerOptions['answer']>,
  options: ServerOptions = {},
): Promise<string> {
  const server = await serve({
    ...options,
    cutAfter: () => 1000,
    answer: (request, response, count) => count > 0 && rest(request, response, count),
  });
  const error = await failureOf(() => read(fileAt(server)));
  expect(error.message).toMatch(/^x: [^\n]*$/);
  return `${error.code} ${error.message}`;
}

describe('refused is', () => {
  test('another version, by its ETag, its time or its length', async () => {
    const other = (headers: Record<string, string | number>) =>
      failureAfterCut((_, response) => {
        response.writeHead(200, { 'content-length': BYTES.length, ...headers }).end(BYTES);
        return true;
      });
    expect(await other({ etag: '"two"' })).toBe(
      'INPUT_READ x: expected the file with ETag "one", found "two": it changed while it was read; start again',
    );
    expect(await other({ etag: '"one"', 'content-length': 5 })).toContain(
      'expected the file with 300000 bytes, found 5',
    );
    const file: ServedFile = { bytes: BYTES, etag: null };
    const server = await serve({ cutAfter: () => 1000 }, file);
    const web = fileAt(server);
    const source = await web.open();
    await source.pull();
    Object.assign(file, { modified: 'Sat, 03 Jan 2026 03:04:05 GMT' });
    expect((await failureOf(() => contentOf(source))).message).toContain('found Sat, 03 Jan 2026');
    // Also when it is opened the next time.
    expect((await failureOf(() => web.open())).message).toContain('it changed while it was read');
  });

  test.each(['bytes 0-9/300000', 'bytes 1000-2000', 'bytes */300000', 'nonsense', ''])(
    'the part %j where another was asked for',
    async (range) => {
      const words = await failureAfterCut((_, response) => {
        response
          .writeHead(206, { etag: '"one"', ...(range === '' ? {} : { 'content-range': range }) })
          .end('xx');
        return true;
      });
      expect(words).toContain('SERVER_ANSWER x: expected a part from byte 1000 on, found ');
    },
  );

  test('a part of a file of any length', async () => {
    const server = await serve({
      isChunked: true,
      answer: ({ headers }, response) => {
        if (headers.range === undefined)
          response.writeHead(200, { etag: '"one"' }).write('x', () => response.destroy());
        else
          response
            .writeHead(206, { etag: '"one"', 'content-range': 'bytes 1-9/*', 'content-length': 9 })
            .end('x'.repeat(9));
        return true;
      },
    });
    expect((await failureOf(() => read(fileAt(server)))).message).toContain('expected an answer with an end');
  });

  test('a body that is shorter than the server says', async () => {
    const server = await serve({
      answer: ({ headers }, response) => {
        const head = { etag: '"one"', 'last-modified': 'x' };
        if (headers.range === undefined)
          response
            .writeHead(200, { ...head, 'content-length': 2000 })
            .write(BYTES.subarray(0, 1000), () => response.destroy());
        else response.writeHead(416, { ...head, 'content-range': 'bytes */1000' }).end();
        return true;
      },
    });
    const error = await failureOf(() => read(fileAt(server)));
    expect(`${error.code} ${error.message}`).toContain('found 1000');
    expect(error.exitCode).toBe(74);
  });

  test('more than the server has said', async () => {
    const server = await serve({
      answer: (_, response, count) => {
        response.writeHead(200, { etag: '"one"', ...(count === 0 ? { 'content-length': 5 } : {}) });
        response.end(BYTES.subarray(0, count === 0 ? 5 : 8));
        return true;
      },
    });
    const web = fileAt(server);
    expect(await read(web)).toHaveLength(5);
    const error = await failureOf(() => read(web));
    expect(error).toMatchObject({ code: 'SERVER_ANSWER', exitCode: 65 });
    expect(error.message).toContain('expected 5 bytes, as the server says, found more');
  });

  test.each([
    ['an answer without an end of its own', 'HTTP/1.0 200 OK\r\n\r\n1,2,3\n', 'neither a length nor chunks'],
    ['more than was announced', 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n1,2,3\n', 'Parse Error'],
    ['what is no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n', 'expected an answer as HTTP has it'],
  ])('%s', async (_, answer, words) => {
    const socket = createSocket((client) => {
      client.on('error', () => undefined);
      client.once('data', () => client.end(answer));
    }).listen(0, '127.0.0.1');
    await once(socket, 'listening');
    const { port } = socket.address() as AddressInfo;
    const error = await failureOf(() => read(new WebFile(new URL(`http://127.0.0.1:${port}/`), 'x', QUICK)));
    socket.close();
    expect(error).toMatchObject({ code: 'SERVER_ANSWER', exitCode: 65 });
    expect(error.message).toContain(words);
  });

  test.each([
    [404, 'INPUT_MISSING', 'no such file (404 Not Found)'],
    [410, 'INPUT_MISSING', 'no such file (410 Gone)'],
    [401, 'INPUT_MISSING', 'the server refuses it (401 Unauthorized)'],
    [403, 'INPUT_MISSING', 'a presigned one holds only for a time'],
    [400, 'SERVER_ANSWER', 'found the answer 400 Bad Request'],
    [204, 'SERVER_ANSWER', 'found the answer 204 No Content'],
    [501, 'SERVER_ANSWER', 'found the answer 501 Not Implemented'],
  ])('the answer %i, at once', async (status, code, words) => {
    const server = await serve({
      answer: (_, response) => {
        response.writeHead(status).end();
        return true;
      },
    });
    const error = await failureOf(() => read(fileAt(server)));
    expect(error.code).toBe(code);
    expect(error.message).toContain(words);
    expect(server.requests).toHaveLength(1);
  });

  test('an encoding that the first bytes do not tell', async () => {
    const server = await serve({}, { bytes: BYTES, headers: { 'content-encoding': 'br' } });
    expect((await failureOf(() => read(fileAt(server)))).message).toContain('found content-encoding br');
    const gzip = await serve({}, { bytes: BYTES, headers: { 'content-encoding': 'aws-chunked, gzip' } });
    expect((await read(fileAt(gzip))).equals(BYTES)).toBe(true);
  });
});

describe('redirects', () => {
  const redirecting = (to: string | undefined, status = 302) =>
    serve({
      answer: ({ url }, response) => {
        if (url === '/end') return false;
        response.writeHead(status, to === undefined ? {} : { location: to }).end();
        return true;
      },
    });

  test.each([301, 302, 303, 307, 308])('are followed, also after a cut (%i)', async (status) => {
    const server = await serveFiles(
      { end: BYTES },
      {
        cutAfter: (count) => (count < 2 ? 1000 : BYTES.length),
        answer: ({ url }, response) => {
          if (url === '/end?secret') return false;
          response.writeHead(status, { location: '/end?secret' }).end();
          return true;
        },
      },
    );
    expect((await read(fileAt(server))).equals(BYTES)).toBe(true);
    expect(server.requests).toEqual(['/file', '/end?secret', '/file bytes=1000-', '/end?secret bytes=1000-']);
  });

  test.each([
    ['to itself', '/file?secret', 'found more, the last to http://127.0.0.1'],
    ['nowhere', undefined, 'found none'],
    ['to a file', 'file:///etc/passwd', 'found one of file:'],
  ])('%s are refused', async (_, to, words) => {
    const error = await failureOf(async () => read(fileAt(await redirecting(to))));
    expect(error).toMatchObject({ code: 'SERVER_ANSWER', exitCode: 65 });
    expect(error.message).toContain(words);
    expect(error.message).not.toContain('secret');
  });
});

describe.each(['to close it', 'the signal'])('%s ends what waits', (how) => {
  test.each<[what: string, pieces: number, answer: (response: ServerResponse) => void]>([
    ['a head', 0, () => {}],
    ['a body', 1, (response) => response.writeHead(200, { 'content-length': 10 }).write('x')],
    ['the next try', 0, (response) => response.writeHead(503).end()],
  ])('for %s', async (_, pieces, answer) => {
    let tell = () => {};
    const asked = new Promise<void>((resolve) => {
      tell = resolve;
    });
    const server = await serve({
      answer: (_request, response) => {
        answer(response);
        tell();
        return true;
      },
    });
    const leaving = new AbortController();
    const url = new URL(server.url('file'));
    const web = new WebFile(url, 'x', { firstWaitMs: 1e9, stallMs: 1e9, signal: leaving.signal });
    const source = new WebBytes(web, 0, Number.POSITIVE_INFINITY);
    for (let piece = 0; piece < pieces; piece++) await source.pull();
    const pending = source.pull();
    const rejection = expect(pending).rejects.toThrow();
    await asked;
    if (how === 'the signal') leaving.abort();
    else await source.close();
    await rejection;
    await source.close();
  });
});
