import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { testCsv } from './helpers/csv.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const printout = readFileSync(new URL('../docs/printout.md', import.meta.url), 'utf8');
const library = readFileSync(new URL('../docs/library.md', import.meta.url), 'utf8');
const snippetsOf = (page: string) => [...page.matchAll(/```js\n([\s\S]*?)```/g)].map(([, code]) => code);
const snippets = [...snippetsOf(readme), ...snippetsOf(library)];

/** Runs a module as a user of the package would: `digitflow` is found by its name. */
function run(code: string, input = '') {
  const args = ['--input-type=module', '-e', code];
  return spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', input });
}

describe('the README and the page on the library', () => {
  test('have six examples', () => {
    expect(snippets).toHaveLength(6);
  });

  test('show a call that gives the accuracy that its transcript shows', () => {
    const { stdout, stderr } = run(snippets[0]);
    expect(stderr).toBe('');
    const [, shown] = /accuracy +([\d.]+) %/.exec(readme) ?? [];
    expect(Number(stdout.split(' ')[0])).toBeCloseTo(Number(shown) / 100, 10);
  });

  test('show a stream that scores what is written to it', () => {
    const { stdout, stderr } = run(snippets[1], testCsv(100));
    expect(stderr).toBe('');
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).record),
    ).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
  });

  test('show data that is read as it is said', () => {
    const { stdout, stderr } = run(snippets[2]);
    expect(stderr).toBe('');
    expect(stdout).toContain("{ property: 'label-map', value: 'A=7', by: 'given' }");
    expect(stdout).toMatch(/\n1\n$/);
  });

  test('show rows as objects', () => {
    const { stdout, stderr } = run(snippets[3]);
    expect(stderr).toBe('');
    expect(stdout.split('\n')).toEqual([
      expect.stringMatching(/^0 \d /),
      expect.stringMatching(/^1 \d /),
      '',
    ]);
  });

  test('show a composition that counts the same', () => {
    const { stdout, stderr } = run(snippets[4]);
    expect(stderr).toBe('');
    const [, shown] = /accuracy +([\d.]+) %/.exec(readme) ?? [];
    expect(Number(stdout.split(' ')[0])).toBeCloseTo(Number(shown) / 100, 10);
    const [, worst] = /#(\d+) {2}/.exec(printout) ?? [];
    expect(stdout).toContain(`index: ${worst}`);
  });

  test('show lines that the program prints', () => {
    const result = spawnSync(process.execPath, ['dist/digitflow.cjs', 'evaluate', '--mistakes', '3'], {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, NO_COLOR: '1' },
    });
    const printed = new Set(result.stdout.split('\n'));
    const shown = [readme, printout].flatMap((page) =>
      [...page.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].flatMap(([, language, lines]) =>
        language === '' ? lines.trimEnd().split('\n') : [],
      ),
    );
    const lines = shown.filter((line) => !line.startsWith('speed'));
    expect(lines.filter((line) => !printed.has(line))).toEqual([]);
    expect(lines.length).toBeGreaterThan(50);
  });
});
