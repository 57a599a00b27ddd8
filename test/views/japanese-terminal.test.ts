import { describe, expect, test } from 'vitest';
import { displayWidth } from '../../src/views/terminal/text-layout.js';
import { digitsCsv } from '../helpers/digits-csv.js';
import { runShared } from '../helpers/shared-cli.js';
import { tempFolder } from '../inputs/temp-folder.js';

/** Names, and signs of the field, which are written in Latin letters in Japanese, too. */
const NAMES =
  /^(sigmoid|relu|ReLU|softmax|tanh|identity|adam|sha|MNIST|ROC|PR|Brier|Cohen|Matthews|McNemar|Newcombe|Holm|Fisher|scale|sum|idx|ubyte|csv|json|JSON|format|digits|safetensors|digitflow|[a-f]?)$/;

/** The words of Latin letters in a text that are no names. */
function foreign(text: string): string[] {
  // Without digests, names of files, names in quotes, and the letters that mark images in curves.
  const words = text.replace(/[0-9a-f]{12,}|\S+-ubyte|"\w+"|^.*│.*$/gm, '');
  return (words.match(/[a-z]+/gi) ?? []).filter((word) => word.length > 2 && !NAMES.test(word));
}

describe('with --lang ja no English word is left', () => {
  test.each<string[]>([
    ['evaluate', '--limit', '300', '--metrics', '--slice', 'thickness', '--min-accuracy', '0.5'],
    ['evaluate', 'digits.csv', '--mistakes', '3'],
    ['compare', 'sigmoid', 'relu', '--limit', '500'],
    ['compare', 'sigmoid', 'relu', 'digits.csv'],
    ['stress', '--limit', '5', '--flips', '1'],
    ['look', 'digit', '0', '--neuron', '1:4', '--why'],
    ['look', 'digit', '8', '--neuron', '2:1', '--why', '3'],
    ['look', 'neuron', '1:4', '--limit', '200'],
    ['look', 'neuron', '2:3', '--limit', '200'],
    ['look', 'neuron', '3:5', '--model', 'relu', '--limit', '200'],
    ['look', 'layer', '1', '--digit', '18', '--neuron', '4'],
    ['look', 'layer', '2', '--model', 'relu'],
    ['look', 'network', '--limit', '200'],
    ['look', 'what-if', '--silence', '1:3', '--bias', '2:4=-10', '--shuffle', '2', '--limit', '200'],
    [
      'look',
      'what-if',
      '--weight',
      '1:3:7,4=0.5',
      '--activation',
      '1=relu',
      '--feed',
      'noise',
      '--limit',
      '200',
    ],
    ['look', 'detector', '--rect', '8,7,12,3', '--bias', '-10', '--limit', '200'],
    ['train', '--images', 'digits.csv', '--out', 'f.safetensors', '--epochs', '2', '--validation', '10'],
    ['convert', 'relu', 'f.json'],
  ])('%s %s %s', async (...args) => {
    const cwd = await tempFolder({ 'digits.csv': Buffer.from(digitsCsv({ count: 60, header: true })) });
    const { stdout, stderr, exitCode } = await runShared([...args, '--lang', 'ja'], { cwd });
    expect({ exitCode, foreign: foreign(stdout + stderr) }).toEqual({ exitCode: 0, foreign: [] });
    expect(stdout).toMatch(/\p{Script=Hiragana}/u);
    // What a terminal of 80 columns shows; digests and paths are not broken.
    const wide = stdout.split('\n').filter((line) => displayWidth(line) > 80 && !line.includes('sha256'));
    expect(wide).toEqual([]);
  });
});
