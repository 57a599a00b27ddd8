import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ByteSource } from '../../src/inputs/bytes/byte-source.js';
import { FILE_BUFFER_BYTES } from '../../src/inputs/bytes/file-bytes.js';
import { type ByteInput, openBytes } from '../../src/inputs/bytes/open-bytes.js';
import { failureOf } from './failure-of.js';
import { cutAt, SilentStream, whole } from './iterables.js';
import { tempFile, tempFolder } from './temp-folder.js';

async function contentOf(source: ByteSource): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for (let piece = await source.pull(); piece !== null; piece = await source.pull()) {
    expect(piece.length).toBeGreaterThan(0);
    pieces.push(Uint8Array.from(piece));
  }
  await source.close();
  return Buffer.concat(pieces);
}

const read = async (input: ByteInput) => contentOf(await openBytes(input, 'x'));

const TEXT = Buffer.from('The quick brown fox jumps over the lazy dog. '.repeat(40));
const THREE_BUFFERS = randomBytes(2 * FILE_BUFFER_BYTES + 12_345);

describe('openBytes with a path', () => {
  it('reads a file longer than its buffers', async () => {
    expect((await read(await tempFile(THREE_BUFFERS))).equals(THREE_BUFFERS)).toBe(true);
  });

  it('knows the size of a file that is not packed, and of no other', async () => {
    const plain = await openBytes(await tempFile(TEXT), 'x');
    const packed = await openBytes(await tempFile(gzipSync(TEXT)), 'x');
    expect([plain.sizeBytes, packed.sizeBytes]).toEqual([TEXT.length, null]);
    await Promise.all([plain.close(), packed.close()]);
  });

  it('reads an empty file', async () => {
    expect(await read(await tempFile(new Uint8Array(0)))).toHaveLength(0);
  });

  it('reads a file of one byte, be it the first of gzip', async () => {
    expect([...(await read(await tempFile(Uint8Array.of(0x1f))))]).toEqual([0x1f]);
  });

  it('unpacks gzip whatever its name, and nothing else', async () => {
    expect((await read(await tempFile(gzipSync(THREE_BUFFERS), 'plain.bin'))).equals(THREE_BUFFERS)).toBe(
      true,
    );
    expect((await read(await tempFile(TEXT, 'misnamed.gz'))).equals(TEXT)).toBe(true);
  });

  it.skipIf(process.platform === 'win32')('reads a named pipe', async () => {
    const fifo = join(await tempFolder(), 'fifo');
    execFileSync('mkfifo', [fifo]);
    const writer = spawn('sh', ['-c', `printf 'through a pipe' > '${fifo}'`]);
    expect((await read(fifo)).toString()).toBe('through a pipe');
    writer.kill();
  });

  it('says when the path does not exist', async () => {
    const path = join(await tempFolder(), 'nowhere.idx');
    const error = await failureOf(() => openBytes(path, path));
    expect(error).toMatchObject({ code: 'INPUT_MISSING', exitCode: 66 });
    expect(error.message).toContain(`${path}: no such file`);
  });

  it('says when a part of the path is a file', async () => {
    const path = join(await tempFile(TEXT), 'below');
    expect((await failureOf(() => openBytes(path, path))).code).toBe('INPUT_MISSING');
  });

  it('says when the path is a folder', async () => {
    const folder = await tempFolder();
    const error = await failureOf(() => openBytes(folder, folder));
    expect(error).toMatchObject({ code: 'INPUT_MISSING', exitCode: 66 });
    expect(error.message).toContain('expected a file, found a folder');
  });
});

