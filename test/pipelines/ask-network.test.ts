import { describe, expect, test } from 'vitest';
import { askNetwork } from '../../pipelines/ask-network.js';
import { guessDialect } from '../../src/formats/csv/guess/guess-dialect.js';
import { describeGuesses, type ReadingFlags } from '../../src/formats/reading.js';
import type { ChooseReading } from '../../src/inputs/candidate-readings.js';
import { settleCsv } from '../../src/inputs/csv/csv-candidates.js';
import { readFirstBytes } from '../../src/inputs/first-bytes.js';
import { openModel } from '../../src/inputs/models/open-model.js';
import { transposePixels } from '../../src/network/feed-forward.js';
import { testLabels, testPixels } from '../helpers/mnist.js';
import { runShared } from '../helpers/shared-cli.js';
import { failureOf } from '../inputs/failure-of.js';
import { tempFile } from '../inputs/temp-folder.js';

const [PIXELS, LABELS] = [testPixels(), testLabels()];
const { network } = openModel('relu');
const ENDS: ReadingFlags[] = [{ label: 'first' }, { label: 'last' }];

/** The test images with these numbers, their labels last; a label may be another one. */
function labelLast(indices: readonly number[], labelOf = (index: number) => LABELS[index]): string {
  const row = (index: number) =>
    `${PIXELS.subarray(index * 784, (index + 1) * 784).join(',')},${labelOf(index)}\n`;
  return indices.map(row).join('');
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

/** Settles between readings of a real file. */
async function settle(
  text: string,
  alternatives: readonly ReadingFlags[],
  who: { choose?: ChooseReading } = { choose: askNetwork(network, network.normalization) },
) {
  const first = await readFirstBytes(await tempFile(Buffer.from(text)), 'data.csv');
  const { classes } = network;
  const readings = alternatives.map((flags) => ({
    flags,
    guessed: guessDialect(first.bytes, first.isWhole, { pixelCount: 784, classes }, flags, 'data.csv'),
  }));
  return (await settleCsv(first, readings, { ...who, classes })).guessed;
}

describe('between two readings', () => {
  test('the network takes the right one, and it is said why', async () => {
    const { dialect, guesses } = await settle(labelLast(upTo(300)), ENDS);
    expect(dialect.label).toEqual({ kind: 'number', column: 784, from: 0 });
    expect(describeGuesses('data.csv', guesses)).toMatch(
      /, label column last \(the network reads 9\d % so, \d+ % with --label first\)/,
    );
  });

  test('the favour is not asked', async () => {
    const { dialect } = await settle(labelLast(upTo(300)), [...ENDS].reverse());
    expect(dialect.label).toMatchObject({ column: 784 });
  });

  test('rows sorted by class are read beyond the first class', async () => {
    const zeros = upTo(10_000).filter((index) => LABELS[index] === 0);
    const others = upTo(900).filter((index) => LABELS[index] !== 0);
    const { dialect } = await settle(labelLast([...zeros.slice(0, 600), ...others.slice(0, 400)]), ENDS);
    expect(dialect.label).toMatchObject({ column: 784 });
  });

  test('40 rows are enough, 20 are not', async () => {
    const { dialect } = await settle(labelLast(upTo(40)), ENDS);
    expect(dialect.label).toMatchObject({ column: 784 });
    const failure = await failureOf(() => settle(labelLast(upTo(20)), ENDS));
    expect(failure).toMatchObject({ code: 'READING_UNCLEAR', exitCode: 65 });
    expect(failure.message).toMatch(
      /of the first 20 records the network reads \d+ % and \d+ %, too few to decide it; say which$/,
    );
  });

  test('labels that have nothing to do with the images decide nothing', async () => {
    const failure = await failureOf(() =>
      settle(
        labelLast(upTo(500), (index) => (index * 7) % 10),
        ENDS,
      ),
    );
    expect(failure.code).toBe('READING_UNCLEAR');
  });
});

test('an input with alternatives is refused where nobody chooses', async () => {
  const failure = await failureOf(() => settle(labelLast(upTo(50)), ENDS, {}));
  expect(failure).toMatchObject({ code: 'READING_UNCLEAR', exitCode: 65 });
  expect(failure.message).toBe(
    'data.csv: expected one way to read it, found 2: label column first (--label first) or label column last ' +
      '(--label last); say which',
  );
});

test('where the images are turned as well, they are taken so, and it is said', async () => {
  const row = (index: number) => {
    const pixels = transposePixels(PIXELS.subarray(index * 784, (index + 1) * 784), {
      height: 28,
      width: 28,
    });
    return `${pixels.map((pixel) => 255 - pixel).join(',')},${LABELS[index]}\n`;
  };
  const { dialect, guesses } = await settle(upTo(300).map(row).join(''), ENDS);
  expect(dialect).toMatchObject({ label: { column: 784 }, transposed: true, inverted: true });
  expect(describeGuesses('data.csv', guesses)).toMatch(
    /, label column last, id none, transpose column by column, invert yes \(the network reads 9\d % so, \d+ % with --label first, \d+ % with --transpose no --no-invert\)$/,
  );
});

test('the network tells scales apart', async () => {
  const row = (index: number) => {
    const pixels = PIXELS.subarray(index * 784, (index + 1) * 784);
    return `${LABELS[index]},${Array.from(pixels, (pixel) => Math.round(pixel / 16)).join(',')}\n`;
  };
  const { dialect } = await settle(upTo(100).map(row).join(''), [{ scale: 255 }, { scale: 16 }]);
  expect(dialect.white).toBe(16);
});

describe('the command line, of rows whose ends may both be labels', () => {
  /** The label last, and noise where the first pixel is. */
  const rows = (count: number) =>
    Buffer.from(
      Array.from({ length: count }, (_, i) => {
        const pixels = Array.from(PIXELS.subarray(i * 784, (i + 1) * 784));
        return `${[(i * 7 + (i >> 3)) % 10, ...pixels.slice(1), LABELS[i]].join(',')}\n`;
      }).join(''),
    );

  test('evaluate takes the right end, from a file and from a pipe, and says why', async () => {
    const path = await tempFile(rows(300), 'noisy.csv');
    const file = await runShared(['evaluate', path, '--format', 'json']);
    const pipe = await runShared(['evaluate', '-', '--format', 'json'], { input: rows(300) });
    for (const { exitCode, stdout, stderr } of [file, pipe]) {
      expect(exitCode).toBe(0);
      expect(stderr).toMatch(/label column last \(the network reads 9\d % so, \d+ % with --label first\)/);
      expect(JSON.parse(stdout).accuracy).toBeGreaterThan(0.94);
    }
  });

  test('report and look ask as well', async () => {
    const path = await tempFile(rows(300), 'noisy.csv');
    const reported = await runShared(['report', path, '--out', '-']);
    expect(reported.stderr).toMatch(/label column last \(the network reads/);
    const looked = await runShared(['look', 'network', '--images', path, '--format', 'json']);
    expect(looked.stderr).toMatch(/label column last \(the network reads/);
  });

  test('score and train, which have nobody to ask, refuse them with both flags', async () => {
    const path = await tempFile(rows(300), 'noisy.csv');
    const asked =
      /^digitflow: \S+: expected one way to read it, found 2: label column \w+ \(--label \w+\) or label/m;
    for (const command of [['score'], ['train', '--out', `${path}.safetensors`, '--images']]) {
      const refused = await runShared([...command, path]);
      expect(refused.exitCode).toBe(65);
      expect(refused.stderr).toMatch(asked);
      expect(refused.stdout).toBe('');
    }
    expect((await runShared(['score', path, '--label', 'last'])).exitCode).toBe(0);
  });

  test('evaluate refuses too few of them', async () => {
    const refused = await runShared(['evaluate', await tempFile(rows(15), 'noisy.csv')]);
    expect(refused).toMatchObject({ exitCode: 65, stdout: '' });
    expect(refused.stderr).toContain('too few to decide it; say which');
  });
});
