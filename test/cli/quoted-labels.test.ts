import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openModel } from '../../src/inputs/models/open-model.js';
import { readOwnNetwork, writeOwnNetwork } from '../../src/network/formats/safetensors/network-file.js';
import { testLabels, testPixels } from '../helpers/mnist.js';
import { runShared } from '../helpers/shared-cli.js';
import { tempFolder } from '../inputs/temp-folder.js';

const COUNT = 200;
const pixels = testPixels();
const labels = [...testLabels().subarray(0, COUNT)];
const WORDS = ['nil', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
const rowOf = (at: number) => pixels.subarray(at * 784, (at + 1) * 784).join(',');
const first = (texts: readonly string[]) => texts.map((text, at) => `${text},${rowOf(at)}\n`).join('');
const last = (texts: readonly string[]) => texts.map((text, at) => `${rowOf(at)}, ${text}\n`).join('');
const quoted = labels.map((label) => `'${label}'`);
const words = labels.map((label) => WORDS[label]);
const header = ["'class'", ...Array.from({ length: 784 }, (_, at) => `'pixel${at}'`)].join(',');

/** The matrix of an evaluation. */
async function confusionOf(text: string, ...flags: string[]) {
  const cwd = await tempFolder({ 'in.csv': Buffer.from(text) });
  const { network } = openModel('sigmoid');
  await writeFile(join(cwd, 'words.safetensors'), writeOwnNetwork({ ...network, classes: WORDS }));
  const run = await runShared(['evaluate', 'in.csv', '--format', 'json', '--quiet', ...flags], { cwd });
  expect(run).toMatchObject({ exitCode: 0, stderr: '' });
  return JSON.parse(run.stdout).confusion;
}

const expected = await confusionOf(first(labels.map(String)));
const named = ['--model', 'words.safetensors'];
const map = ['--label-map', WORDS.map((word, label) => `${word}=${label}`).join(',')];

describe('labels in single quotes are what stands within:', () => {
  test.each<[string, string, string[]?]>([
    ['first', first(quoted)],
    ['last, after a blank', last(quoted)],
    ['after a header as ARFF has it', `${header}\n${first(quoted)}`],
    ['around some of them only', first(quoted.map((text, at) => (at % 3 === 0 ? `${labels[at]}` : text)))],
    ['with double quotes around other fields', first(quoted).replaceAll(',0,0\n', ',"0",0\n')],
    ['counted from 1', first(labels.map((label) => `'${label + 1}'`)), ['--labels-from', '1']],
    ['10 for 0', first(labels.map((label) => `'${label || 10}'`)), ['--label-map', '10=0']],
    ['names', first(words.map((word) => `'${word}'`)), named],
    [
      'names, of which some are in quotes',
      first(words.map((word) => (word < 'p' ? word : `'${word}'`))),
      named,
    ],
    ['names that are mapped', first(words.map((word) => `'${word}'`)), map],
  ])('%s', async (_, text, flags = []) => {
    expect(await confusionOf(text, ...flags)).toEqual(expected);
  });
});

test('names in quotes are learned without them', async () => {
  const cwd = await tempFolder({
    'in.csv': Buffer.from(`${header}\n${first(words.map((word) => (word < 'p' ? word : `'${word}'`)))}`),
  });
  const learn = ['--epochs', '1', '--hidden', '8', '--augment', 'none', '--averaging', '0.9', '--quiet'];
  const run = await runShared(['train', '--images', 'in.csv', ...learn, '--out', 'o.safetensors'], { cwd });
  expect(run).toMatchObject({ exitCode: 0 });
  const { classes } = readOwnNetwork(await readFile(join(cwd, 'o.safetensors')), 'o');
  expect(classes).toEqual([...WORDS].sort());
});

test('a label in quotes that is none is refused', async () => {
  const cwd = await tempFolder({ 'in.csv': Buffer.from(first([...quoted.slice(1), "'12'"])) });
  const run = await runShared(['evaluate', 'in.csv', '--quiet'], { cwd });
  expect(run).toMatchObject({ exitCode: 65 });
  expect(run.stderr).toContain(`expected a label from 0 to 9, found "'12'"`);
});

test('single quotes around pixels are told, for a stream as for a file', async () => {
  const text = first(quoted).replace(/\d+(?=[,\n])/g, "'$&'");
  const cwd = await tempFolder({ 'in.csv': Buffer.from(text) });
  for (const [name, input] of [
    ['in.csv', ''],
    ['stdin', text],
  ]) {
    for (const command of ['evaluate', 'score']) {
      const given = input === '' ? name : '-';
      const run = await runShared([command, given, '--quiet'], { cwd, input: Buffer.from(input) });
      expect(run).toMatchObject({ exitCode: 65 });
      expect(run.stderr).toMatch(
        /^digitflow: (?:in\.csv|stdin): expected numbers, found single quotes around them, such as '\d': take them out, as tr -d \\' does\n$/,
      );
    }
  }
});
