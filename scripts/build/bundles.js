// The bundles of dist/, by esbuild.
import { readdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { build } from 'esbuild';

const require = createRequire(import.meta.url);

/**
 * What stays a package: Piscina, and pino of fastify, find files of their own at run time, and of what serves HTTP, or speaks
 * to a queue, no other command needs anything. The rest is bundled to start fast.
 */
const PACKAGES = ['piscina', 'fastify', 'prom-client', 'bullmq', 'ioredis', 'onnxruntime-node'];

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
 * csv-parse is met where rows have quotes, and is an eighth of what a program or thread would load: it is a file of its own.
 *
 * @type {import('esbuild').Plugin}
 */
const csvParseApart = {
  name: 'csv-parse-apart',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^csv-parse\/sync$/ }, ({ path, kind }) =>
      kind === 'entry-point' ? undefined : { path, namespace: 'apart' },
    );
    onResolve({ filter: /^\.\/csv-parse\.cjs$/ }, ({ path }) => ({ path, external: true }));
    onLoad({ filter: /.*/, namespace: 'apart' }, () => ({
      contents: "export const parse = (...given) => require('./csv-parse.cjs').parse(...given);",
    }));
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
  const [executable, library, workers, page] = await Promise.all([
    buildExecutable(root, common, commonJs),
    build({
      ...common,
      entryPoints: libraryEntries,
      outdir: 'dist',
      splitting: true,
      chunkNames: 'lib-[name]-[hash]',
      // A library's user brings operators of their own: they and ours must share one rxjs.
      external: [...PACKAGES, 'rxjs'],
    }),
    build({
      ...commonJs,
      entryPoints: {
        'score-worker': 'workers/score-worker.ts',
        'train-worker': 'workers/train-worker.ts',
        'why-worker': 'workers/why-worker.ts',
        'model-worker': 'workers/model-worker.ts',
        'stress-worker': 'workers/stress-worker.ts',
        'onnx-worker': 'workers/onnx-worker.ts',
        'csv-parse': 'csv-parse/sync',
      },
      external: ['onnxruntime-node'],
      plugins: [csvParseApart],
    }),
    build({
      ...common,
      entryPoints: {
        'draw-page': 'src/views/draw/live/main.ts',
        'draw-loader': 'src/views/draw/live/page-loader.ts',
        'draw-style': 'src/views/draw/live/draw.css',
      },
      outdir: 'dist',
      platform: 'browser',
      // Japanese as it is takes half.
      charset: 'utf8',
      target: ['chrome111', 'firefox115', 'safari16.4'],
      format: 'iife',
      minify: true,
      // It becomes part of a page: no line of it may end the page's script, and nobody reads maps of it there.
      sourcemap: false,
    }),
    build({
      ...common,
      entryPoints: ['scripts/prepare-data.ts', 'scripts/float64/train-first-network.ts'],
      outdir: 'dist/scripts',
      entryNames: '[name]',
      metafile: false,
    }),
  ]);
  return [executable, library, workers, page].map(({ metafile }) => metafile);
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
    // The maps name places in src/, but do not repeat it.
    sourcesContent: false,
    metafile: true,
    define: { DIGITFLOW_VERSION: JSON.stringify(require('../../package.json').version) },
  };
}

/**
 * What runs as a program or a thread is CommonJS: Node 20 takes 10 ms more to load ES modules, and half a millisecond more for
 * each file.
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
  };
}

/** Files of the executable, and the source that asks for all that is in each, but not in those before it. */
const PARTS = [
  ['cli', 'src/cli/program.ts'],
  ['cli-evaluate', 'src/cli/evaluate-command.ts'],
  ['cli-csv', 'src/inputs/csv/csv-input.ts'],
];

