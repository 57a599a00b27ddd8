import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { evaluate } from '../../pipelines/evaluate.js';
import type { ErrorCode } from '../../src/errors.js';
import { digitsCsv } from '../helpers/digits-csv.js';
import { runShared } from '../helpers/shared-cli.js';
import { tempFolder } from '../inputs/temp-folder.js';
import { zipArchive } from '../inputs/zip-archive.js';
import { expectFailure } from './expect-failure.js';

const COUNT = 12;
const rows = digitsCsv({ count: COUNT });
const withHeader = digitsCsv({ count: COUNT, header: true });

/** Each line, changed; they are numbered from 0. */
const eachLine = (text: string, change: (line: string, i: number) => string) =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line, i) => `${change(line, i)}\n`)
    .join('');
const ended = (text: string) => eachLine(text, (line) => `${line},`);

async function score(text: string, ...flags: string[]) {
  const folder = await tempFolder({ 'in.csv': Buffer.from(text) });
  const { stdout, stderr, exitCode } = await runShared(['score', 'in.csv', '--workers', '0', ...flags], {
    cwd: folder,
  });
  return { stdout, stderr, exitCode };
}

const { stdout: expected } = await score(rows);

describe('a delimiter at the end of each row is passed over, and it is said so:', () => {
  const said = 'empty columns left out 786 (guessed; else --id 786)';
  test.each([
    ['without a header', ended(rows), said],
    ['with a header', ended(withHeader), said],
    ['with a header that has none', withHeader.replace(rows, ended(rows)), said],
    ['with tabs', ended(rows).replaceAll(',', '\t'), said],
    ['twice', ended(ended(rows)), 'empty columns left out 786 to 787 (guessed; else --id 786)'],
    [
      'after a label',
      ended(eachLine(rows, (line) => line.replace(/^(\d),(.*)$/, '$2,$1'))),
      `label column last, id none, ${said}`,
    ],
    [
      'without a label',
      ended(digitsCsv({ count: COUNT, labelled: false })),
      'label none, id none, empty columns left out 785 (guessed; else --id 785)',
    ],
  ])('%s', async (_, text, note) => {
    const { stdout, stderr, exitCode } = await score(text);
    expect({ stdout, exitCode }).toEqual({ stdout: expected, exitCode: 0 });
    expect(stderr).toContain(note);
  });

  test('but for a column of ids that has a name, or is asked for', async () => {
    const named = eachLine(withHeader, (line, i) => line + (i === 0 ? ',id' : i === COUNT ? ',last' : ','));
    const idsOf = (stdout: string) =>
      stdout
        .split('\n')
        .slice(1, -1)
        .map((line) => line.split(',')[2]);
    const ids = [...Array(COUNT - 1).fill(''), 'last'];
    const { stdout, stderr } = await score(named);
    expect(stdout.split('\n')[0]).toBe('record,file,id,prediction,confidence');
    expect(idsOf(stdout)).toEqual(ids);
    expect(stderr).toContain('id column last "id"');
    const asked = await score(ended(rows), '--id', '786');
    expect(idsOf(asked.stdout)).toEqual(Array(COUNT).fill(''));
  });
});

describe('of a file that is called CSV it is said what it is, whichever command it is given to:', () => {
  const packed = gzipSync(rows);
  const WORKBOOK = zipArchive([{ name: 'xl/workbook.xml', content: Buffer.from('<workbook/>') }]);
  test.each<[name: string, content: Uint8Array, code: ErrorCode, word: string]>([
    [
      'UTF-16',
      Buffer.from(`\ufeff${withHeader}`, 'utf16le'),
      'CSV_BINARY',
      'text in UTF-16; write it as UTF-8',
    ],
    ['a workbook', WORKBOOK, 'CSV_BINARY', 'an Excel workbook; write it as CSV'],
    ['gzip that is cut off', packed.subarray(0, -100), 'GZIP_BROKEN', 'broken gzip stream'],
    ['gzip with something after it', Buffer.concat([packed, Buffer.from('x')]), 'GZIP_BROKEN', 'broken gzip'],
  ])('%s', async (_, content, code, word) => {
    const cwd = await tempFolder({ 'in.csv': content });
    await expectFailure(['in.csv', '--quiet'], { code, exitCode: 65, words: ['in.csv: ', word] }, { cwd });
    const { stderr, exitCode } = await runShared(['score', 'in.csv', '--quiet'], { cwd });
    expect({ stderr, exitCode }).toEqual({ stderr: expect.stringContaining(word), exitCode: 65 });
  });
});

