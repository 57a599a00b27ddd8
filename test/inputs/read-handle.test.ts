import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ReadHandle } from '../../src/inputs/bytes/file-bytes.js';
import { tempFolder } from './temp-folder.js';

test('a closed file is neither read nor closed again, whoever has its descriptor by then', async () => {
  const folder = await tempFolder({ a: Buffer.from('aaaa'), b: Buffer.from('bbbb') });
  const [a, bytes] = [await ReadHandle.open(join(folder, 'a')), Buffer.alloc(4)];
  await a.close();
  const b = await ReadHandle.open(join(folder, 'b'));
  expect(b.fd).toBe(a.fd);
  await expect(a.read(bytes, 0, 4, null)).rejects.toThrow('closed');
  await a.close();
  expect(await b.read(bytes, 0, 4, null)).toMatchObject({ bytesRead: 4 });
  expect(String(bytes)).toBe('bbbb');
  await b.close();
});
