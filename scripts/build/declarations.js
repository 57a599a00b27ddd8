// The declarations of dist/types/, by tsc.
import { execFile } from 'node:child_process';
import { readdir, readFile, rm, rmdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const require = createRequire(import.meta.url);
const run = promisify(execFile);

/**
 * Declares the library's entry files and what they speak of: a declaration that none of them leads to is not published.
 *
 * @param {string} root the repository
 * @param {readonly string[]} entries of the library, as paths of sources
 * @returns {Promise<void>}
 */
export async function buildDeclarations(root, entries) {
  const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');
  await run(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: root }).catch((error) => {
    throw new Error(`the types do not compile\n${error.stdout}`);
  });
  const folder = join(root, 'dist', 'types');
  const wanted = new Set();
  for (const entry of entries) await collect(join(folder, entry.replace(/\.ts$/, '.d.ts')), wanted);
  for (const name of await readdir(folder, { recursive: true })) {
    const file = join(folder, name);
    if (name.endsWith('.d.ts') && !wanted.has(file)) await rm(file);
  }
  await removeEmpty(folder);
}

/**
 * @param {string} folder is removed, with those in it, where it holds no file
 * @returns {Promise<boolean>} whether it was
 */
async function removeEmpty(folder) {
  const entries = await readdir(folder, { withFileTypes: true });
  let kept = 0;
  for (const entry of entries) {
    if (!entry.isDirectory() || !(await removeEmpty(join(folder, entry.name)))) kept++;
  }
  if (kept === 0) await rmdir(folder);
  return kept === 0;
}

/**
 * @param {string} file a declaration, added with all that it leads to
 * @param {Set<string>} wanted
 */
async function collect(file, wanted) {
  if (wanted.has(file)) return;
  wanted.add(file);
  const text = await readFile(file, 'utf8');
  for (const [, specifier] of text.matchAll(/(?:from |import\()["'](\.[^"']+)\.js["']/g)) {
    await collect(resolve(dirname(file), `${specifier}.d.ts`), wanted);
  }
}