describe('openBytes with a URL', () => {
  it('reads that of a file', async () => {
    const url = pathToFileURL(await tempFile(TEXT, 'with space & ü.bin'));
    expect((await read(url)).equals(TEXT)).toBe(true);
  });

  it.each(['ftp://example.org/images.gz', 'file://elsewhere/images.gz', 'file:///a%2Fb'])(
    'refuses %s',
    async (url) => {
      const error = await failureOf(() => read(new URL(url)));
      expect(error).toMatchObject({ code: 'USAGE', exitCode: 2 });
      expect(error.message).toContain(`${url}: expected `);
    },
  );

  it('says when there is no such file', async () => {
    const url = pathToFileURL(join(await tempFolder(), 'nowhere.idx'));
    expect((await failureOf(() => read(url))).code).toBe('INPUT_MISSING');
  });
});

describe('openBytes with bytes in memory', () => {
  it('reads them piece by piece without a copy, and knows their size', async () => {
    const source = await openBytes(THREE_BUFFERS, 'x');
    expect(source.sizeBytes).toBe(THREE_BUFFERS.length);
    expect((await source.pull())?.buffer).toBe(THREE_BUFFERS.buffer);
    expect((await read(THREE_BUFFERS)).equals(THREE_BUFFERS)).toBe(true);
    expect(await read(new Uint8Array(0))).toHaveLength(0);
  });

  it('reads a view of them, shared or not, as often as it is asked to', async () => {
    const shared = new Uint8Array(new SharedArrayBuffer(9), 2, 5).fill(7);
    for (let i = 0; i < 2; i++) expect([...(await read(shared))]).toEqual([7, 7, 7, 7, 7]);
  });

  it('unpacks gzip', async () => {
    expect((await read(new Uint8Array(gzipSync(THREE_BUFFERS)))).equals(THREE_BUFFERS)).toBe(true);
  });
});

describe('openBytes with a web stream', () => {
  it('reads the body of a response', async () => {
    for (const bytes of [THREE_BUFFERS, gzipSync(THREE_BUFFERS)]) {
      const { body } = new Response(new Uint8Array(bytes));
      expect((await read(body as ReadableStream<Uint8Array>)).equals(THREE_BUFFERS)).toBe(true);
    }
  });

  it('reads a file through one', async () => {
    const stream = Readable.toWeb(createReadStream(await tempFile(THREE_BUFFERS)));
    expect((await read(stream as ReadableStream<Uint8Array>)).equals(THREE_BUFFERS)).toBe(true);
  });

  it('pulls, passes over empty pieces, and cancels it at once, also while a read is pending', async () => {
    const calls: string[] = [];
    const stream = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          calls.push('pull');
          if (calls.length > 2) return;
          controller.enqueue(calls.length === 1 ? new Uint8Array(0) : TEXT);
        },
        cancel: () => void calls.push('cancel'),
      },
      { highWaterMark: 0 },
    );
    const source = await openBytes(stream, 'x');
    expect(await source.pull()).toHaveLength(TEXT.length);
    expect(calls).toEqual(['pull', 'pull']);
    const pending = source.pull();
    await source.close();
    await source.close();
    expect(calls).toEqual(['pull', 'pull', 'pull', 'cancel']);
    expect(await pending).toBeNull();
  });

  it('wraps its error', async () => {
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => controller.error(new Error('the line is dead')),
    });
    const error = await failureOf(() => read(stream));
    expect(error.code).toBe('INPUT_READ');
    expect(error.message).toMatch(/^x: could not be read \(the line is dead\)/);
  });

  it('refuses one that has a reader, and one of strings', async () => {
    const locked = new ReadableStream<Uint8Array>();
    locked.getReader();
    expect(await failureOf(() => read(locked))).toMatchObject({ code: 'INPUT_READ' });
    const strings = new ReadableStream({ start: (controller) => controller.enqueue('text') });
    expect((await failureOf(() => read(strings))).message).toContain('found a string');
  });
});

it.each([
  ['a number', 7, 'number'],
  ['nothing', undefined, 'undefined'],
  ['an array', [TEXT], 'object'],
  ['a response', new Response('x'), 'object'],
])('openBytes refuses %s, and says what it takes', async (_, input, found) => {
  const error = await failureOf(() => read(input as never));
  expect(error).toMatchObject({ code: 'USAGE', exitCode: 2 });
  expect(error.message).toMatch(/^x: expected a path, a URL, a Uint8Array, a stream /);
  expect(error.message).toContain(`found ${found}`);
});

