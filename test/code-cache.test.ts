import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { PROGRAMS } from '../src/choose-program.js';
import { codeFileOf, compileProgram, readCachedCode, seal } from '../src/code-cache.js';
import { tempFolder } from './inputs/temp-folder.js';

const DIST = fileURLToPath(new URL('../dist', import.meta.url));

/** A program with its code beside it, as the build leaves it. */
async function programOf(text: string): Promise<{ file: string; source: Buffer; sealed: Buffer }> {
  const file = join(await tempFolder(), 'program.cjs');
  const source = Buffer.from(text);
  const sealed = seal({ source, code: compileProgram(file, { source }).script.createCachedData() });
  await writeFile(file, source);
  await mkdir(dirname(codeFileOf(file)));
  await writeFile(codeFileOf(file), sealed);
  return { file, source, sealed };
}

const TEXT = `exports.run = async ([name]) => require('node:path').join(__dirname, name, 'σ');`;

describe('kept code', () => {
  test('is taken where it is whole and of this very source', async () => {
    const { file, source } = await programOf(TEXT);
    const cached = readCachedCode(file);
    expect(cached?.source.equals(source)).toBe(true);
    const { run } = compileProgram(file, cached ?? { source });
    expect(await run().run(['x'])).toBe(join(dirname(file), 'x', 'σ'));
  });

  test('is left where any part of it is damaged, or cut off', async () => {
    const { file, sealed } = await programOf(TEXT);
    for (const at of [0, 4, 8, 40, sealed.length >> 1, sealed.length - 1]) {
      const damaged = Buffer.from(sealed);
      damaged[at] ^= 1;
      await writeFile(codeFileOf(file), damaged);
      expect(readCachedCode(file)).toBeNull();
    }
    for (const length of [0, 3, 8, sealed.length - 1]) {
      await writeFile(codeFileOf(file), sealed.subarray(0, length));
      expect(readCachedCode(file)).toBeNull();
    }
  });

  test('is left where the source has changed, if only by one letter', async () => {
    const { file } = await programOf(TEXT);
    await writeFile(file, TEXT.replace('name', 'mane'));
    expect(readCachedCode(file)).toBeNull();
  });

  test('bears the version of Node in its name, and need not be there', async () => {
    const { file } = await programOf(TEXT);
    expect(codeFileOf(file)).toContain(process.version);
    expect(readCachedCode(join(dirname(file), 'other.cjs'))).toBeNull();
  });

  test('that V8 refuses is compiled anew', async () => {
    const file = join(await tempFolder(), 'program.cjs');
    // A text of its own: V8 does not even look at the code where it has compiled the same text before.
    const source = Buffer.from(`${TEXT} // refused`);
    const { script, run } = compileProgram(file, { source, code: Buffer.from('of another V8') });
    expect(script.cachedDataRejected).toBe(true);
    expect(await run().run(['x'])).toBe(join(dirname(file), 'x', 'σ'));
  });
});

describe('the build', () => {
  const file = (name: string) => join(DIST, `digitflow-${name}.cjs`);

  test.each(PROGRAMS)('keeps code of the program %s, which V8 takes', (name) => {
    const cached = readCachedCode(file(name));
    expect(cached).not.toBeNull();
    if (cached !== null) expect(compileProgram(file(name), cached).script.cachedDataRejected).toBe(false);
  });

  test('writes ASCII, which is quicker to load', async () => {
    for (const name of PROGRAMS) expect(await readFile(file(name), 'utf8')).toMatch(/^[\0-\x7f]*$/);
  });
});
