import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join, normalize } from 'node:path/posix';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { describe, expect, test } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { tempFolder } from './inputs/temp-folder.js';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What TypeScript and AssemblyScript both know. */
const OFFSETS = ['', 'count-', 'head-', 'layer-', 'row-', 'run-', 'format-'].map(
  (table) => `workers/kernel/common/${table}offsets`,
);

/**
 * Which room may import from which, or from which one file of it: the picture of the flow from its door to its floor.
 * A room that is not named here may not exist.
 */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  // What is loaded first: it finds out which program is meant, and knows nothing of it but its type.
  bin: ['choose-program', 'load-program'],
  'load-program': ['choose-program', 'code-cache', 'cli'],
  'code-cache': ['cli'],
  'choose-program': [],
  programs: ['cli', 'commands'],
  cli: ['commands/write-out', 'errors'],
  commands: [
    'pipelines',
    'pool/choose-workers',
    'sources',
    'sinks',
    'render',
    'report/words/index',
    'tally/wording',
    'csv',
    'insight',
    'training/options',
    'network',
    'errors',
  ],
  pipelines: [
    'operators',
    'sources',
    'pool',
    'csv',
    'insight',
    'training',
    'sinks',
    'render',
    'report',
    'tally',
    'network',
    'errors',
  ],
  operators: ['pool', 'csv', 'tally', 'network', 'errors'],
  // What a source yields is what the first operator takes, and it asks for permits: contracts, no code.
  sources: [
    'operators/events',
    'pool/permits',
    'pool/file-extent',
    'pool/rows-of-text',
    'csv',
    'network',
    'errors',
    'assets',
  ],
  pool: ['csv', 'network', 'errors', 'assets', 'compile-kernel', ...OFFSETS],
  // What a row of text means: known to those who find rows, and to those who read them.
  csv: ['errors'],
  // What a network has seen: contributions, silenced neurons, the smallest change.
  insight: ['network', 'errors'],
  // Learns in shared memory and threads of its own, laid out as the pool lays out its.
  training: [
    'pool/layout',
    'pool/messages',
    'pool/threads',
    'network',
    'errors',
    'assets',
    'compile-kernel',
    ...OFFSETS,
  ],
  sinks: ['csv', 'tally', 'errors', 'assets', 'compile-kernel', 'workers/kernel/common/format-offsets'],
  render: ['insight', 'tally', 'network', 'errors'],
  // One HTML page of all there is to see.
  report: ['render/picture', 'tally'],
  tally: ['errors', 'workers/kernel/common/offsets'],
  network: ['errors', 'workers/kernel/common/offsets'],
  errors: [],
  assets: [],
  'compile-kernel': ['errors'],
  // What runs in the threads.
  workers: ['pool/create-worker', 'pool/messages', 'training'],
  // The library is all of it but the command line.
  index: [
    'pipelines',
    'operators',
    'sources',
    'pool',
    'csv',
    'insight',
    'training',
    'sinks',
    'render',
    'tally',
    'network',
    'errors',
  ],
};

/** Which rooms may know a package. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  commander: ['cli', 'commands'],
  rxjs: ['pipelines', 'operators', 'sources', 'training'],
  piscina: ['pool'],
  'csv-parse': ['csv'],
  pngjs: ['sources', 'report'],
};

/** One import: `src/pool/batch`, and what it asks for, resolved where it is a file of ours. */
interface Import {
  readonly from: string;
  readonly to: string;
  readonly isType: boolean;
}

