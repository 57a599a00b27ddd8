import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { chooseProgram, PROGRAMS } from '../src/choose-program.js';
import { runCli } from './helpers/cli.js';

const SOURCES = fileURLToPath(new URL('../src/programs', import.meta.url));
const ALL = fileURLToPath(new URL('../dist/digitflow-all.cjs', import.meta.url));

test('the programs are those that the build makes', () => {
  const built = readdirSync(SOURCES).map((file) => file.replace(/\.ts$/, ''));
  expect(built.sort()).toEqual([...PROGRAMS].sort());
});

test.each([
  [[], 'evaluate'],
  [['images', 'labels', '--limit', '3'], 'evaluate'],
  [['score', '--help'], 'score'],
  [['look', 'digit', 'evaluate'], 'look'],
  [['train'], 'train'],
  [['report', '-q'], 'report'],
  [['-V'], 'version'],
  [['--version', 'score'], 'version'],
  [['--help'], 'all'],
  [['help', 'score'], 'all'],
  [['images', '-h'], 'all'],
  // Behind anything else only commander knows whether a word is a command.
  [['--', 'score', 'x'], 'all'],
] as const)('%j are for the program %s', (args, name) => {
  expect(chooseProgram(args)).toBe(name);
});

describe('the chosen program does what all of them would', () => {
  test.each([
    '--help',
    'help',
    'help look',
    'help nonsense',
    'images --help',
    'evaluate --help',
    'score -h',
    'train --help',
    'look --help',
    'look digit --help',
    'report --help',
    '--version',
    '-V nonsense',
    '--nonsense',
    '--worker 2',
    '--formt json',
    '-- score',
    'scor',
    'evaluate a b c',
    'score',
    'score --nonsense',
    'train',
    'look',
    'look dgit',
    'look digit',
    'report --lnag ja',
    '--limit 3 score',
    '-x look',
  ])('%s', async (line) => {
    const args = line.split(' ');
    const code = `require(${JSON.stringify(ALL)}).run(process.argv.slice(1)).finally(() => process.exit())`;
    const { stdout, stderr, status } = spawnSync(process.execPath, ['-e', code, '--', ...args], {
      encoding: 'utf8',
    });
    const found = await runCli(args);
    expect(found).toEqual({ stdout, stderr, exitCode: status, signal: null });
  });
});
