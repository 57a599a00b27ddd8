import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openModel } from '../../src/inputs/models/open-model.js';
import { writeOwnNetwork } from '../../src/network/formats/safetensors/network-file.js';
import { testRow } from '../helpers/csv.js';
import { testLabels } from '../helpers/mnist.js';
import { runShared } from '../helpers/shared-cli.js';
import { imagesIdx } from '../inputs/idx-bytes.js';
import { tempFolder } from '../inputs/temp-folder.js';

const pixelsOf = (index: number) => testRow(index).replace(/^\d,/, '');
const latin1 = (text: string) => Buffer.from(text, 'latin1');
const NAMES = ['M\xfcller', 'M\xf6ller', 'Smith'];
const PIXEL_NAMES = Array.from({ length: 784 }, (_, i) => `pixel${i}`).join(',');
/** Rows with ids in Latin-1; the last is bad. */
const ROWS = latin1(
  [
    `id,${PIXEL_NAMES}`,
    ...NAMES.map((name, i) => `${name},${pixelsOf(i)}`),
    `M\xe4x,${pixelsOf(3)},\xff`,
    '',
  ].join('\n'),
);

/** The ids of the CSV of `score`, in hexadecimal. */
const idsOf = (csv: Buffer) =>
  csv
    .toString('latin1')
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',')[2]);

describe('ids in Latin-1', () => {
  test.each([['in.csv'], ['-']])('come out byte for byte, of %s, as do bad rows', async (input) => {
    const folder = await tempFolder({ 'in.csv': ROWS });
    const args = ['score', input, '--out', 'out.csv', '--rejects', 'bad.csv', '--quiet'];
    const result = await runShared(args, { cwd: folder, input: ROWS });
    expect(result).toMatchObject({ exitCode: 65, stderr: '' });
    expect(idsOf(readFileSync(join(folder, 'out.csv')))).toEqual(NAMES);
    expect(readFileSync(join(folder, 'bad.csv')).includes(latin1('M\xe4x,'))).toBe(true);
    expect(readFileSync(join(folder, 'bad.csv')).includes(latin1(',\xff"\n'))).toBe(true);
  });

  test('end a run that writes JSON, with one line', async () => {
    const folder = await tempFolder({ 'in.csv': ROWS });
    const args = ['score', 'in.csv', '--format', 'ndjson', '--on-error', 'skip', '--quiet'];
    const { exitCode, stdout, stderr } = await runShared(args, { cwd: folder });
    expect({ exitCode, stdout }).toEqual({ exitCode: 65, stdout: '' });
    expect(JSON.parse(stderr)).toMatchObject({ code: 'CSV_ENCODING' });
    expect(JSON.parse(stderr).message).toContain('record 1: expected an id in utf8, found "M\\xfcller"');
  });

  test('become UTF-8 with --encoding, and the note says so', async () => {
    const folder = await tempFolder({ 'in.csv': ROWS });
    const args = ['score', 'in.csv', '--on-error', 'skip', '--encoding', 'latin1'];
    const json = await runShared([...args, '--format', 'ndjson'], { cwd: folder });
    expect(json.stderr).toContain('encoding latin1');
    const lines = json.stdout.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).id)).toEqual(['Müller', 'Möller', 'Smith']);
    const csv = await runShared(args, { cwd: folder });
    expect(idsOf(latin1(csv.stdout))).toEqual(['Müller', 'Möller', 'Smith']);
  });
});

test('a byte order mark of UTF-8 is passed over; UTF-16 is named', async () => {
  const text = `id,${PIXEL_NAMES}\nMüller,${pixelsOf(0)}\n`;
  const folder = await tempFolder({
    'bom.csv': Buffer.from(`\ufeff${text}`),
    'wide.csv': Buffer.from(`\ufeff${text}`, 'utf16le'),
  });
  const marked = await runShared(['score', 'bom.csv', '--quiet', '--format', 'ndjson'], { cwd: folder });
  expect(JSON.parse(marked.stdout)).toMatchObject({ id: 'Müller', prediction: '7' });
  const wide = await runShared(['score', 'wide.csv', '--quiet'], { cwd: folder });
  expect(wide).toMatchObject({ exitCode: 65, stderr: expect.stringContaining('UTF-16') });
});

