import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path/posix';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { describe, expect, test } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { tempFolder } from './inputs/temp-folder.js';

const root = fileURLToPath(new URL('..', import.meta.url));

/** A package's own name: `@scope/name` of `@scope/name/file`. */
function packageOf(specifier: string): string {
  return /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier;
}

/** The packages that built files still import. */
async function importedBy(entryPoints: string[]): Promise<string[]> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints,
    ...{ bundle: true, packages: 'external', platform: 'node', format: 'esm', logLevel: 'error' },
    // What is shared is made once, not for each of a hundred files.
    ...{ outdir: 'nowhere', write: false, metafile: true, splitting: true },
  });
  return Object.values(metafile.inputs)
    .flatMap((input) => input.imports)
    .filter(({ path, external }) => external && path !== '<runtime>' && !isBuiltin(path))
    .map(({ path }) => packageOf(path));
}

const filesIn = (folder: string) =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

describe('package.json', () => {
  const dependencies: readonly string[] = Object.keys(manifest.dependencies);
  const peers: readonly string[] = Object.keys(manifest.peerDependencies);
  const entries = Object.entries(manifest.exports).filter(([path]) => path !== './package.json');

  test('publishes what exists', () => {
    const published = manifest.files.filter((pattern) => !pattern.startsWith('!'));
    expect(published.filter((pattern) => !existsSync(join(root, pattern)))).toEqual([]);
  });

  test('packs what the build makes, not what old clones still hold', async () => {
    const folder = await tempFolder({ 'package.json': Buffer.from(JSON.stringify(manifest)) });
    const wanted = [
      'data/sample-images-idx3-ubyte',
      'data/sample-labels-idx1-ubyte',
      'data/t10k-images-idx3-ubyte',
      'dist/digitflow.cjs',
      'dist/THIRD-PARTY-LICENSES.txt',
      'dist/types/src/index.d.ts',
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

  test('calls each entry in its docstring what a user imports', () => {
    for (const [path, target] of entries) {
      const { types } = target as { types: string };
      const source = readFileSync(
        join(root, types.replace('dist/types/', '').replace('.d.ts', '.ts')),
        'utf8',
      );
      expect(source).toMatch(
        new RegExp(`^/\\*\\*\n \\* .+\n[^]*? \\* @module ${path.replace('.', 'digitflow')}\n`),
      );
    }
  });

  test('exports files that the build makes, under the name of the package', () => {
    const targets = [...entries.flatMap(([, target]) => Object.values(target)), manifest.bin.digitflow];
    expect(targets.filter((target) => !existsSync(join(root, target)))).toEqual([]);
    const names = entries.map(([path]) => `'${path.replace('.', 'digitflow')}'`);
    const code = `Promise.all([${names}].map((name) => import(name))).then((all) => console.log(all.length))`;
    const { stdout } = spawnSync(process.execPath, ['-e', code], { cwd: root, encoding: 'utf8' });
    expect(stdout).toBe(`${entries.length}\n`);
    expect(entries.length).toBe(6);
  });

  test('has a program that a shell can start', () => {
    expect(readFileSync(join(root, manifest.bin.digitflow), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
  });

  test('depends on the packages that the built files still import, and on no other', async () => {
    const external = await importedBy(['dist/*.cjs', ...entries.map(([, target]) => Object(target).default)]);
    expect(new Set(external)).toEqual(new Set([...dependencies, ...peers]));
    expect(peers).toEqual(['bullmq', 'ioredis', 'onnxruntime-node']);
    expect(manifest.peerDependenciesMeta).toEqual({
      bullmq: { optional: true },
      ioredis: { optional: true },
      'onnxruntime-node': { optional: true },
    });
    expect(dependencies).toEqual(['fastify', 'piscina', 'prom-client', 'rxjs']);
  });
});

describe('the built files', () => {
  test('come with the licence of all that is bundled', () => {
    const text = readFileSync(join(root, 'dist/THIRD-PARTY-LICENSES.txt'), 'utf8');
    const titles = Array.from(text.matchAll(/^([\w-]+) [\d.]+ \(([\w.-]+)\)$/gm), ([, name]) => name);
    expect(titles).toEqual([
      'assemblyscript',
      'commander',
      'csv-parse',
      'fflate',
      'jpeg-js',
      'pbf',
      'rxjs',
      'tslib',
    ]);
    expect(text).toContain('Apache License');
    expect(text).toContain('TJ Holowaychuk');
  });

  test('name no folder of the machine that built them', () => {
    const naming = ['dist', 'data'].flatMap(filesIn).filter((file) => {
      return !file.includes('dist/scripts/') && readFileSync(file).includes(root);
    });
    expect(naming).toEqual([]);
  });

  test('declare what the entries lead to, and none of the commands', () => {
    const declared = filesIn('dist/types').map((file) => file.slice(join(root, 'dist/types/').length));
    expect(declared.filter((file) => /cli|bin/.test(file))).toEqual([]);
    expect(declared).toContain('src/index.d.ts');
    const speaking = filesIn('dist/types').filter((file) =>
      /\bWebAssembly\./.test(readFileSync(file, 'utf8')),
    );
    expect(speaking).toEqual([]);
  });
});
