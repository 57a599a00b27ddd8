import { truncateSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { DigitflowError } from '../../src/errors.js';
import { parseNpyHeader } from '../../src/formats/numpy/npy-header.js';
import type { ByteSource } from '../../src/inputs/bytes/byte-source.js';
import { OpenFile } from '../../src/inputs/bytes/file-bytes.js';
import { openZipEntry, readZipEntries } from '../../src/inputs/bytes/zip-bytes.js';
import { failureOf } from './failure-of.js';
import { tempFile } from './temp-folder.js';
import { type ZipMember, zipArchive } from './zip-archive.js';

const files: OpenFile[] = [];
afterEach(() => {
  for (const file of files.splice(0)) file.release();
});

async function openFile(path: string, name = 'a.npz'): Promise<OpenFile> {
  const file = await OpenFile.open(path, name);
  files.push(file);
  return file;
}

const archiveOf = async (bytes: Uint8Array) => openFile(await tempFile(bytes, 'a.npz'));

/** All that a source gives, from buffers that it may use again; it is closed. */
async function contentOf(source: ByteSource, into?: Uint8Array): Promise<Buffer> {
  const pieces: Buffer[] = [];
  try {
    for (let piece = await source.pull(into); piece !== null; piece = await source.pull(into)) {
      expect(piece.length).toBeGreaterThan(0);
      pieces.push(Buffer.from(piece));
    }
  } finally {
    await source.close();
  }
  return Buffer.concat(pieces);
}

async function unpack(file: OpenFile): Promise<Record<string, Buffer>> {
  const unpacked: Record<string, Buffer> = {};
  for (const entry of await readZipEntries(file)) {
    unpacked[entry.name] = await contentOf(await openZipEntry(file, entry));
  }
  return unpacked;
}

const fixture = (name: string) => fileURLToPath(new URL(`../formats/fixtures/${name}`, import.meta.url));

const TEXT: ZipMember = { name: 'text', content: Buffer.from('digits, digits, digits') };
function noise(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; at++) bytes[at] = (at * at * 31) >> 5;
  return bytes;
}

describe('readZipEntries', () => {
  it('lists what an archive holds', async () => {
    const content = noise(100);
    const bytes = zipArchive([TEXT, { name: 'é/x', content, method: 0 }]);
    const entries = await readZipEntries(await archiveOf(bytes));
    const packedBytes = deflateRawSync(TEXT.content).length;
    expect(entries).toMatchObject([
      { name: 'text', method: 8, isEncrypted: false, sizeBytes: 22, packedBytes, headerPosition: 0 },
      { name: 'é/x', method: 0, sizeBytes: 100, packedBytes: 100, headerPosition: 39 + packedBytes },
    ]);
  });

  it.each([
    ['no entries', zipArchive([])],
    ['no entries and 64-bit numbers', zipArchive([], { is64: true })],
  ])('lists an archive with %s', async (_, bytes) => {
    expect(await readZipEntries(await archiveOf(bytes))).toEqual([]);
  });

  it('keeps the names of entries to one line', async () => {
    const bytes = zipArchive([{ ...TEXT, name: 'a\nb\x1b[31m' }]);
    expect((await readZipEntries(await archiveOf(bytes)))[0].name).toBe('a?b?[31m');
  });

  it.each([
    ['nothing', Buffer.alloc(0), 'expected a ZIP archive with its end record, found none'],
    ['an archive without its end', zipArchive([TEXT]).subarray(0, -1), 'found none; the archive is cut off'],
    [
      'an archive with bytes after it',
      Buffer.concat([zipArchive([TEXT]), noise(9)]),
      'other bytes follow it',
    ],
    ['other bytes', noise(100_000), 'found none'],
    [
      'an archive of several disks',
      zipArchive([TEXT], { diskCount: 3 }),
      'found a part of one on several disks',
    ],
  ])('refuses %s', async (_, bytes, message) => {
    const file = await archiveOf(bytes);
    const error = await failureOf(() => readZipEntries(file));
    expect(error).toMatchObject({ code: 'ZIP_BROKEN', exitCode: 65 });
    expect(error.message).toMatch(/^a\.npz: .*; get or make the archive again$/);
    expect(error.message).toContain(message);
  });

  it.each([
    [
      'a directory beyond the end',
      (at: number) => [at + 16, 0x7fffff00],
      'expected its directory to end at byte',
    ],
    [
      'a directory that takes memory',
      (at: number) => [at + 12, 0x7fffff00],
      'a directory of at most 16777216 bytes',
    ],
    [
      'a directory elsewhere',
      (at: number) => [at + 16, 3],
      'expected entry 0 of its directory, found other bytes',
    ],
    ['too few entries', (at: number) => [at + 8, 0x00020002], 'expected 2 entries in its directory, found 1'],
  ] as const)('refuses an end record that tells of %s', async (_, change, message) => {
    const bytes = zipArchive([TEXT]);
    const [at, number] = change(bytes.length - 22);
    bytes.writeUInt32LE(number, at);
    const file = await archiveOf(bytes);
    const error = await failureOf(() => readZipEntries(file));
    expect(error.code).toBe('ZIP_BROKEN');
    expect(error.message).toContain(message);
  });

  it('refuses 64-bit sizes that are nowhere', async () => {
    const bytes = zipArchive([TEXT]);
    bytes.writeUInt32LE(0xffffffff, bytes.indexOf('PK\x01\x02') + 24);
    const file = await archiveOf(bytes);
    const error = await failureOf(() => readZipEntries(file));
    expect(error.message).toContain('a.npz: text: expected 64-bit sizes in its extra fields, found none');
  });
});

