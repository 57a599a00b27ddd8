// The product as its users have it: what `npm run build` made.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The folder of the repository. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The executable. */
export const EXECUTABLE = fileURLToPath(new URL('../../dist/digitflow.cjs', import.meta.url));

/**
 * The library.
 *
 * @returns {Promise<typeof import('../../dist/types/src/index.js')>}
 */
export async function loadDigitflow() {
  const entry = new URL('../../dist/index.js', import.meta.url);
  if (!existsSync(entry)) throw new Error('nothing to measure: run `npm run build` first');
  return import(entry.href);
}
