import { join } from 'node:path';
import { expect, test } from 'vitest';
import { OpenFile } from '../../src/inputs/bytes/open-file.js';
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