test('of a stream of text that has no lines it is said so, not that labels are missing', async () => {
  const input = Buffer.alloc(100_000, '1,');
  for (const command of ['evaluate', 'score']) {
    const { stderr, exitCode } = await runShared([command, '-', '--quiet'], { input });
    expect(stderr).toMatch(
      /^digitflow: stdin: expected rows of images, found no end of a row in the first \d+ bytes/,
    );
    expect(exitCode).toBe(65);
  }
});

describe('one scale holds for a file:', () => {
  const binary = eachLine(rows, (line) =>
    line.replace(/(?<=,)\d+/g, (value) => (Number(value) > 127 ? '1' : '0')),
  );

  test('where many ones are seen and no other number, 1 is white, and that is said, by score and evaluate', async () => {
    const said = 'scale 0 to 1, ';
    const { stdout, stderr } = await score(binary);
    expect(stderr).toContain(said);
    expect(stdout).toBe((await score(binary, '--scale', '1', '--quiet')).stdout);
    expect(stdout).not.toBe((await score(binary, '--scale', '255', '--quiet')).stdout);
    const cwd = await tempFolder({ 'in.csv': Buffer.from(binary) });
    expect((await runShared(['evaluate', 'in.csv'], { cwd })).stderr).toContain(said);
  });

  test('among rows of 0 to 255, a row of 0 and 1 is nearly black', async () => {
    const { stdout, stderr } = await score(rows + binary);
    expect(stderr).toContain('scale 0 to 255, ');
    const black = await score(binary, '--scale', '255', '--quiet');
    const verdicts = (text: string) => text.split('\n').map((line) => line.split(',').slice(2).join());
    expect(verdicts(stdout).slice(1 + COUNT)).toEqual(verdicts(black.stdout).slice(1));
  });
});

test('evaluate takes rows for the same whether they are a file or come from a stream, the first one by itself', async () => {
  // The first images are zeros: their labels look like the border at the other end.
  const labelLast = eachLine(digitsCsv({ count: 120, first: 3 }), (line) =>
    line.replace(/^(\d),(.*)$/, '$2,$1'),
  );
  const images = join(await tempFolder({ 'in.csv': Buffer.from(labelLast) }), 'in.csv');
  const file = (await evaluate({ images, workers: 0 })).evaluation;
  const firstEnd = labelLast.indexOf('\n') + 1;
  // The rest comes only when it is asked for: then the first row alone was no answer.
  let isRestAsked = false;
  async function* rows() {
    yield Buffer.from(labelLast.slice(0, firstEnd));
    isRestAsked = true;
    yield Buffer.from(labelLast.slice(firstEnd));
  }
  let wasRestAsked: boolean | undefined;
  const onOpened = () => {
    wasRestAsked = isRestAsked;
  };
  const stream = (await evaluate({ images: rows(), workers: 0, onOpened })).evaluation;
  expect(wasRestAsked).toBe(true);
  expect(stream.confusion).toEqual(file.confusion);
  expect(file.accuracy).toBeGreaterThan(0.9);
});

test('numbers that are aligned by spaces are parted by them', async () => {
  const aligned = eachLine(rows, (line) =>
    line
      .split(',')
      .map((field) => field.padStart(6))
      .join(''),
  );
  const { stdout, stderr } = await score(aligned);
  expect(stderr).toContain('delimiter space');
  expect(stdout).toBe(expected);
});
