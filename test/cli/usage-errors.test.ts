import { describe, expect, test } from 'vitest';
import { runShared } from '../helpers/shared-cli.js';
import { tempFolder } from '../inputs/temp-folder.js';
import { expectFailure } from './expect-failure.js';

describe('a usage error is one line with what to do, and exit code 2', () => {
  test.each<[name: string, args: string[], ...words: string[]]>([
    ['an unknown option', ['--nonsense'], "'--nonsense'", '--help'],
    ['an option with a slip in it', ['--worker', '2'], "'--worker'", 'Did you mean --workers?'],
    ['an argument too many', ['a', 'b', 'c'], 'too many arguments', '2', '3'],
    ['an option without its value', ['--limit'], "'-n, --limit <count>'", 'missing'],
    ['fewer workers than none', ['--workers', '-1'], "'-1'", 'a whole number, from 0 to 512'],
    ['half a worker', ['--workers', '1.5'], "'1.5'", 'a whole number, from 0 to 512'],
    ['a limit that is no number', ['--limit', 'x'], "'x'", 'a whole number, 0 or more'],
    ['a limit that no number can hold', ['--limit', '9007199254740993'], 'a whole number'],
    ['mistakes that are no number', ['--mistakes', 'all'], "'all'", 'a whole number, 0 or more'],
    ['batches of nothing', ['--batch-size', '0'], "'0'", 'a whole number, 1 or more'],
    ['an accuracy of more than all', ['--min-accuracy', '2'], "'2'", 'a share from 0 to 1'],
    ['an accuracy of more than 100 %', ['--min-accuracy', '100.1%'], "'100.1%'", 'a share from 0 to 1'],
    ['an accuracy that is no number', ['--min-accuracy', 'high'], "'high'", 'a share from 0 to 1'],
    ['a normalization that says nothing', ['--normalize', 'nonsense'], '--normalize', '"nonsense"', 'scale'],
    ['images from stdin without labels', ['-'], 'labels'],
    ['stdin as images and labels', ['-', '-'], 'stdin cannot be both'],
  ])('%s', async (_, args, ...words) => {
    await expectFailure(args, { code: 'USAGE', exitCode: 2, words });
  });

  test('an unknown format', async () => {
    const { stderr, stdout, exitCode } = await runShared(['evaluate', '--format', 'xml']);
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 });
    expect(stderr).toMatch(/^digitflow: [^\n]*'xml'[^\n]*table, json, markdown, csv[^\n]*\n$/);
  });

  test.each([
    [['look', 'what-if', '--why'], "unknown option '--why'; see digitflow look what-if --help"],
    [['look', 'sky'], "unknown command 'sky'; see digitflow look --help"],
  ])('%j names the help of what was meant', async (args, words) => {
    expect(await runShared(args)).toMatchObject({ stdout: '', stderr: `digitflow: ${words}\n`, exitCode: 2 });
  });

  test.each([
    ['evalaute', "unknown command 'evalaute' (Did you mean evaluate?)"],
    ['help trian', "unknown command 'trian' (Did you mean train?)"],
    ['scor x.csv', "unknown command 'scor' (Did you mean score?)"],
    ['trian --out f', "unknown command 'trian' (Did you mean train?)"],
  ])('%s is a mistyped command: it is told what was probably meant', async (line, words) => {
    const stderr = `digitflow: ${words}; see digitflow --help\n`;
    expect(await runShared(line.split(' '))).toMatchObject({ stdout: '', stderr, exitCode: 2 });
  });

  test.each([
    [['evaluate', '--acuracy', '0.9'], '--acuracy', '--min-accuracy'],
    [['evaluate', '--accuracy', '0.9'], '--accuracy', '--min-accuracy'],
    [['--accuracy', '0.9'], '--accuracy', '--min-accuracy'],
    [['score', 'x.csv', '--prob'], '--prob', '--probabilities'],
    [['train', '--out', 'f', '--rate', '0.1'], '--rate', '--learning-rate'],
    [['look', 'digit', '0', '--modle=relu'], '--modle=relu', '--model'],
    [['evaluate', '-model', 'relu'], '-model', '--model'],
    [['evaluate', '\u2014model', 'relu'], '\u2014model', '--model'],
  ])('%j has a slip in an option: it is told what was probably meant', async (args, found, meant) => {
    const { stdout, stderr, exitCode } = await runShared(args);
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 });
    expect(stderr).toMatch(/^digitflow: [^\n]+\n$/);
    expect(stderr).toContain(`unknown option '${found}' (Did you mean ${meant}?); see digitflow `);
  });

  test('what fails for another reason is told as it is, whatever its options are like', async () => {
    const { stderr } = await runShared(['evaluate', 'nowhere', '-fjson', '--quiet']);
    expect(JSON.parse(stderr).code).toBe('INPUT_MISSING');
  });

  test('look alone shows what can be looked at; nothing was done, so the exit code is 2', async () => {
    const { stdout: help } = await runShared(['look', '--help']);
    expect(await runShared(['look'])).toMatchObject({ stdout: help, stderr: '', exitCode: 2 });
  });

  test('version is a word, too', async () => {
    const { stdout: version } = await runShared(['--version']);
    expect(await runShared(['version'])).toMatchObject({ stdout: version, stderr: '', exitCode: 0 });
    const cwd = await tempFolder({ version: Buffer.from('404: Not Found') });
    expect(await runShared(['version'], { cwd })).toMatchObject({ exitCode: 65 });
  });

  test.each(['-1', '1.5', '1e3'])('record %s of look digit', async (record) => {
    const { stdout, stderr, exitCode } = await runShared(['look', 'digit', record]);
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 });
    expect(stderr).toBe(
      `digitflow: expected a record's number from 0, or the path of a picture, found ${record}; the first record is 0\n`,
    );
  });

  test('a first word that is like no command is a path, which is not there', async () => {
    const { stderr, exitCode } = await runShared(['nowhere']);
    expect({ stderr, exitCode }).toEqual({
      stderr: expect.stringMatching(/^digitflow: nowhere: no such file[^\n]*\n$/),
      exitCode: 66,
    });
  });

  test.each([
    ['-x look', "unknown option '-x'; see digitflow evaluate --help"],
    ['-- score', "missing required argument 'files'"],
    [
      'train photos --out f',
      "too many arguments for 'train': expected 0, found 1; give images with --images; see digitflow train --help",
    ],
    [
      'evaluate --images photos',
      "unknown option '--images': give the path alone; see digitflow evaluate --help",
    ],
    ['score x --resume', '--resume: only with --out, the file of the run that was interrupted'],
    ['report --lnag ja', "unknown option '--lnag' (Did you mean --lang?); see digitflow report --help"],
  ])('%s is told by the command that it belongs to', async (line, words) => {
    const { stdout, stderr, exitCode } = await runShared(line.split(' '));
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 });
    expect(stderr).toMatch(/^digitflow: [^\n]+\n$/);
    expect(stderr).toContain(words);
  });

  test('help on what is no command', async () => {
    const stderr = "digitflow: unknown command 'nonsense'; see digitflow --help\n";
    expect(await runShared(['help', 'nonsense'])).toMatchObject({ stdout: '', stderr, exitCode: 2 });
  });

  test('is told before anything is read, so it does not wait for a pipe that gives nothing', async () => {
    const args = ['evaluate', '-', 'labels', '--normalize', 'nonsense'];
    const { stderr, exitCode } = await runShared(args, { stdin: 'pipe' });
    expect({ stderr, exitCode }).toEqual({ stderr: expect.stringContaining('"nonsense"'), exitCode: 2 });
  });
});