describe('openBytes with an iterable', () => {
  it('reads a Node stream', async () => {
    expect((await read(Readable.from([TEXT.subarray(0, 9), TEXT.subarray(9)]))).equals(TEXT)).toBe(true);
    const file = createReadStream(await tempFile(gzipSync(THREE_BUFFERS)));
    expect((await read(file)).equals(THREE_BUFFERS)).toBe(true);
    expect(file.destroyed).toBe(true);
  });

  it('passes over empty pieces', async () => {
    expect((await read(cutAt(TEXT, [0, 0, 5, 5, 5]))).equals(TEXT)).toBe(true);
  });

  it('destroys a stream at once, also while a read is pending', async () => {
    const stream = new SilentStream(TEXT);
    const source = await openBytes(stream, 'x');
    await source.pull();
    const pending = source.pull();
    await stream.waiting;
    await source.close();
    await source.close();
    expect(stream.destroyedCount).toBe(1);
    expect(await Promise.race([pending, Promise.resolve('pending')])).toBe('pending');
  });

  it('settles the pending read of a Node stream that is closed', async () => {
    const stream = new Readable({ read: () => undefined });
    stream.push(TEXT);
    const source = await openBytes(stream, 'x');
    await source.pull();
    const pending = source.pull();
    const failure = failureOf(() => pending);
    await source.close();
    expect(stream.destroyed).toBe(true);
    expect((await failure).code).toBe('INPUT_READ');
  });

  it('runs the `finally` of a generator that waits for its next turn', async () => {
    let isCleanedUp = false;
    async function* bytes() {
      try {
        yield TEXT;
        yield TEXT;
      } finally {
        isCleanedUp = true;
      }
    }
    const source = await openBytes(bytes(), 'x');
    await source.pull();
    await source.close();
    await Promise.resolve();
    expect(isCleanedUp).toBe(true);
  });

  it('wraps what a generator throws', async () => {
    async function* bytes() {
      yield TEXT;
      throw new Error('the line is dead');
    }
    const error = await failureOf(() => read(bytes()));
    expect(error.code).toBe('INPUT_READ');
    expect(error.message).toMatch(/^x: could not be read \(the line is dead\)/);
    expect(error.cause).toBeInstanceOf(Error);
  });

  it('refuses a stream of strings', async () => {
    const stream = Readable.from([TEXT]).setEncoding('utf8');
    const error = await failureOf(() => read(stream));
    expect(error.code).toBe('INPUT_READ');
    expect(error.message).toContain('expected pieces of type Uint8Array, found a string');
  });
});

