// The bundles of dist/, by esbuild.
import { readdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { build } from 'esbuild';

const require = createRequire(import.meta.url);

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
 * @param {string} root the repository
 * @param {Record<string, string>} libraryEntries the library's entry files, by the name that each has in dist/
 * @returns {Promise<import('esbuild').Metafile[]>} what went into the files that are published
 */
export async function buildBundles(root, libraryEntries) {
  const common = commonOptions(root);
  const commonJs = commonJsOptions(common);
  const [executable, library, workers] = await Promise.all([
    buildExecutable(root, common, commonJs),
    build({
      ...common,
      entryPoints: libraryEntries,
      outdir: 'dist',
      splitting: true,
      chunkNames: 'lib-[name]-[hash]',
      // A library's user brings operators of their own: they and ours must share one rxjs.
      external: ['piscina', 'rxjs'],
    }),
    build({ ...commonJs, entryPoints: ['workers/score-worker.ts', 'workers/train-worker.ts'] }),
    build({
      ...common,
      entryPoints: ['scripts/prepare-data.ts', 'scripts/float64/train-first-network.ts'],
      outdir: 'dist/scripts',
      entryNames: '[name]',
      metafile: false,
    }),
  ]);
  return [executable, library, workers].map(({ metafile }) => metafile);
}

/**
 * @param {string} root
 * @returns {import('esbuild').BuildOptions}
 */
function commonOptions(root) {
  return {
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    format: 'esm',
    logLevel: 'warning',
    sourcemap: true,
    metafile: true,
    define: { DIGITFLOW_VERSION: JSON.stringify(require('../../package.json').version) },
  };
}

/**
 * What runs as a program or a thread is CommonJS: Node 20 takes 10 ms more to load ES modules, and half a millisecond more for
 * each file. The maps name places in src/, but do not repeat it.
 *
 * @param {import('esbuild').BuildOptions} common
 * @returns {import('esbuild').BuildOptions}
 */
function commonJsOptions(common) {
  return {
    ...common,
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
}

/**
 * The executable, and the files that it loads of a command when it is asked for. esbuild can split ES modules only, so they
 * are made first, and of each its CommonJS.
 *
 * @param {string} root
 * @param {import('esbuild').BuildOptions} common
 * @param {import('esbuild').BuildOptions} commonJs
 */
async function buildExecutable(root, common, commonJs) {
  const folder = join(root, 'dist', 'esm');
  const result = await build({
    ...common,
    entryPoints: { cli: 'src/cli/program.ts' },
    outdir: folder,
    outExtension: { '.js': '.cjs' },
    splitting: true,
    chunkNames: 'cli-[name]-[hash]',
    // Piscina finds a file of its own at run time, so it stays a package; the rest is bundled to start fast.
    external: ['piscina'],
    plugins: [withoutChildProcess],
    // Under Node's own condition rxjs is CommonJS, of which nothing can be left out.
    alias: { rxjs: join(dirname(require.resolve('rxjs/package.json')), 'dist/esm/index.js') },
    sourcesContent: false,
  });
  const files = (await readdir(folder)).filter((name) => name.endsWith('.cjs'));
  await build({
    ...commonJs,
    bundle: false,
    entryPoints: [
      { in: 'src/bin.ts', out: 'digitflow' },
      ...files.map((name) => ({ in: join(folder, name), out: basename(name, '.cjs') })),
    ],
    minifySyntax: true,
    minifyWhitespace: true,
    // Node shows the line of an uncaught error: it must not be the whole program.
    lineLimit: 160,
  });
  await rm(folder, { recursive: true });
  return result;
}