describe('openZipEntry', () => {
  it.each([
    ['as usual', {}],
    ['with 64-bit numbers', { is64: true }],
    ['with the longest comment', { comment: 'PK\x05\x06'.padEnd(65_535, 'x') }],
  ])('unpacks archives %s', async (_, form) => {
    const extra = Buffer.from([0x99, 0x99, 2, 0, 7, 7]);
    const members = [
      TEXT,
      { name: 'x', content: noise(70_000), method: 0, extra },
      { name: '0', content: noise(0) },
    ];
    const file = await archiveOf(zipArchive(members, form));
    const expected = Object.fromEntries(members.map(({ name, content }) => [name, content]));
    expect(await unpack(file)).toEqual(expected);
  });

  it('gives back any contents', async () => {
    const member = fc.record({
      content: fc.oneof(fc.uint8Array(), fc.nat(3_000_000).map(noise)),
      method: fc.constantFrom(0, 8),
      extra: fc.constantFrom(new Uint8Array(0), Uint8Array.of(9, 9, 0, 0)),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(member, { maxLength: 4 }), fc.boolean(), async (contents, is64) => {
        const members = contents.map((content, at) => ({ ...content, name: `${at}` }));
        const unpacked = await unpack(await archiveOf(zipArchive(members, { is64 })));
        for (const { name, content } of members) expect(unpacked[name].equals(content)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it('reads two entries at the same time, each to its own end', async () => {
    const members = [
      { name: 'x', content: noise(3_000_000), method: 0 },
      { name: 'y', content: noise(2_000_000) },
    ];
    const file = await archiveOf(zipArchive(members));
    const entries = await readZipEntries(file);
    const sources = await Promise.all(entries.map((entry) => openZipEntry(file, entry)));
    expect(sources.map(({ sizeBytes }) => sizeBytes)).toEqual([3_000_000, 2_000_000]);
    const contents = await Promise.all(sources.map((source) => contentOf(source)));
    members.forEach(({ content }, at) => {
      expect(contents[at].equals(content)).toBe(true);
    });
  });

  it('reads what is stored to where the caller wants it', async () => {
    const content = noise(10_000);
    const file = await archiveOf(zipArchive([{ name: 'x', content, method: 0 }, TEXT]));
    const source = await openZipEntry(file, (await readZipEntries(file))[0]);
    const into = new Uint8Array(4096);
    await source.pull(into);
    expect((await source.pull(into))?.buffer).toBe(into.buffer);
    await source.close();
    expect(await contentOf(await openZipEntry(file, (await readZipEntries(file))[0]), into)).toEqual(content);
  });

  it('holds the file until it is closed', async () => {
    const file = await OpenFile.open(await tempFile(zipArchive([TEXT]), 'a.npz'), 'a.npz');
    const [entry] = await readZipEntries(file);
    const source = await openZipEntry(file, entry);
    file.release();
    expect(await contentOf(source)).toEqual(TEXT.content);
    expect(() => file.retain()).toThrow('found a closed one');
  });

  it('can be closed while it is read, and twice', async () => {
    const file = await archiveOf(zipArchive([{ name: 'x', content: noise(3_000_000) }]));
    const source = await openZipEntry(file, (await readZipEntries(file))[0]);
    await source.pull();
    const pending = source.pull().catch(() => null);
    await source.close();
    await source.close();
    // It settles: with what was read, or because it was closed.
    await pending;
  });

  it.each([
    ['is encrypted', { flags: 1 }, 'text: expected an entry that is not encrypted, found an encrypted one'],
    ['is packed by bzip2', { method: 12 }, 'text: expected an entry that is stored or deflated, found bzip2'],
    ['is packed by Zstandard', { method: 93 }, 'found Zstandard'],
    ['is packed by a method of the future', { method: 777 }, 'found method 777'],
    [
      'is stored in fewer bytes than it has',
      { method: 0, sizeBytes: 23 },
      'expected 23 bytes stored, found 22',
    ],
    ['has another CRC-32', { crc: 0x12345678 }, 'content with the CRC-32 0x12345678, found 0x'],
    ['is stored with another CRC-32', { method: 0, crc: 1 }, 'content with the CRC-32 0x1, found 0x'],
    ['is longer than it says', { sizeBytes: 21 }, 'expected 21 bytes of content, found more'],
    ['is shorter than it says', { sizeBytes: 23 }, 'expected 23 bytes of content, found 22'],
    [
      'is cut off',
      { packed: deflateRawSync(TEXT.content).subarray(0, -3) },
      'cannot be unpacked (unexpected end of file)',
    ],
    ['is no deflate', { packed: Buffer.alloc(9, 0xff) }, 'cannot be unpacked (invalid'],
    [
      'has other bytes after its end',
      { packed: Buffer.concat([deflateRawSync(TEXT.content), noise(100)]) },
      'cannot be unpacked (other bytes follow its end)',
    ],
    [
      'has megabytes after its end',
      { packed: Buffer.concat([deflateRawSync(TEXT.content), noise(4_000_000)]) },
      'cannot be unpacked (other bytes follow its end)',
    ],
  ])('refuses an entry that %s', async (_, change, message) => {
    const file = await archiveOf(zipArchive([{ ...TEXT, ...change }]));
    const error = await failureOf(() => unpack(file));
    expect(error).toMatchObject({ code: 'ZIP_BROKEN', exitCode: 65 });
    expect(error.message).toMatch(/^a\.npz: text: .*; get or make the archive again$/);
    expect(error.message).toContain(message);
  });

  it('stops a bomb at the length that was announced', async () => {
    const packed = deflateRawSync(Buffer.alloc(300_000_000));
    const file = await archiveOf(zipArchive([{ ...TEXT, packed }]));
    const source = await openZipEntry(file, (await readZipEntries(file))[0]);
    expect((await failureOf(() => contentOf(source))).message).toContain(
      'expected 22 bytes of content, found more',
    );
  });

  it('refuses an archive that became shorter after its directory was read', async () => {
    const path = await tempFile(zipArchive([{ name: 'x', content: noise(5_000_000), method: 0 }]), 'a.npz');
    const file = await openFile(path);
    const [entry] = await readZipEntries(file);
    const source = await openZipEntry(file, entry);
    truncateSync(path, 1000);
    expect((await failureOf(() => contentOf(source))).message).toContain(
      'expected 5000000 bytes of content, found',
    );
    expect((await failureOf(() => openZipEntry(file, entry))).message).toContain(
      'expected its content to end at byte',
    );
    truncateSync(path, 10);
    expect((await failureOf(() => openZipEntry(file, entry))).message).toContain('expected its local header');
  });

  it('reads every damaged archive, or refuses it in one line', async () => {
    const members = [TEXT, { name: 'x', content: noise(300), method: 0 }, { name: 'y', content: noise(500) }];
    const contents = members.map(({ content }) => content.toString('hex'));
    const anyDamage = fc.record({
      is64: fc.boolean(),
      changes: fc.array(fc.tuple(fc.nat(2000), fc.nat(255)), { minLength: 1, maxLength: 3 }),
      cut: fc.oneof(fc.constant(0), fc.nat(1500)),
    });
    await fc.assert(
      fc.asyncProperty(anyDamage, async ({ is64, changes, cut }) => {
        const bytes = zipArchive(members, { is64 });
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
        const file = await archiveOf(bytes.subarray(0, bytes.length - cut));
        try {
          const unpacked = Object.values(await unpack(file));
          // Names and comments may be damaged without a word, contents may not.
          for (const content of unpacked) expect(contents).toContain(content.toString('hex'));
        } catch (error) {
          if (!(error instanceof DigitflowError)) throw error;
          expect(error.code).toBe('ZIP_BROKEN');
          expect(error.message).toMatch(/^a\.npz: [^\n]+$/);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('archives that NumPy and Python wrote', () => {
  it.each(['stored.npz', 'deflated.npz', 'piped.npz'])('are unpacked: %s', async (name) => {
    const unpacked = await unpack(await openFile(fixture(name), name));
    expect(Object.keys(unpacked)).toEqual(['x_test.npy', 'y_test.npy']);
    const [x, y] = Object.values(unpacked);
    expect(parseNpyHeader(x, 'x')).toMatchObject({ shape: [4, 2, 3], headerBytes: 128 });
    expect([...x.subarray(128)]).toEqual(Array.from({ length: 24 }, (_, at) => at * 11));
    expect([...y.subarray(128)]).toEqual([3, 0, 2, 1]);
  });

  it('are refused where they are packed by bzip2', async () => {
    const file = await openFile(fixture('bzip2.npz'), 'bzip2.npz');
    expect((await failureOf(() => unpack(file))).message).toContain(
      'bzip2.npz: x_test.npy: expected an entry that',
    );
  });
});
