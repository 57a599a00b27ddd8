import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { FileBytes, OpenFile } from '../../src/inputs/bytes/file-bytes.js';
import { failureOf } from './failure-of.js';
import { tempFile, tempFolder } from './temp-folder.js';

test('a closed file is neither read nor closed again, whatever file has its descriptor by then', async () => {
  const folder = await tempFolder({ a: Buffer.from('aaaa'), b: Buffer.from('bbbb') });
  const [a, bytes] = [await OpenFile.open(join(folder, 'a'), 'a'), Buffer.alloc(4)];
  a.release();
  const b = await OpenFile.open(join(folder, 'b'), 'b');
  expect(b.fd).toBe(a.fd);
  await expect(a.read(bytes, null)).rejects.toThrow('closed');
  a.release();
  expect(await b.read(bytes, null)).toBe(4);
  expect(String(bytes)).toBe('bbbb');
  b.release();
});

test('a file stays open until its last holder releases it, a pending read among them', async () => {
  const file = await OpenFile.open(await tempFile(Buffer.from('abcd')), 'x');
  file.retain();
  file.release();
  expect(file.byteAt(3)).toBe(100);
  expect(file.byteAt(4)).toBeUndefined();
  const bytes = Buffer.alloc(4);
  const reading = file.read(bytes, 0);
  file.release();
  expect(file.sizeBytes).toBe(4);
  expect(await reading).toBe(4);
  expect(String(bytes)).toBe('abcd');
  expect(() => file.retain()).toThrow('closed');
});

test('what goes wrong is told with the name of the file', async () => {
  const folder = await tempFolder();
  const missing = await failureOf(() => OpenFile.open(join(folder, 'nowhere'), 'x'));
  expect(missing).toMatchObject({ code: 'INPUT_MISSING', exitCode: 66 });
  const file = await OpenFile.open(folder, 'x');
  const error = await failureOf(() => file.read(Buffer.alloc(4), 0));
  expect(error).toMatchObject({ code: 'INPUT_READ', exitCode: 74 });
  expect(error.message).toContain('x: could not be read (EISDIR)');
  expect((await failureOf(async () => file.readAt(Buffer.alloc(4), 0))).code).toBe('INPUT_READ');
  file.release();
});

/** A file of four bytes whose n-th read fills all of the buffer with n at once, and whose read number `badRead` fails. */
function countingFile(badRead = Number.POSITIVE_INFINITY) {
  const file = {
    fd: 99,
    name: 'x',
    sizeBytes: 4,
    reads: 0,
    releases: 0,
    async read(target: Uint8Array): Promise<number> {
      file.reads++;
      if (file.reads === badRead) throw new Error('bad disk');
      target.fill(file.reads);
      return target.length;
    },
    retain(): void {},
    byteAt: () => undefined,
    release(): void {
      file.releases++;
    },
  };
  return file;
}

describe('FileBytes', () => {
  it('reads just a header first, and nothing ahead of it', async () => {
    const file = countingFile();
    expect(await new FileBytes(file).pull()).toHaveLength(16);
    expect(file.reads).toBe(1);
  });

  it('reads one buffer ahead and no more, without touching the one that is lent', async () => {
    const file = countingFile();
    const source = new FileBytes(file);
    await source.pull();
    const piece = await source.pull();
    expect(file.reads).toBe(3);
    expect([...(piece ?? [])]).toEqual([2, 2, 2, 2]);
    expect([...((await source.pull()) ?? [])]).toEqual([3, 3, 3, 3]);
    expect(file.reads).toBe(4);
  });

  it('reads straight to where the caller wants it, nothing ahead', async () => {
    const file = countingFile();
    const source = new FileBytes(file);
    await source.pull();
    const into = new Uint8Array(new SharedArrayBuffer(9), 2, 6);
    const piece = await source.pull(into);
    expect([...into]).toEqual([2, 2, 2, 2, 2, 2]);
    expect([piece?.buffer, piece?.byteOffset, piece?.length]).toEqual([into.buffer, 2, 6]);
    expect(file.reads).toBe(2);
  });

  it('gives what it has read ahead before it reads straight to the caller', async () => {
    const source = new FileBytes(countingFile());
    await source.pull();
    await source.pull();
    const into = new Uint8Array(6);
    expect([...((await source.pull(into)) ?? [])]).toEqual([3, 3, 3, 3]);
    expect([...into]).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('uses the same two buffers over and over', async () => {
    const source = new FileBytes(countingFile());
    await source.pull();
    const buffers = new Set<ArrayBufferLike | undefined>();
    for (let pull = 0; pull < 6; pull++) buffers.add((await source.pull())?.buffer);
    expect(buffers.size).toBe(2);
  });

  it('keeps a failure of the read ahead for the next pull', async () => {
    const source = new FileBytes(countingFile(3));
    await source.pull();
    expect(await source.pull()).toHaveLength(4);
    // Long enough for an unhandled rejection to be reported, which would fail the run.
    await new Promise((resolve) => setImmediate(resolve));
    await expect(source.pull()).rejects.toThrow('bad disk');
  });

  it('releases the file once', async () => {
    const file = countingFile();
    const source = new FileBytes(file);
    await Promise.all([source.close(), source.close()]);
    expect(file.releases).toBe(1);
  });

  it('does not read on when it is closed while a read is pending', async () => {
    const file = countingFile();
    const source = new FileBytes(file);
    const pending = source.pull();
    await source.close();
    await pending;
    expect(file.reads).toBe(1);
  });

  it('leaves a real file open until a read that is under way has ended', async () => {
    const file = await OpenFile.open(await tempFile(new Uint8Array(100_000)), 'x');
    const source = new FileBytes(file);
    await source.pull();
    const pending = source.pull();
    const closing = source.close();
    expect(file.sizeBytes).toBe(100_000);
    await closing;
    expect(await pending).toHaveLength(100_000 - 16);
    expect(() => file.sizeBytes).toThrow('EBADF');
  });

  it('stops where it is told to', async () => {
    const bytes = Uint8Array.from({ length: 100 }, (_, index) => index);
    for (const into of [undefined, new Uint8Array(30)]) {
      const source = new FileBytes(await OpenFile.open(await tempFile(bytes), 'x'), 10, 40);
      const found: number[] = [];
      for (let piece = await source.pull(into); piece !== null; piece = await source.pull(into)) {
        found.push(...piece);
      }
      await source.close();
      expect(found).toEqual([...bytes.subarray(10, 40)]);
    }
  });

  it('begins where it is told to, and then says nothing of positions', async () => {
    const file = await OpenFile.open(await tempFile(Buffer.from('abcdef')), 'x');
    const source = new FileBytes(file, 2);
    expect(Buffer.from((await source.pull()) ?? []).toString()).toBe('cdef');
    expect(await source.pull()).toBeNull();
    expect([source.file, source.sizeBytes]).toEqual([null, null]);
    await source.close();
  });
});
