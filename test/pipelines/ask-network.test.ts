import { describe, expect, test } from 'vitest';
import { askNetwork } from '../../pipelines/ask-network.js';
import { guessDialect } from '../../src/formats/csv/guess/guess-dialect.js';
import { describeGuesses, type ReadingFlags } from '../../src/formats/reading.js';
import type { ChooseReading } from '../../src/inputs/candidate-readings.js';
import { settleReading } from '../../src/inputs/csv/csv-candidates.js';
import { readFirstBytes } from '../../src/inputs/first-bytes.js';
import { openModel } from '../../src/inputs/open-model.js';
import { testLabels, testPixels } from '../helpers/mnist.js';
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
  return settleReading(first, readings, { ...who, classes });
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
      /of the first 20 records the network reads \d+ % and \d+ %, which does not/,
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

test('the network tells scales apart', async () => {
  const row = (index: number) => {
    const pixels = PIXELS.subarray(index * 784, (index + 1) * 784);
    return `${LABELS[index]},${Array.from(pixels, (pixel) => Math.round(pixel / 16)).join(',')}\n`;
  };
  const { dialect } = await settle(upTo(100).map(row).join(''), [{ scale: 255 }, { scale: 16 }]);
  expect(dialect.white).toBe(16);
});
