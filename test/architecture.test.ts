import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { basename, dirname, join, normalize } from 'node:path/posix';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What everything but the command line may know: the library is all of it. */
const LIBRARY = [
  'pipelines',
  'inputs',
  'outputs',
  'views',
  'training',
  'serving',
  'sharding',
  'queue',
  'operators',
  'engine',
  'formats',
  'network',
  'insight',
  'judging',
  'corruptions',
  'counting',
  'statistics',
  'errors',
  'assets',
];

/**
 * Which room may import from which, or from which part of it: the picture of the flow from its door to its floor.
 * A room that is not named here may not exist.
 */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  bin: ['cli'],
  cli: LIBRARY,
  // What the package exports.
  index: LIBRARY,
  entries: LIBRARY,
  pipelines: LIBRARY,
  operators: ['engine', 'counting', 'network', 'formats', 'errors'],
  // Which reading of a network is right is found by asking it.
  inputs: ['engine', 'insight', 'formats', 'network', 'errors', 'assets'],
  outputs: [
    'training',
    'engine',
    'judging',
    'counting',
    'insight',
    'network',
    'formats',
    'errors',
    'assets',
    'workers/kernel/common',
  ],
  views: [
    'training',
    'insight',
    'judging',
    'counting',
    'statistics',
    'src/formats/pictures',
    'network',
    'errors',
  ],
  training: ['engine', 'counting', 'statistics', 'network', 'errors', 'assets', 'workers/kernel/common'],
  // What runs a whole file or draws a page is handed to it: pipelines are above.
  serving: ['engine', 'inputs', 'views', 'formats', 'network', 'errors'],
  // What one of many machines does is run by a pipeline; here are the plan, the cuts, the shard's file, and what becomes of all.
  sharding: ['inputs', 'outputs', 'counting', 'engine', 'formats', 'network', 'errors'],
  // What a job does is handed to it: pipelines are above.
  queue: ['errors'],
  // What runs in the threads, and what runs in them as WebAssembly.
  workers: ['engine', 'training', 'insight', 'corruptions', 'inputs', 'errors'],
  kernel: [],
  engine: ['formats', 'network', 'errors', 'assets', 'workers/kernel/common'],
  formats: ['errors'],
  network: ['formats', 'errors', 'workers/kernel/common'],
  insight: ['network', 'errors'],
  // Is it good enough, better than another, and on the same kind of images?
  judging: ['counting', 'statistics', 'errors'],
  // What makes images worse scores them where they are, in its thread.
  corruptions: ['engine', 'counting', 'network', 'errors'],
  counting: ['statistics', 'errors', 'workers/kernel/common'],
  // Numbers in, numbers out; resamples are drawn by the generator that all others draw by.
  statistics: ['src/network/random', 'errors'],
  assets: ['errors'],
  errors: [],
};

/** From these a room above takes types alone: it knows what is promised, and none of the code. */
const CONTRACTS: readonly (readonly [from: string, to: string])[] = [
  ['inputs', 'engine'],
  ['outputs', 'engine'],
  ['outputs', 'insight'],
  ['outputs', 'training'],
  ['views', 'training'],
];

/** Which rooms may know a package. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  commander: ['cli'],
  rxjs: ['pipelines', 'operators', 'inputs', 'training'],
  piscina: ['engine'],
  fastify: ['serving'],
  'prom-client': ['serving'],
  bullmq: ['queue'],
  ioredis: ['queue'],
  'csv-parse': ['formats'],
  fflate: ['formats', 'views'],
  'jpeg-js': ['formats'],
  pbf: ['network'],
  'onnxruntime-node': ['workers'],
};

/** Rooms that know nothing of Node: they work in a thread and in a browser. */
const PURE = [
  'formats',
  'network',
  'insight',
  'judging',
  'counting',
  'errors',
  'kernel',
  'src/views/draw/live',
];

const MOST_FILES_A_FOLDER = 16;
const MOST_LINES = 250;

