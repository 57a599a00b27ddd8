import { open } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { fileBytes } from '../../src/inputs/bytes/file-bytes.js';
import { failureOf } from './failure-of.js';
import { tempFile } from './temp-folder.js';

/** A file whose n-th read fills the buffer with n at once, and whose read number `badRead` fails. */
function countingFile(badRead = Number.POSITIVE_INFINITY) {
  const file = {
    reads: 0,
    closes: 0,
    read<Buffer extends NodeJS.ArrayBufferView>(
      buffer: Buffer,
    ): Promise<{ bytesRead: number; buffer: Buffer }> {
      file.reads++;
      if (file.reads === badRead)
        return Promise.reject(Object.assign(new Error('bad disk'), { code: 'EIO' }));
      new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength).fill(file.reads);
      return Promise.resolve({ bytesRead: buffer.byteLength, buffer });
    },
    close(): Promise<void> {
      file.closes++;
      return Promise.resolve();
    },
  };
  return file;
}

const sourceOf = (file: ReturnType<typeof countingFile>) =>
  fileBytes({ fd: 99, read: file.read as never, close: file.close }, 'x', 4);

describe('fileBytes', () => {
  it('reads just a header first, and nothing ahead of it', async () => {
    const file = countingFile();
    expect(await sourceOf(file).pull()).toHaveLength(16);
    expect(file.reads).toBe(1);
  });

  it('reads one buffer ahead and no more, without touching the one that is lent', async () => {
    const file = countingFile();
    const source = sourceOf(file);
    await source.pull();
    const piece = await source.pull();
    expect(file.reads).toBe(3);
    expect([...(piece ?? [])]).toEqual([2, 2, 2, 2]);
    expect([...((await source.pull()) ?? [])]).toEqual([3, 3, 3, 3]);
    expect(file.reads).toBe(4);
  });

  it('reads straight to where the caller wants it, nothing ahead', async () => {
    const file = countingFile();
    const source = sourceOf(file);
    await source.pull();
    const into = new Uint8Array(new SharedArrayBuffer(9), 2, 6);
    const piece = await source.pull(into);
    expect([...into]).toEqual([2, 2, 2, 2, 2, 2]);
    expect([piece?.buffer, piece?.byteOffset, piece?.length]).toEqual([into.buffer, 2, 6]);
    expect(file.reads).toBe(2);
  });

  it('gives what it has read ahead before it reads straight to the caller', async () => {
    const source = sourceOf(countingFile());
    await source.pull();
    await source.pull();
    const into = new Uint8Array(6);
    expect([...((await source.pull(into)) ?? [])]).toEqual([3, 3, 3, 3]);
    expect([...into]).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('uses the same two buffers over and over', async () => {
    const source = sourceOf(countingFile());
    await source.pull();
    const buffers = new Set<ArrayBufferLike | undefined>();
    for (let pull = 0; pull < 6; pull++) buffers.add((await source.pull())?.buffer);
    expect(buffers.size).toBe(2);
  });

  it('keeps a failure of the read ahead for the next pull', async () => {
    const source = sourceOf(countingFile(3));
    await source.pull();
    expect(await source.pull()).toHaveLength(4);
    // Long enough for an unhandled rejection to be reported, which would fail the run.
    await new Promise((resolve) => setImmediate(resolve));
    const error = await failureOf(() => source.pull());
    expect(error).toMatchObject({ code: 'INPUT_READ', exitCode: 74 });
    expect(error.message).toContain('x: could not be read (EIO)');
  });

  it('closes the file once', async () => {
    const file = countingFile();
    const source = sourceOf(file);
    await Promise.all([source.close(), source.close()]);
    expect(file.closes).toBe(1);
  });

  it('does not read on when it is closed while a read is pending', async () => {
    const file = countingFile();
    const source = sourceOf(file);
    const pending = source.pull();
    await source.close();
    await pending;
    expect(file.reads).toBe(1);
  });

  it('closes a real file while a read is under way', async () => {
    const bytes = new Uint8Array(100_000);
    const handle = await open(await tempFile(bytes), 'r');
    const source = fileBytes(handle, 'x', 50_000);
    await source.pull();
    await source.close();
    expect(handle.fd).toBe(-1);
  });
});
