import { constants, deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DigitflowError } from '../../../src/errors.js';
import { unzip } from '../../../src/network/formats/unzip.js';
import { type ZipMember, zipArchive } from '../../inputs/zip-archive.js';
import { caught } from '../bytes.js';
import { FILE_HOST } from './file-host.js';

const content = Buffer.from('abcdefgh'.repeat(100));

function open(archive: Uint8Array): ReadonlyMap<string, () => Uint8Array> {
  return unzip(archive, 'a.zip', FILE_HOST.inflate);
}

/** All files of an archive, unpacked. */
function unpacked(archive: Uint8Array): [string, Buffer][] {
  return Array.from(open(archive), ([name, file]) => [name, Buffer.from(file())]);
}

/** What unpacking an archive of one file says is wrong. */
function fault(member: Partial<ZipMember>): string {
  const error = caught(() => unpacked(zipArchive([{ name: 'x', content, ...member }])));
  expect(error.code).toBe('ZIP_BROKEN');
  expect(error.message).toMatch(/^a\.zip: [^\n]*; get or make the archive again$/);
  return error.message;
}

describe('reads', () => {
  it.each([
    ['plain archives', {}],
    ['archives with 64-bit fields and a comment', { is64: true, comment: 'why' }],
  ])('%s, stored and deflated, also at an odd place in a buffer', (_, form) => {
    const members = [
      { name: 'one/data.pkl', content },
      { name: 'two', content: Buffer.from('stored'), method: 0 },
      { name: 'empty', content: Buffer.alloc(0) },
    ];
    const padded = Buffer.concat([Buffer.alloc(3), zipArchive(members, form)]);
    expect(unpacked(padded.subarray(3))).toEqual(members.map((member) => [member.name, member.content]));
  });

  it('no file before it is asked for', () => {
    const files = open(
      zipArchive([
        { name: 'bad', content, crc: 1 },
        { name: 'good', content },
      ]),
    );
    expect(Buffer.from(files.get('good')?.() ?? [])).toEqual(content);
    expect(() => files.get('bad')?.()).toThrow('a.zip: bad: expected content with the CRC-32 0x1, found');
  });
});

describe('refuses', () => {
  it('content with another CRC-32, stored too', () => {
    expect(fault({ crc: 5 })).toContain('x: expected content with the CRC-32 0x5, found 0x');
    expect(fault({ crc: 5, method: 0 })).toContain('x: expected content with the CRC-32 0x5, found 0x');
  });

  it('content that is not as long as the directory says', () => {
    expect(fault({ sizeBytes: 801 })).toContain('x: expected 801 bytes of content, found 800');
    expect(fault({ sizeBytes: 799 })).toContain('x: expected 799 bytes of content, found what cannot');
  });

  it('a bomb: it is unpacked no further than it says, and may say 64 MiB', () => {
    const packed = deflateRawSync(Buffer.alloc(64 * 2 ** 20), { level: constants.Z_BEST_COMPRESSION });
    let most = 0;
    const archive = zipArchive([{ name: 'x', content, packed, sizeBytes: 1000 }]);
    const files = unzip(archive, 'a.zip', (...given) => {
      most = given[1];
      return FILE_HOST.inflate(...given);
    });
    expect(() => files.get('x')?.()).toThrow('a.zip: x: expected 1000 bytes of content');
    expect(most).toBe(1000);

    const halves = ['a', 'b'].map((name) => ({ name, content, sizeBytes: 2 ** 25 + 1 }));
    expect(() => open(zipArchive(halves))).toThrow(
      'a.zip: expected at most 67108864 bytes of content, found 67108866;',
    );
  });

  it('broken deflate, encryption and other methods', () => {
    expect(fault({ packed: Buffer.from('nonsense') })).toContain('found what cannot be unpacked to them');
    expect(fault({ flags: 1 })).toContain('found an encrypted one');
    expect(fault({ method: 93 })).toContain('found Zstandard');
  });

  it('a name that is there twice', () => {
    const twins = [content, content].map((bytes) => ({ name: 'x', content: bytes }));
    expect(() => open(zipArchive(twins))).toThrow('a.zip: expected x once, found it twice;');
  });

  it.each([0, 1, 21, 22, 100])('what is cut off after %i bytes', (length) => {
    expect(() => open(zipArchive([{ name: 'x', content }]).subarray(0, length))).toThrow(DigitflowError);
  });
});

it('of mutated archives gives the very content, or an error of one line', () => {
  const archive = zipArchive([
    { name: 'x', content },
    { name: 'y', content, method: 0 },
  ]);
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(archive.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
      fc.integer({ min: archive.length - 30, max: archive.length }),
      (changes, length) => {
        const mutated = Buffer.from(archive);
        for (const [at, byte] of changes) mutated[at] = byte;
        try {
          for (const [, bytes] of unpacked(mutated.subarray(0, length))) expect(bytes).toEqual(content);
        } catch (error) {
          if (!(error instanceof DigitflowError)) throw error;
          expect(error.message).toMatch(/^a\.zip: [^\n]*$/);
        }
      },
    ),
    { numRuns: Number(process.env.DIGITFLOW_MUTATIONS ?? 300) },
  );
});