describe('an error', () => {
  test.each(['--format=json', '-fjson', '-f json'])('is JSON with %s as well', async (flag) => {
    const { stderr } = await runShared(['evaluate', 'nowhere', ...flag.split(' ')]);
    expect(JSON.parse(stderr)).toMatchObject({ schema: 'digitflow.error/1', code: 'INPUT_MISSING' });
  });

  test('is told with --quiet as well', async () => {
    const loud = await runShared(['evaluate', 'nowhere']);
    expect(await runShared(['evaluate', 'nowhere', '--quiet'])).toEqual(loud);
  });

  test('has its stack below it with --debug, or in its JSON', async () => {
    const { stderr } = await runShared(['evaluate', 'nowhere', '--debug']);
    const [line, ...stack] = stderr.trimEnd().split('\n');
    expect(line).toMatch(/^digitflow: nowhere: no such file/);
    expect(stack[0]).toMatch(/^DigitflowError: nowhere/);
    expect(stack.at(-1)).toMatch(/^ +at .*cli[\w-]*\.cjs/);
    const json = await runShared(['evaluate', 'nowhere', '--debug', '--format', 'json']);
    expect(JSON.parse(json.stderr).stack).toMatch(/^DigitflowError: nowhere.*\n +at /);
  });

  test('stays on one line whatever a path holds, and does not steer the terminal', async () => {
    const { stderr } = await runShared(['evaluate', 'two\nlines\u001b[2J', 'labels']);
    expect(stderr).toMatch(/^digitflow: two\\nlines\\u001b\[2J: no such file[^\n]*\n$/);
  });
});