test('labels and names of columns in Latin-1 are known with --encoding', async () => {
  const { network } = openModel('sigmoid');
  const classes = network.classes.map((name) => `Größe ${name}`);
  const rows = [0, 1, 2, 3].map((i) => `Gr\xf6\xdfe ${testLabels()[i]},${pixelsOf(i)}`);
  const folder = await tempFolder({
    'names.safetensors': writeOwnNetwork({ ...network, classes }),
    'in.csv': latin1([`W\xf6rter,${PIXEL_NAMES}`, ...rows, ''].join('\n')),
  });
  const args = ['evaluate', 'in.csv', '--model', 'names.safetensors', '--format', 'json'];
  const label = ['--label', 'Wörter', '--encoding', 'ISO-8859-1'];
  const known = await runShared([...args, ...label], { cwd: folder });
  expect(JSON.parse(known.stdout)).toMatchObject({ images: 4, correct: 4 });
  expect(known.stderr).toContain('column first "Wörter"');
  const unknown = await runShared([...args, '--label', '1'], { cwd: folder });
  expect(unknown).toMatchObject({ exitCode: 65, stdout: '' });
  expect(unknown.stderr).toContain('Gr\\\\xf6\\\\xdfe 7');
});

test('flags that do nothing are refused', async () => {
  const folder = await tempFolder({ images: imagesIdx(1, 28, 28), 'in.csv': ROWS });
  const run = (...args: string[]) => runShared(['score', ...args], { cwd: folder });
  expect(await run('images', '--encoding', 'latin1')).toMatchObject({ exitCode: 2, stdout: '' });
  const wide = await run('in.csv', '--encoding', 'utf-16');
  expect(wide).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('Expected one of utf8, latin1'),
  });
  for (const other of [['--format', 'ndjson'], ['--kaggle']]) {
    const { exitCode, stderr } = await run('in.csv', '--spreadsheet-safe', ...other);
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('--spreadsheet-safe: only with --format csv'),
    });
  }
});

describe('names that would steer a terminal', () => {
  const EVIL = '\x1b[31mred\u202e\u009b2J.csv';
  const SHOWN = '\\u001b[31mred\\u202e\\u009b2J.csv';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  const STEERING = /[\0-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/;
  const header = `la\x1b[1mbel,${PIXEL_NAMES}`;
  const rows = [0, 1, 2].map((i) => testRow(i));

  test('show as escapes, in notes, tables, errors, stacks, Markdown and the page', async () => {
    const folder = await tempFolder({
      [EVIL]: Buffer.from([header, ...rows, ''].join('\n')),
      [`bad${EVIL}`]: Buffer.from('1,2,3\n'),
    });
    const run = (...args: string[]) => runShared(args, { cwd: folder });
    const results = await Promise.all([
      run('evaluate', EVIL, '--label', '1'),
      run('evaluate', EVIL, '--label', '1', '--format', 'markdown'),
      run('score', EVIL, '--label', '1', '--out', `out${EVIL}`),
      run('score', `bad${EVIL}`, '--debug'),
      run('look', 'digit', '0', '--images', EVIL, '--label', '1'),
      run('look', 'network', '--images', EVIL, '--label', '1'),
      run('report', EVIL, '--label', '1', '-o', '-'),
      run('report', EVIL, '--label', '1', '-o', `page${EVIL}`),
      run('evaluate', `missing${EVIL}`, '--format', 'json'),
    ]);
    for (const { stdout, stderr } of results) {
      expect(`${stdout}${stderr}`).not.toMatch(STEERING);
      expect(`${stdout}${stderr}`).toContain(SHOWN);
    }
    expect(results.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 65, 0, 0, 0, 0, 66]);
    // In JSON an escape stands for the very name.
    expect(JSON.parse(results[8].stderr).message).toContain(EVIL);
    expect(results[0].stderr).toContain('"la\\u001b[1mbel"');
    const csv = readFileSync(join(folder, `out${EVIL}`), 'utf8');
    expect(csv).toContain(`1,${EVIL},`);
  });
});