/** `import … from`, `import` for what it does, and `import()`. */
const IMPORT =
  /^(?:import|export)\s(type\s)?[^;'"]*?from\s'([^']+)'|^import\s'([^']+)'|\bimport\('([^']+)'\)/gm;

const modules = ['src', 'pipelines', 'workers']
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((path) =>
      join(folder, path.replaceAll('\\', '/')),
    ),
  )
  .filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'))
  // Of the kernels' folder only what TypeScript compiles as well.
  .filter((path) => !path.startsWith('workers/kernel/') || OFFSETS.includes(path.replace(/\.ts$/, '')))
  .map((path) => path.replace(/\.ts$/, ''));

const imports = modules.flatMap(importsOf);
const ours = imports.filter(({ to }) => modules.includes(to));

function importsOf(from: string): Import[] {
  const text = readFileSync(join(root, `${from}.ts`), 'utf8');
  return Array.from(text.matchAll(IMPORT), ([, type, name, effect, dynamic]) => {
    const specifier = name ?? effect ?? dynamic;
    const file = normalize(join(from, '..', specifier)).replace(/\.js$/, '');
    return { from, to: specifier.startsWith('.') ? file : specifier, isType: type !== undefined };
  });
}

/** `src/pool/batch` lies in `pool`, `src/errors` is a room by itself. */
function roomOf(module: string): string {
  const [first, second] = module.split('/');
  return first === 'src' ? second : first;
}

function withinRooms(module: string): string {
  return module.replace(/^src\//, '');
}
/** A package's own name: `@scope/name` of `@scope/name/file`. */
function packageOf(specifier: string): string {
  return /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier;
}

/** The ways that lead from a file back to itself. */
function cyclesOf(edges: readonly Import[]): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (module: string, path: readonly string[]) => {
    if (path.includes(module)) {
      found.push([...path.slice(path.indexOf(module)), module].join(' -> '));
    } else if (!done.has(module)) {
      for (const { from, to } of edges) if (from === module) visit(to, [...path, module]);
      done.add(module);
    }
  };
  for (const module of modules) visit(module, []);
  return found;
}

describe('the rooms', () => {
  test('are those of the plan, and all of them have something in them', () => {
    expect(new Set(modules.map(roomOf))).toEqual(new Set(Object.keys(ARROWS)));
  });

  test('import only along the arrows', () => {
    const astray = ours.filter(({ from, to }) => {
      const allowed = ARROWS[roomOf(from)];
      return (
        roomOf(from) !== roomOf(to) && !allowed.includes(roomOf(to)) && !allowed.includes(withinRooms(to))
      );
    });
    expect(astray).toEqual([]);
  });

  test('have no way that leads back to its beginning', () => {
    // Types within a room may speak of each other: nothing of them is left at run time.
    const edges = ours.filter(({ from, to, isType }) => !isType || roomOf(from) !== roomOf(to));
    expect(cyclesOf(edges)).toEqual([]);
  });

  test('find every file that they ask for', () => {
    const relative = imports.filter(({ to }) => /^(src|pipelines|workers|\.)/.test(to));
    expect(relative.filter(({ to }) => !modules.includes(to))).toEqual([]);
    expect(relative.length).toBeGreaterThan(100);
  });

  test('leave each package to those who are meant to know it', () => {
    const packages = imports.filter(({ to }) => !modules.includes(to) && !isBuiltin(to));
    expect(packages.filter(({ from, to }) => !PACKAGES[packageOf(to)]?.includes(roomOf(from)))).toEqual([]);
  });
});

describe('package.json', () => {
  const dependencies: readonly string[] = Object.keys(manifest.dependencies);

  test('publishes what exists', () => {
    const published = manifest.files.filter((pattern) => !pattern.startsWith('!'));
    expect(published.filter((pattern) => !existsSync(join(root, pattern)))).toEqual([]);
  });

  test('packs what the build makes, not what old clones still hold', async () => {
    const folder = await tempFolder({ 'package.json': Buffer.from(JSON.stringify(manifest)) });
    const wanted = [
      'data/t10k-images-idx3-ubyte',
      'dist/digitflow.cjs',
      'dist/code-cache/a.bin',
      'docs/a.md',
    ];
    const left = ['data/t10k-images-idx3-ubyte.gz', 'dist/scripts/a.js', 'src/a.ts', 'bench/a.js'];
    for (const path of [...wanted, ...left]) {
      mkdirSync(join(folder, path, '..'), { recursive: true });
      writeFileSync(join(folder, path), '');
    }
    const args = ['pack', '--dry-run', '--json', '--ignore-scripts'];
    const { stdout } = spawnSync('npm', args, { cwd: folder, encoding: 'utf8' });
    const [{ files }] = JSON.parse(stdout);
    expect(files.map(({ path }: { path: string }) => path).sort()).toEqual(
      ['package.json', ...wanted].sort(),
    );
  });

  test('exports files that the build makes, under the name of the package', () => {
    const targets = [...Object.values(manifest.exports['.']), manifest.bin.digitflow];
    expect(targets.filter((target) => !existsSync(join(root, target)))).toEqual([]);
    const code = "import('digitflow').then(({ evaluate }) => console.log(typeof evaluate))";
    const { stdout } = spawnSync(process.execPath, ['-e', code], { cwd: root, encoding: 'utf8' });
    expect(stdout).toBe('function\n');
  });

  test('has a program that a shell can start', () => {
    expect(readFileSync(join(root, manifest.bin.digitflow), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
  });

  test('depends on nothing that no source file imports', () => {
    const imported = imports.map(({ to }) => packageOf(to));
    expect(dependencies.filter((name) => !imported.includes(name))).toEqual([]);
  });

  test('depends on every package that the built files still import', async () => {
    const { metafile } = await build({
      absWorkingDir: root,
      entryPoints: ['dist/digitflow-*.cjs', 'dist/index.js', 'dist/score-worker.cjs'],
      ...{ bundle: true, packages: 'external', platform: 'node', format: 'esm', logLevel: 'error' },
      ...{ outdir: 'nowhere', write: false, metafile: true },
    });
    const external = Object.values(metafile.inputs)
      .flatMap((input) => input.imports)
      .filter((found) => found.external && !isBuiltin(found.path))
      .map(({ path }) => packageOf(path));
    expect(external).toEqual(expect.arrayContaining(['piscina', 'rxjs']));
    expect(external.filter((name) => !dependencies.includes(name))).toEqual([]);
  });
});
