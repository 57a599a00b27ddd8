import { describe, expect, test } from 'vitest';
import { type Evaluation, summarize } from '../../src/counting/evaluation.js';
import { EvaluationTally } from '../../src/counting/evaluation-tally.js';
import { type Comparison, compared } from '../../src/judging/comparison.js';
import { answerOf, pointsWords, pWords, roughly } from '../../src/judging/comparison-answer.js';
import { PairedVerdicts } from '../../src/judging/paired-verdicts.js';

/** A comparison of networks on images of one class: each text has a 1 where its network is right. */
function comparisonOf(texts: readonly string[], names = texts.map((_, index) => `net${index}`)): Comparison {
  const count = texts[0].length;
  const records = texts.map((text) => ({
    ...{ first: 0, count, classCount: 2, outputsAreProbabilities: true, labels: new Uint8Array(count) },
    predictions: Uint8Array.from(text, (right) => 1 - Number(right)),
    confidences: new Float32Array(count).fill(0.5),
    losses: new Float32Array(count),
    pixelsOf: () => Uint8Array.of(0),
  }));
  const verdicts = new PairedVerdicts({ networks: texts.length, classes: 2, recordBytes: 1, examples: 0 });
  verdicts.add(records);
  const data = { name: 'x', dataset: null, files: [], height: 1, width: 1 };
  const context = { data, workers: 0, seconds: 1, partial: false };
  const evaluations = records.map((own, index): Evaluation => {
    const tally = new EvaluationTally({ classes: 2, outputsAreProbabilities: true });
    tally.add(own);
    const model = {
      name: names[index],
      sha256: null,
      layers: [1, 2],
      activations: ['sigmoid'],
      parameters: 4,
    };
    return summarize(tally, { ...context, model, classes: ['0', '1'], normalization: 'n', lossName: 'l' });
  });
  const turned = texts.map(() => null);
  return compared({ ...context, images: count, evaluations, turned, pairs: verdicts.pairs }, answerOf);
}

/** So many images on which each network is right or wrong: `both(3)` for 111, 111. */
const texts = (...parts: readonly (readonly [verdicts: string, count: number])[]) =>
  Array.from(parts[0][0], (_, network) =>
    parts.map(([verdicts, count]) => verdicts[network].repeat(count)).join(''),
  );

describe('the answer', () => {
  test.each<[string, readonly string[]]>([
    [
      'net1 is better by 14.00 points (6.50 to 22.38); p = 0.00052',
      texts(['11', 80], ['01', 15], ['10', 1], ['00', 4]),
    ],
    [
      'net0 is better by 14.00 points (6.50 to 22.38); p = 0.00052',
      texts(['11', 80], ['10', 15], ['01', 1], ['00', 4]),
    ],
    ['No difference at all: net0 and net1 are right on the very same images', texts(['11', 9], ['00', 3])],
    ['No image was compared', ['', '']],
    [
      'No difference can be told: net1 is ahead by 2.00 points (-4.20 to 8.37), p = 0.73; if that is the true difference, ' +
        'some 1,600 images would be needed to tell it',
      texts(['11', 80], ['01', 5], ['10', 3], ['00', 12]),
    ],
    [
      'No difference can be told: both are right as often, each alone on 4 of 8 images (difference -6.29 to 6.29 points)',
      texts(['11', 80], ['01', 4], ['10', 4], ['00', 12]),
    ],
    [
      'net2 is better than each of the others, net0 and net1; p < 0.0001 after Holm for 3 pairs',
      texts(['111', 60], ['001', 40]),
    ],
    [
      'net1 is right most often: better than net0 (p < 0.0001 after Holm for 3 pairs), but no difference to net2 can be told',
      texts(['111', 60], ['011', 38], ['010', 2]),
    ],
    [
      'No difference can be told: net0 is right most often, but may be no better than net1 and net2; p = 0.75 after Holm for 3 pairs',
      texts(['111', 60], ['100', 3]),
    ],
  ])('%s', (answer, given) => {
    expect(comparisonOf(given).answer).toBe(answer);
  });

  test.each([
    [
      ['a/net.pt', 'b/old.pt'],
      ['net.pt', 'old.pt'],
    ],
    [
      ['a/net.pt', 'b/net.pt'],
      ['a/net.pt', 'b/net.pt'],
    ],
    [
      ['relu', 'relu'],
      ['relu (A)', 'relu (B)'],
    ],
  ])('names networks so that they are told apart: %j', (given, names) => {
    expect(comparisonOf(['1', '0'], given).networks.map(({ name }) => name)).toEqual(names);
  });

  test('puts numbers into words', () => {
    expect([1, 0.099, 0.0234, 0.00012, 0.00009].map(pWords)).toEqual([
      ...['p = 1.00', 'p = 0.099', 'p = 0.023', 'p = 0.00012', 'p < 0.0001'],
    ]);
    expect([0.0113, -0.00001, -0.5].map(pointsWords)).toEqual(['1.13', '0.00', '-50.00']);
    expect([7, 1934, 123_456].map(roughly)).toEqual(['7', '1,900', '120,000']);
  });
});