describe('openBytes with gzip', () => {
  const member = gzipSync(TEXT);

  it('unpacks several members, wherever the stream is cut', async () => {
    const packed = Buffer.concat([gzipSync(TEXT), gzipSync(TEXT.subarray(0, 7)), gzipSync('')]);
    const expected = Buffer.concat([TEXT, TEXT.subarray(0, 7)]);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: packed.length }), { maxLength: 12 }),
        async (offsets) => {
          expect((await read(cutAt(packed, offsets))).equals(expected)).toBe(true);
        },
      ),
      { numRuns: 50 },
    );
    expect((await read(cutAt(packed, [gzipSync(TEXT).length]))).equals(expected)).toBe(true);
  });

  it('refuses a stream that is cut off anywhere after its first two bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: member.length - 1 }), async (length) => {
        const error = await failureOf(() => read(whole(member.subarray(0, length))));
        expect(error.code).toBe('GZIP_BROKEN');
        expect(error.message).toMatch(/^x: broken gzip stream \(unexpected end of file\)/);
      }),
      { numRuns: 40 },
    );
  });

  it('refuses a stream with a wrong checksum', async () => {
    const damaged = Uint8Array.from(member);
    damaged[damaged.length - 6] ^= 1;
    const error = await failureOf(() => read(whole(damaged)));
    expect(error).toMatchObject({ code: 'GZIP_BROKEN', exitCode: 65 });
    expect(error.message).toContain('incorrect data check');
  });

  it.each([1, 9, 200_000])(
    'passes over %i zeros after the last member, wherever the stream is cut',
    async (count) => {
      const bytes = Buffer.concat([member, Buffer.alloc(count)]);
      for (const offsets of [[], [member.length], [member.length + 1], [member.length - 3]]) {
        expect((await read(cutAt(bytes, offsets))).equals(TEXT)).toBe(true);
      }
    },
  );

  it.each([
    ['zeros and text', Buffer.from('\0\0\0garbage')],
    ['zeros and a further member', Buffer.concat([Buffer.alloc(512), member])],
    ['many zeros and one other byte', Buffer.concat([Buffer.alloc(200_000), Buffer.of(1)])],
    ['text', Buffer.from('garbage')],
    ['half a header', Buffer.from([0x1f, 0x8b, 8, 0])],
  ])('refuses %s after the last member, wherever the stream is cut', async (_, tail) => {
    const bytes = Buffer.concat([member, tail]);
    for (const offsets of [[], [member.length], [member.length + 1], [member.length - 3]]) {
      expect((await failureOf(() => read(cutAt(bytes, offsets)))).code).toBe('GZIP_BROKEN');
    }
  });

  it('keeps damage that shows between two pulls for the next one', async () => {
    const packed = gzipSync(randomBytes(1024 * 1024), { level: 0 });
    async function* bytes() {
      yield packed.subarray(0, 600 * 1024);
      yield Buffer.alloc(64, 0xff);
      reportDamage();
    }
    let reportDamage = (): void => undefined;
    const damaged = new Promise<void>((resolve) => {
      reportDamage = resolve;
    });
    const source = await openBytes(bytes(), 'x');
    expect(await source.pull()).not.toBeNull();
    await Promise.race([damaged, new Promise((resolve) => setImmediate(resolve))]);
    expect((await failureOf(() => contentOf(source))).code).toBe('GZIP_BROKEN');
  });

  const zstandard = Buffer.from(
    'KLUv/WAIBrUBANQCVGhlIHF1aWNrIGJyb3duIGZveCBqdW1wcyBvdmVyIHRoZSBsYXp5IGRvZy4gAQDFFv6qDA==',
    'base64',
  );
  const unpacksIt = Number.parseInt(process.versions.node, 10) >= 24;

  it('unpacks Zstandard too, where Node does so without fault', async () => {
    const expected = unpacksIt ? TEXT : zstandard;
    for (const offsets of [[], [1], [2, 3], [20]])
      expect((await read(cutAt(zstandard, offsets))).equals(expected)).toBe(true);
    if (!unpacksIt) return;
    for (const bytes of [zstandard.subarray(0, -3), Buffer.concat([zstandard, Buffer.from('xyzw!')])]) {
      const error = await failureOf(() => read(whole(bytes)));
      expect(error.code).toBe('GZIP_BROKEN');
      expect(error.message).toMatch(/^x: broken Zstandard stream/);
    }
  });

  it('passes on what goes wrong below', async () => {
    async function* bytes() {
      yield member.subarray(0, 20);
      throw new Error('the line is dead');
    }
    const error = await failureOf(() => read(bytes()));
    expect(error.code).toBe('INPUT_READ');
    expect(error.message).toContain('the line is dead');
  });

  it('destroys a stream at once while unpacking waits for it', async () => {
    // So little that nothing comes of it: a header and one byte.
    const stream = new SilentStream(member.subarray(0, 11));
    const source = await openBytes(stream, 'x');
    const pending = source.pull();
    await stream.waiting;
    const failure = failureOf(() => pending);
    await source.close();
    expect(stream.destroyedCount).toBe(1);
    expect((await failure).code).toBe('GZIP_BROKEN');
  });
});
