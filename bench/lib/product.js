// The product as its users have it: what `npm run build` made.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The folder of the repository. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The executable. */
export const EXECUTABLE = fileURLToPath(new URL('../../dist/digitflow.cjs', import.meta.url));

/**
 * The library, all of its entries as one.
 *
 * @returns {Promise<typeof import('../../dist/types/src/index.js') &
 *   typeof import('../../dist/types/src/entries/operators-api.js') &
 *   typeof import('../../dist/types/src/entries/network-api.js')>}
 */
export async function loadDigitflow() {
  const entries = ['index', 'operators', 'network'].map(
    (name) => new URL(`../../dist/${name}.js`, import.meta.url),
  );
  if (!entries.every(existsSync)) throw new Error('nothing to measure: run `npm run build` first');
  return Object.assign({}, ...(await Promise.all(entries.map((entry) => import(entry.href)))));
}