/**
 * The executable, and the files that it loads of a command when it is asked for. esbuild can split ES modules only, so they
 * are made first, and of each its CommonJS. What is loaded at once becomes one file: each takes a third of a millisecond.
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
    splitting: true,
    chunkNames: 'cli-[name]-[hash]',
    external: PACKAGES,
    plugins: [withoutChildProcess, csvParseApart],
    // Under Node's own condition rxjs is CommonJS, of which nothing can be left out.
    alias: { rxjs: join(dirname(require.resolve('rxjs/package.json')), 'dist/esm/index.js') },
  });
  /** @type {Map<string, string[]>} */
  const parts = new Map();
  for (const [part, source] of PARTS) {
    const others = [...parts.values()].flat();
    const names = filesOf(result.metafile, source);
    parts.set(
      part,
      names.filter((name) => !others.includes(name)),
    );
  }
  const files = (await readdir(folder)).filter((name) => name.endsWith('.js'));
  const options = {
    ...commonJs,
    external: PACKAGES,
    // What the package says of its files is not for these.
    ignoreAnnotations: true,
    minifySyntax: true,
    minifyWhitespace: true,
    // Node shows the line of an uncaught error: it must not be the whole program.
    lineLimit: 160,
  };
  const partOf = (/** @type {string} */ name) => [...parts].find(([, names]) => names.includes(name))?.[0];
  const alone = files.filter((name) => partOf(name) === undefined);
  const bin = { in: 'src/bin.ts', out: 'digitflow' };
  await Promise.all([
    build({ ...options, bundle: false, ignoreAnnotations: false, external: undefined, entryPoints: [bin] }),
    build({
      ...options,
      entryPoints: alone.map((name) => join(folder, name)),
      entryNames: '[name]',
      plugins: [joined(partOf)],
    }),
    ...Array.from(parts, ([part, names]) => {
      const spaces = names.map((name) => `export * as ${spaceOf(name)} from './${name}';`);
      const contents = [...(part === 'cli' ? ["export * from './cli.js';"] : []), ...spaces].join('\n');
      return build({
        ...options,
        stdin: { contents, resolveDir: folder, sourcefile: 'part.js' },
        outdir: undefined,
        outfile: `dist/${part}.cjs`,
        plugins: [joined(partOf, part)],
      });
    }),
  ]);
  await rm(folder, { recursive: true });
  await shortenNames(root, options);
  return result;
}

/**
 * Gives short names to what is within functions: a fifth less to parse at each start. Those at the top, which a stack shows,
 * stay: esbuild leaves them where it is told of no format.
 *
 * @param {string} root
 * @param {import('esbuild').BuildOptions} options with which the files were made
 */
async function shortenNames(root, options) {
  const names = (await readdir(join(root, 'dist'))).filter((name) => /^cli.*\.cjs$/.test(name));
  await build({
    ...options,
    ...{ bundle: false, external: undefined, format: undefined, allowOverwrite: true },
    minifyIdentifiers: true,
    entryPoints: names.map((name) => join(root, 'dist', name)),
  });
}

/**
 * Names of the files that are loaded at once where one is asked for, itself among them.
 *
 * @param {import('esbuild').Metafile} metafile
 * @param {string} source of that file
 */
function filesOf({ outputs }, source) {
  const [entry = ''] = Object.entries(outputs).find(([, { entryPoint }]) => entryPoint === source) ?? [];
  const found = new Set([entry]);
  for (const path of found) {
    for (const { path: imported, kind } of outputs[path].imports) {
      if (kind === 'import-statement' && imported in outputs) found.add(imported);
    }
  }
  return Array.from(found, (path) => basename(path));
}

/**
 * Files of a part are in one file, where others find each by its name; all others stay by themselves.
 *
 * @param {(name: string) => string | undefined} partOf
 * @param {string} [own] the part that is being built
 * @returns {import('esbuild').Plugin}
 */
function joined(partOf, own) {
  return {
    name: 'joined',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^\.\// }, ({ path, namespace }) => {
        const name = basename(path);
        const part = partOf(name);
        if (namespace === 'part') return { path, external: true };
        if (part === undefined) return { path: `./${basename(name, '.js')}.cjs`, external: true };
        return part === own ? undefined : { path: name, namespace: 'part' };
      });
      onLoad({ filter: /.*/, namespace: 'part' }, ({ path }) => ({
        contents: `module.exports = require('./${partOf(path)}.cjs').${spaceOf(path)};`,
      }));
    },
  };
}

/** The name by which a file is found in its part. @param {string} name */
function spaceOf(name) {
  return name.replace(/\W/g, '_');
}
