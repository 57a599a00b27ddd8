import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openModel } from '../../src/inputs/models/open-model.js';
import { brightnessOf, feedForward, predictedClass } from '../../src/network/feed-forward.js';
import { Cli } from '../helpers/cli.js';
import { digitsCsv } from '../helpers/digits-csv.js';
import { testImage } from '../helpers/mnist.js';
import { runShared } from '../helpers/shared-cli.js';

const { network } = openModel('sigmoid');
const folder = mkdtempSync(join(tmpdir(), 'digitflow-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);
const digits = digitsCsv({ count: 300, header: true });

/** What the float64 network says of a test image. */
function truth(index: number): string {
  const pixels = testImage(index);
  const activations = feedForward(network, brightnessOf(pixels, network.normalization, network.image));
  return network.classes[predictedClass(activations[activations.length - 1])];
}

const predictions = (stdout: string) => {
  const rows: Record<string, string>[] = parse(stdout, { columns: true });
  return rows.map(({ prediction }) => prediction);
};
const expected = Array.from({ length: 300 }, (_, i) => truth(i));

beforeAll(() => {
  writeFileSync(at('digits.csv'), digits);
  writeFileSync(at('digits.csv.gz'), gzipSync(digits));
});

describe('every row gets its prediction, in order:', () => {
  test('of a file', async () => {
    const { stdout, stderr, exitCode } = await runShared(['score', at('digits.csv')]);
    expect(exitCode).toBe(0);
    expect(predictions(stdout)).toEqual(expected);
    expect(stdout.split('\n')[0]).toBe('record,file,prediction,confidence');
    expect(stderr).toContain('label column first "label"');
    expect(stderr).toContain('300 rows');
  });

  test('of gzip, of stdin', async () => {
    const gzip = await runShared(['score', at('digits.csv.gz'), '--quiet']);
    const stdin = await runShared(['score', '-'], { input: Buffer.from(digits) });
    expect(gzip.stderr).toBe('');
    expect(predictions(gzip.stdout)).toEqual(expected);
    expect(predictions(stdin.stdout)).toEqual(expected);
  });

  test('of several files, the pattern left to us', async () => {
    writeFileSync(at('part-1.csv'), digitsCsv({ count: 100 }));
    writeFileSync(at('part-2.csv'), digitsCsv({ count: 200, first: 100, delimiter: ';', lineEnd: '\r\n' }));
    const { stdout } = await runShared(['score', at('part-*.csv'), '--kaggle']);
    const lines = expected.map((prediction, i) => `${i + 1},${prediction}\n`);
    expect(stdout).toBe(`ImageId,Label\n${lines.join('')}`);
  });

  test('of many files, and what was guessed is said of the first few, and wherever it is something new', async () => {
    const names = [1, 2, 3, 4, 5, 6, 7].map((i) => at(`many-${i}.csv`));
    for (const name of names) writeFileSync(name, digitsCsv({ count: 2 }));
    writeFileSync(at('many-7.csv'), digitsCsv({ count: 2, delimiter: ';' }));
    const { stderr } = await runShared(['score', at('many-*.csv')]);
    const told = names.filter((name) => stderr.includes(`${name}: header no`));
    expect(told).toEqual([...names.slice(0, 5), at('many-7.csv')]);
    expect(stderr).toContain('many-7.csv: header no, delimiter semicolon');
  });

  test('the same bytes for any number of workers and rows a batch', async () => {
    const args = [
      'score',
      at('digits.csv'),
      '--probabilities',
      '--top',
      '2',
      '--format',
      'ndjson',
      '--quiet',
    ];
    const { stdout } = await runShared([...args, '--workers', '0']);
    expect(stdout.trimEnd().split('\n')).toHaveLength(300);
    for (const more of [
      ['--workers', '2'],
      ['--workers', '2', '--batch-size', '7'],
      ['--workers', '1', '--batch-size', '1'],
    ]) {
      expect((await runShared([...args, ...more])).stdout).toBe(stdout);
    }
  });

  test('while the producer is still at it', async () => {
    const cli = new Cli(['score', '-', '--max-wait', '10', '--out', at('live.csv')], { stdin: 'pipe' });
    await cli.send(Buffer.from(digitsCsv({ count: 2 })));
    // The pipe stays open: the rows must come all the same.
    const answered = () => {
      try {
        return readFileSync(at('live.csv'), 'utf8').trimEnd().split('\n').length;
      } catch {
        return 0;
      }
    };
    await expect.poll(answered).toBe(3);
    cli.stdin.end();
    expect((await cli.ended).exitCode).toBe(0);
    expect(predictions(readFileSync(at('live.csv'), 'utf8'))).toEqual(expected.slice(0, 2));
  });
});

test('a label that cannot be right does not matter: it is not asked for', async () => {
  const rows = digitsCsv({ count: 3 }).replace(/^\d+/gm, '77');
  const args = ['score', '-', '--label', 'first', '--quiet'];
  const { stdout, exitCode } = await runShared(args, { input: Buffer.from(rows) });
  expect(exitCode).toBe(0);
  expect(predictions(stdout)).toEqual(expected.slice(0, 3));
});

test('ids are carried through', async () => {
  const rows = digitsCsv({ count: 3, labelled: false })
    .replace(/^/gm, 'a "quoted" id,')
    .replaceAll('a "quoted" id,', '"a ""quoted"" id",');
  const { stdout } = await runShared(['score', '-', '--quiet'], {
    input: Buffer.from(rows.split('\n').slice(0, 3).join('\n')),
  });
  const records: Record<string, string>[] = parse(stdout, { columns: true });
  expect(records.map(({ id }) => id)).toEqual(Array(3).fill('a "quoted" id'));
  expect(predictions(stdout)).toEqual(expected.slice(0, 3));
});

describe('a bad row', () => {
  const rows = digitsCsv({ count: 5 }).split('\n');
  const bad = [rows[0], '7,1,2', rows[1], rows[2].replace(/,0,/, ',256,'), '', rows[3], ''].join('\n');
  beforeAll(() => writeFileSync(at('bad.csv'), bad));

  test('ends the run, and the line says where and why; what came before it is written', async () => {
    const { stdout, stderr, exitCode } = await runShared(['score', at('bad.csv'), '--quiet']);
    expect(exitCode).toBe(65);
    expect(stderr).toContain('line 2');
    expect(stderr).toContain('expected 785 columns, found 3');
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(predictions(stdout)).toEqual(expected.slice(0, 1));
  });

  test('is skipped where that is asked for, and still shows in the numbers and the exit code', async () => {
    const { stdout, stderr, exitCode } = await runShared(['score', at('bad.csv'), '--on-error', 'skip']);
    expect(exitCode).toBe(65);
    expect(stderr).toContain('5 rows, 2 of them rejected');
    expect(stdout.match(/^\d+/gm)).toEqual(['1', '3', '5']);
    expect(predictions(stdout)).toEqual([expected[0], expected[1], expected[3]]);
  });

  test('is set aside with file, line, reason and the row itself', async () => {
    const args = ['score', at('bad.csv'), '--rejects', at('rejects.csv'), '--out', at('good.csv')];
    const { exitCode } = await runShared(args);
    expect(exitCode).toBe(65);
    const rejects: Record<string, string>[] = parse(readFileSync(at('rejects.csv')), { columns: true });
    expect(rejects.map(({ line }) => line)).toEqual(['2', '4']);
    expect(rejects[0]).toMatchObject({
      file: at('bad.csv'),
      reason: 'expected 785 columns, found 3',
      row: '7,1,2',
    });
    expect(rejects[1].reason).toContain('expected 0 to 255, found 256');
    expect(predictions(readFileSync(at('good.csv'), 'utf8'))).toHaveLength(3);
  });

  test('is one too many beyond --max-errors', async () => {
    const args = ['score', at('bad.csv'), '--on-error', 'skip', '--quiet', '--max-errors'];
    expect(await runShared([...args, '1'])).toMatchObject({
      exitCode: 65,
      stderr: expect.stringContaining('--max-errors'),
    });
    expect(await runShared([...args, '2'])).toMatchObject({ exitCode: 65, stderr: '' });
  });
});

describe('outputs that fail', () => {
  test('a full disk is one line and 74', async () => {
    const { stderr, exitCode } = await runShared([
      'score',
      at('digits.csv'),
      '--out',
      '/dev/full',
      '--quiet',
    ]);
    expect(exitCode).toBe(74);
    expect(stderr).toMatch(/^digitflow: \/dev\/full: cannot be written: ENOSPC; make room on the disk\n$/);
  });

  test('a reader that has seen enough is no error', async () => {
    const cli = new Cli(['score', '-', '--quiet'], { stdin: 'pipe' });
    await cli.send(Buffer.from(digits));
    await cli.stopReading('stdout');
    for (let i = 0; i < 50 && !cli.stdin.destroyed; i++) cli.stdin.write(digits);
    cli.stdin.end();
    expect(await cli.ended).toMatchObject({ exitCode: 0, stderr: '' });
  });

  test('a full device as stdout is one line and 74', async () => {
    const full = openSync('/dev/full', 'w');
    const { stderr, exitCode } = await runShared(['score', at('digits.csv'), '--quiet'], { stdout: full });
    closeSync(full);
    expect(exitCode).toBe(74);
    expect(stderr).toContain('stdout: cannot write: ENOSPC');
  });
});

describe('what cannot be scored is one line and its exit code:', () => {
  test.each([
    ['no file at all', ['score'], 2, 'see digitflow score --help'],
    ['a file that is not there', ['score', 'nowhere.csv'], 66, 'nowhere.csv: no such file'],
    ['a pattern that fits nothing', ['score', '/nowhere-*.csv'], 66, '/nowhere-*.csv: no such file'],
    [
      'a second file that is not there, before the first is scored',
      ['score', '--quiet', at('digits.csv'), 'nowhere.csv'],
      66,
      'nowhere.csv',
    ],
    ['rejects without a place', ['score', 'f', '--on-error', 'reject'], 2, '--rejects'],
    [
      'a Kaggle submission in another format',
      ['score', 'f', '--kaggle', '--format', 'ndjson'],
      2,
      '--kaggle',
    ],
  ])('%s', async (_, args, exitCode, message) => {
    const result = await runShared(args);
    expect(result).toMatchObject({ exitCode, stdout: '', stderr: expect.stringContaining(message) });
    expect(result.stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});

test('Ctrl-C ends the reading; what was read is scored and written, and 130 says so', async () => {
  const cli = new Cli(['score', '-', '--out', at('interrupted.csv')], { stdin: 'pipe' });
  await cli.send(Buffer.from(digitsCsv({ count: 3 })));
  await cli.said('label');
  cli.signal('SIGINT');
  expect(await cli.ended).toMatchObject({ exitCode: 130 });
});
