import type { Command, HelpConfiguration } from 'commander';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.js';
import { afterHelp } from '../../src/cli/help-layout.js';
import { HELP_JA, japaneseHelp } from '../../src/cli/japanese/japanese-help.js';
import { createProgram } from '../../src/cli/program.js';
import { displayWidth } from '../../src/views/terminal/text-layout.js';
import { runShared } from '../helpers/shared-cli.js';

/** The help of each command by its name. */
async function helpsOf(help: HelpConfiguration, after: (text: string) => string) {
  let said: string[] = [];
  const program = createProgram(true, help, (text) => said.push(text));
  const helps: Record<string, string> = {};
  const visit = (command: Command, path: string) => {
    said = [];
    command.outputHelp();
    const [own, ...others] = said;
    helps[path] = [own, ...others.map(after)].join('');
    for (const part of command.commands) visit(part, `${path} ${part.name()}`);
  };
  for (const command of program.commands) (await COMMANDS[command.name()].load())(command.usage(''));
  visit(program, 'digitflow');
  return helps;
}

/** The same in Japanese, with the texts that were asked for. */
async function helpOfAll(width: number) {
  const asked = new Set<string>();
  const words = new Proxy(HELP_JA, {
    get(table, text) {
      asked.add(String(text));
      return Reflect.get(table, text);
    },
  });
  const { help, after } = japaneseHelp(width, words);
  return { asked, helps: await helpsOf(help, after) };
}

function linesWiderThan(width: number, helps: Readonly<Record<string, string>>): string[] {
  const lines = Object.values(helps).flatMap((help) => help.split('\n'));
  expect(lines.length).toBeGreaterThan(500);
  return lines.filter((line) => displayWidth(line) > width);
}

beforeAll(() => {
  vi.stubGlobal('DIGITFLOW_VERSION', '0');
});

describe('the help', () => {
  const helpsAt = (width: number) => helpsOf({ helpWidth: width }, (text) => afterHelp(text, width));

  test('has no line of more than 100 columns', async () => {
    expect(linesWiderThan(100, await helpsAt(100))).toEqual([]);
  });

  test('fits into 64 columns, but for examples', async () => {
    const wide = linesWiderThan(64, await helpsAt(64));
    expect(wide.filter((line) => !line.startsWith('  $ digitflow') && !line.includes('| digitflow'))).toEqual(
      [],
    );
  });

  test.each([50, 40])('goes under its term where it has no room beside it, at %i columns', async (width) => {
    const wide = linesWiderThan(width, await helpsAt(width));
    // Terms, usages, commands and an address stay whole; of words nothing sticks out.
    expect(wide.filter((line) => !/^(Usage: .*| {2}\S+( \S+)*|.* {2,}\S+)$/.test(line))).toEqual([]);
  });

  test('is what the command line prints, as wide as the terminal and no wider than 100 columns', async () => {
    const { stdout } = await runShared(['evaluate', '--help']);
    expect(stdout).toBe((await helpsAt(100))['digitflow evaluate']);
  });
});

describe('the help in Japanese', () => {
  let all: Awaited<ReturnType<typeof helpOfAll>>;
  beforeAll(async () => {
    all = await helpOfAll(100);
  });

  test('has every text of every command', () => {
    const { asked, helps } = all;
    expect(Object.keys(helps).length).toBeGreaterThan(20);
    expect([...asked].filter((text) => !Object.hasOwn(HELP_JA, text))).toEqual([]);
  });

  test('has no text that none says any more', () => {
    expect(Object.keys(HELP_JA).filter((text) => !all.asked.has(text))).toEqual([]);
  });

  test.each([100, 72])('fits into %i columns, but for examples', async (width) => {
    const { helps } = await helpOfAll(width);
    expect(linesWiderThan(width, helps).filter((line) => !line.startsWith('  $'))).toEqual([]);
  });

  test('begins what an option does in one column, whatever is wide before it', () => {
    const lines = all.helps['digitflow evaluate'].split('\n');
    const options = lines.flatMap((line) => {
      const [, term] = /^( {2}-.*? {2,})[^ -]/.exec(line) ?? [];
      return term === undefined ? [] : [displayWidth(term)];
    });
    expect(options.length).toBeGreaterThan(25);
    expect(new Set(options).size).toBe(1);
  });
});

describe('--lang', () => {
  const said = async (...args: string[]) => {
    const { stdout, stderr, exitCode } = await runShared(args);
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    return stdout;
  };

  test('is taken wherever it stands', async () => {
    const help = await said('evaluate', '--help', '--lang', 'ja');
    expect(help).toMatch(/^使い方: digitflow evaluate /);
    expect(help).toContain('コア数と入力に応じて決める');
    for (const args of [
      ['--lang', 'ja', 'evaluate', '--help'],
      ['--lang=ja', 'help', 'evaluate'],
      ['help', 'evaluate', '--lang', 'ja'],
    ])
      expect(await said(...args)).toBe(help);
    expect(await said('--help', '--lang=ja')).toBe(await said('--lang', 'ja', 'help'));
    expect(await said('--lang', 'en', 'evaluate', '--help')).toBe(await said('help', 'evaluate'));
    expect(await runShared(['--lang', 'ja', 'look'])).toMatchObject({ exitCode: 2, stderr: '' });
  });

  test('wins over the environment, which may say it once for all commands', async () => {
    const env = { DIGITFLOW_LANG: 'ja' };
    expect((await runShared(['look', '--help'], { env })).stdout).toMatch(/^使い方/);
    expect((await runShared(['look', '--help', '--lang', 'en'], { env })).stdout).toMatch(/^Usage/);
    // What a machine happens to be set to changes nothing.
    expect((await runShared(['look', '--help'], { env: { LANG: 'ja_JP.UTF-8' } })).stdout).toMatch(/^Usage/);
  });

  test.each([
    [['--lang', 'fr', 'evaluate'], {}],
    [['evaluate', '--lang'], {}],
    [['evaluate'], { env: { DIGITFLOW_LANG: 'fr' } }],
  ])('%j %j is told in one line', async (args, options) => {
    const { stderr, stdout, exitCode } = await runShared(args, options);
    expect(stderr).toMatch(/^digitflow: option '--lang <language>' .*digitflow evaluate --help\n$/);
    // Not of a word that is another's.
    expect(stderr).not.toContain("'evaluate'");
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 });
  });
});
