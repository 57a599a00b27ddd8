import { promises as fs } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { inputError, missingInput } from './input-error.js';

/**
 * The paths that patterns stand for: `*` and `?` in the last part of a path, where the shell has left them to us.
 *
 * A path that is there under that very name is taken as it is. Names are sorted.
 *
 * @throws DigitflowError INPUT_MISSING where nothing fits, INPUT_READ
 */
export async function expandPaths(paths: readonly string[]): Promise<string[]> {
  const expanded = await Promise.all(paths.map(expandPath));
  return expanded.flat();
}

async function expandPath(path: string): Promise<string[]> {
  const pattern = basename(path);
  if (!/[*?]/.test(pattern)) return [path];
  const folder = dirname(path);
  const names = await fs.readdir(folder).catch((error: unknown) => {
    throw inputError(error, folder);
  });
  if (names.includes(pattern)) return [path];
  const expression = new RegExp(
    `^${pattern
      .replace(/[^*?]/g, (c) => c.replace(/\W/, '\\$&'))
      .replace(/\*/g, '.*')
      .replace(/\?/g, '.')}$`,
    's',
  );
  const found = names.filter(
    (name) => expression.test(name) && (pattern.startsWith('.') || !name.startsWith('.')),
  );
  if (found.length === 0) throw missingInput(path);
  return found.sort().map((name) => join(folder, name));
}
