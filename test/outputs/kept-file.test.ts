import { lstat, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { KeptFile } from '../../src/outputs/kept-file.js';
import { tempFolder } from '../inputs/temp-folder.js';

describe('a kept file', () => {
  test('is left as it is until it is written, and then replaced whole', async () => {
    const folder = await tempFolder({ a: Buffer.from('before') });
    const path = join(folder, 'a');
    const file = new KeptFile(path);
    expect(await readFile(path, 'utf8')).toBe('before');
    file.write('after');
    expect(await readFile(path, 'utf8')).toBe('after');
    expect(await readdir(folder)).toEqual(['a']);
  });

  test('reached by a link leaves the link, and what a killed process left aside is no hindrance', async () => {
    const folder = await tempFolder({ a: Buffer.from('before'), 'a.part': Buffer.from('half') });
    const link = join(folder, 'link');
    await symlink(join(folder, 'a'), link);
    new KeptFile(link).write('after');
    expect((await lstat(link)).isSymbolicLink()).toBe(true);
    expect(await readFile(join(folder, 'a'), 'utf8')).toBe('after');
  });

  test('that is no file, such as a device, is written to and not replaced', async () => {
    new KeptFile('/dev/null').write('gone');
    expect((await lstat('/dev/null')).isCharacterDevice()).toBe(true);
  });

  test('is refused at once where it cannot be', async () => {
    const folder = await tempFolder();
    await mkdir(join(folder, 'sub'));
    for (const path of [folder, join(folder, 'sub'), join(folder, 'missing', 'a')]) {
      expect(() => new KeptFile(path)).toThrow(expect.objectContaining({ code: 'OUTPUT_WRITE' }));
    }
    await writeFile(join(folder, 'file'), '');
    expect(() => new KeptFile(join(folder, 'file', 'a'))).toThrow('there is no such folder');
  });
});
