// The product as its users have it: what `npm run build` made.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the repository. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The executable. */
export const EXECUTABLE = join(
  ROOT,
  JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).bin.digitflow,
);

/**
 * The library: what `digitflow`, `digitflow/operators` and `digitflow/network` export.
 *
 * @param {string} [root] the folder of another build
 * @returns {Promise<Record<string, any>>}
 */
export async function loadDigitflow(root = ROOT) {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const entries = ['.', './operators', './network'].map((name) => join(root, exports[name].default));
  if (!entries.every((entry) => existsSync(entry)))
    throw new Error('nothing to measure: run `npm run build` first');
  return Object.assign({}, ...(await Promise.all(entries.map((entry) => import(entry)))));
}
