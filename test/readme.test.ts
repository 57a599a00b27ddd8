import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const snippets = [...readme.matchAll(/```js\n([\s\S]*?)```/g)].map(([, code]) => code);

/** Runs a module as a user of the package would: `digitflow` is found by its name. */
function run(code: string) {
  return spawnSync(process.execPath, ['--input-type=module', '-e', code], { cwd: root, encoding: 'utf8' });
}

describe('the README', () => {
  test('has two library examples', () => {
    expect(snippets).toHaveLength(2);
  });

  test('shows a call that gives the accuracy that its transcript shows', () => {
    const { stdout, stderr } = run(snippets[0]);
    expect(stderr).toBe('');
    const [, shown] = /accuracy +([\d.]+) %/.exec(readme) ?? [];
    expect(Number(stdout.split(' ')[0])).toBeCloseTo(Number(shown) / 100, 10);
  });

  test('shows a composition that counts the same', () => {
    const { stdout, stderr } = run(snippets[1]);
    expect(stderr).toBe('');
    const [, shown] = /accuracy +([\d.]+) %/.exec(readme) ?? [];
    expect(Number(stdout.split(' ')[0])).toBeCloseTo(Number(shown) / 100, 10);
    const [, worst] = /#(\d+) {2}/.exec(readme) ?? [];
    expect(stdout).toContain(`index: ${worst}`);
  });

  test('shows lines that the program prints', () => {
    const result = spawnSync(process.execPath, ['dist/digitflow.cjs', 'evaluate', '--mistakes', '3'], {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, NO_COLOR: '1' },
    });
    const [, transcript] = /## What it prints\n\n```\n([\s\S]*?)```/.exec(readme) ?? [];
    const lines = transcript.split('\n').filter((line) => line !== '…' && !line.startsWith('speed'));
    const printed = new Set(result.stdout.split('\n'));
    expect(lines.filter((line) => !printed.has(line))).toEqual([]);
    expect(lines.length).toBeGreaterThan(20);
  });
});