/** A file with fewer lines that one other file alone imports is a part of that one. */
const FEWEST_LINES_OF_A_PART = 35;

/** One import: `src/engine/batch`, and what it asks for, resolved where it is a file of ours. */
interface Import {
  readonly from: string;
  readonly to: string;
  readonly isType: boolean;
  /** Whether it is loaded when it is asked for. */
  readonly isLater: boolean;
}

/** `import … from`, `import` for what it does, and `import()`; the first group is `type` or what is named. */
const IMPORT =
  /^(?:import|export)\s([^;'"]*?)\sfrom\s'([^']+)'|^import\s'([^']+)'|\b(typeof )?import\('([^']+)'\)/gm;

const modules = ['src', 'pipelines', 'workers']
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((path) =>
      join(folder, path.replaceAll('\\', '/')),
    ),
  )
  .filter((path) => path.endsWith('.ts'))
  .map((path) => path.replace(/\.ts$/, ''))
  .sort();

const texts = new Map(modules.map((module) => [module, readFileSync(join(root, `${module}.ts`), 'utf8')]));
const imports = modules.flatMap(importsOf);
const ours = imports.filter(({ to }) => texts.has(to));

function importsOf(from: string): Import[] {
  return Array.from(textOf(from).matchAll(IMPORT), ([, named, name, effect, isTypeOf, dynamic]) => {
    const specifier = name ?? effect ?? dynamic;
    const file = normalize(join(from, '..', specifier)).replace(/\.js$/, '');
    const isType = isTypeOf !== undefined || (named !== undefined && namesTypesOnly(named));
    const isLater = dynamic !== undefined;
    return { from, to: specifier.startsWith('.') ? file : specifier, isType, isLater };
  });
}

/** `type { A }`, or `{ type A, type B }`. */
function namesTypesOnly(named: string): boolean {
  if (/^type\s/.test(named)) return true;
  const names = /^\{([^}]*)\}$/.exec(named.trim())?.[1].split(',') ?? [''];
  return (
    names.filter((name) => name.trim() !== '').every((name) => /^\s*type\s/.test(name)) && names[0] !== ''
  );
}

function textOf(module: string): string {
  return texts.get(module) ?? '';
}

function linesOf(module: string): number {
  return textOf(module).trimEnd().split('\n').length;
}

/** `src/engine/batch` lies in `engine`, `src/errors` is a room by itself, so is what is compiled to WebAssembly. */
function roomOf(module: string): string {
  if (/^workers\/[\w-]*kernel\//.test(module)) return 'kernel';
  const [first, second] = module.split('/');
  return first === 'src' ? second : first;
}

/** Whether a module lies in a room, or in the part of one that a path names. */
function isWithin(module: string, place: string): boolean {
  return [roomOf(module), module].includes(place) || module.startsWith(`${place}/`);
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

/** Groups with more members than are allowed, as `name: members`. */
function largerThan(most: number, groups: Readonly<Record<string, readonly string[] | undefined>>): string[] {
  return Object.entries(groups).flatMap(([name, members = []]) =>
    members.length > most ? [`${name}: ${members.length > 5 ? members.length : members.join(', ')}`] : [],
  );
}

function groupBy(name: (module: string) => string): Record<string, string[]> {
  const groups: Record<string, string[]> = {};
  for (const module of modules) groups[name(module)] = [...(groups[name(module)] ?? []), module];
  return groups;
}

const arrow = ({ from, to }: Import) => `${from} -> ${to}`;

describe('the rooms', () => {
  test('are those of the plan, and all of them have something in them', () => {
    expect(new Set(modules.map(roomOf))).toEqual(new Set(Object.keys(ARROWS)));
  });

  test('import only along the arrows', () => {
    const astray = ours.filter(({ from, to }) => {
      return roomOf(from) !== roomOf(to) && !ARROWS[roomOf(from)].some((place) => isWithin(to, place));
    });
    expect(astray.map(arrow)).toEqual([]);
  });

  test('take types alone where they are to know a contract', () => {
    const astray = ours.filter(({ from, to, isType }) => {
      return !isType && CONTRACTS.some(([user, owner]) => roomOf(from) === user && roomOf(to) === owner);
    });
    expect(astray.map(arrow)).toEqual([]);
  });

  test('leave each package to those who are meant to know it', () => {
    const packages = imports.filter(({ to }) => !to.includes('.') && !/^(src|pipelines|workers)\//.test(to));
    const astray = packages.filter(({ from, to }) => {
      return !isBuiltin(to) && !PACKAGES[packageOf(to)]?.includes(roomOf(from));
    });
    expect(astray.map(arrow)).toEqual([]);
  });

  test('know nothing of Node where they are pure', () => {
    const isPure = (module: string) => PURE.some((place) => isWithin(module, place));
    const astray = imports.filter(({ from, to }) => isPure(from) && isBuiltin(to));
    expect(astray.map(arrow)).toEqual([]);
  });

  test('have compositions alone in pipelines/: functions, and the types of their options and results', () => {
    const pipelines = modules.filter((module) => roomOf(module) === 'pipelines');
    const exported = pipelines.flatMap((module) =>
      Array.from(textOf(module).matchAll(/^export (.*)/gm), ([, what]) => `${module}: ${what}`),
    );
    expect(exported.filter((line) => !/: ((async )?function\*?|interface|type) /.test(line))).toEqual([]);
  });
});

test('help and version load none of the flow', () => {
  const loaded = new Set(['src/cli/program']);
  for (const module of loaded) {
    const needed = ours.filter(({ from, isType, isLater }) => from === module && !isType && !isLater);
    for (const { to } of needed) loaded.add(to);
  }
  const rooms = ['cli', 'outputs', 'views', 'errors'];
  expect([...loaded].filter((module) => !rooms.includes(roomOf(module)))).toEqual([]);
});

// In Node 20 a function of a kernel that waits itself loses half of a local.
test('kernels leave it to JavaScript to wait', () => {
  const kernels = modules.filter((module) => module.startsWith('workers/kernel/'));
  expect(kernels.length).toBeGreaterThan(20);
  expect(kernels.filter((module) => /\bwait\b\s*[<(]/.test(textOf(module)))).toEqual([]);
});

describe('the files', () => {
  test('find every file that they ask for', () => {
    const relative = imports.filter(({ to }) => /^(src|pipelines|workers|\.)/.test(to));
    expect(relative.filter(({ to }) => !texts.has(to)).map(arrow)).toEqual([]);
    expect(relative.length).toBeGreaterThan(100);
  });

  test('have no way that leads back to its beginning, by types neither', () => {
    expect(cyclesOf(ours)).toEqual([]);
  });

  test('are few in a folder', () => {
    expect(largerThan(MOST_FILES_A_FOLDER, groupBy(dirname))).toEqual([]);
  });

  test('are not long', () => {
    const long = modules.filter((module) => linesOf(module) > MOST_LINES);
    expect(long.map((module) => `${module}: ${linesOf(module)}`)).toEqual([]);
  });

  test('have names that occur once', () => {
    const { index: _, ...named } = groupBy((module) => basename(module));
    expect(largerThan(1, named)).toEqual([]);
  });

  test('are no small parts of one other file: what a room below must know, or is loaded later, may be small', () => {
    const parts = modules.filter((module) => {
      const imports = ours.filter(({ to }) => to === module);
      const importers = new Set(imports.map(({ from }) => from));
      const [importer] = importers;
      return (
        importers.size === 1 &&
        !imports.every(({ isLater }) => isLater) &&
        roomOf(importer) === roomOf(module) &&
        linesOf(module) < FEWEST_LINES_OF_A_PART
      );
    });
    expect(parts.map((module) => `${module}: ${linesOf(module)}`)).toEqual([]);
  });
});
