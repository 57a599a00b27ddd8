// Whether what was built is what the sources would make again.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const INPUTS = [
  'src',
  'pipelines',
  'workers',
  'scripts',
  'tsconfig.json',
  'tsconfig.build.json',
  'package.json',
];

/** npm's own list of what is installed. */
const INSTALLED = 'node_modules/.package-lock.json';

const DATA = [
  't10k-images-idx3-ubyte',
  't10k-labels-idx1-ubyte',
  'sample-images-idx3-ubyte',
  'sample-labels-idx1-ubyte',
];
const OUTPUTS = ['dist', ...DATA.map((name) => `data/${name}`)];

/** Among what is not published. */
const STAMP = 'dist/scripts/stamp.txt';

/**
 * @param {string} root the repository
 * @returns {boolean} whether neither the sources nor what was built of them has changed since `markFresh`
 */
export function isFresh(root) {
  const stamp = join(root, STAMP);
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === digestOf(root);
}

/** @param {string} root the repository, where all has just been built */
export function markFresh(root) {
  writeFileSync(join(root, STAMP), digestOf(root));
}

/** @param {string} root */
function digestOf(root) {
  const hash = createHash('sha256');
  for (const file of [...INPUTS, INSTALLED, ...OUTPUTS].flatMap((path) => filesOf(root, path)).sort()) {
    const bytes = readFileSync(join(root, file));
    hash.update(`${file} ${bytes.length}\n`).update(bytes);
  }
  return hash.digest('hex');
}

/**
 * @param {string} root
 * @param {string} path of a file or a folder; nothing where it is missing
 * @returns {string[]}
 */
function filesOf(root, path) {
  const stats = statSync(join(root, path), { throwIfNoEntry: false });
  if (stats === undefined || path === STAMP) return [];
  if (!stats.isDirectory()) return [path];
  return readdirSync(join(root, path)).flatMap((name) => filesOf(root, `${path}/${name}`));
}
