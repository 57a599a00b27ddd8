import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Evaluation } from '../../src/counting/evaluation.js';
import { checkSameData, PairTally, pairVerdicts, parseBaseline } from '../../src/judging/baseline.js';
import { evaluationJson } from '../../src/outputs/json-text.js';
import { evaluationOf } from '../counting/evaluation-of.js';
import { failureOf } from '../inputs/failure-of.js';

const MATRIX = [
  [8, 2],
  [1, 9],
];
const EVALUATION = evaluationOf(MATRIX);
const JSON_TEXT = evaluationJson(EVALUATION);
const VERDICTS = { path: 'base.npy', sha256: 'cd'.repeat(32) };

/** The JSON of an evaluation, changed. */
function changed(change: (own: ReturnType<typeof JSON.parse>) => void): string {
  const own = JSON.parse(JSON_TEXT);
  change(own);
  return JSON.stringify(own);
}

describe('a baseline', () => {
  test('is what an evaluation says of itself', () => {
    expect(parseBaseline(JSON_TEXT, 'base.json')).toEqual({
      ...{ path: 'base.json', images: 20, correct: 17, accuracy: 0.85, classes: ['0', '1'], verdicts: null },
      supports: [10, 10],
      files: EVALUATION.data.files,
    });
    const kept = parseBaseline(evaluationJson({ ...EVALUATION, verdicts: VERDICTS }), 'base.json');
    expect(kept.verdicts).toEqual(VERDICTS);
    expect(parseBaseline(evaluationJson(evaluationOf([[0]])), 'b').accuracy).toBeNull();
  });

  const ADVICE = '; make it with digitflow evaluate --format json';
  test.each<[string, string, string, string]>([
    [
      'is cut off',
      JSON_TEXT.slice(0, -20),
      'BASELINE_FILE',
      `the JSON of an evaluation, found no JSON, or a part of it${ADVICE}`,
    ],
    ['is empty', '', 'BASELINE_FILE', `the JSON of an evaluation, found no JSON, or a part of it${ADVICE}`],
    [
      'is of a newer digitflow',
      changed((own) => (own.schema = 'digitflow.evaluation/2')),
      'BASELINE_FILE',
      'the JSON of an evaluation (digitflow.evaluation/1), found digitflow.evaluation/2; a newer digitflow has written it: update this one',
    ],
    [
      'is of another command',
      changed((own) => (own.schema = 'digitflow.score/1')),
      'BASELINE_FILE',
      `the JSON of an evaluation (digitflow.evaluation/1), found "digitflow.score/1"${ADVICE}`,
    ],
    [
      'is another JSON',
      '[1]',
      'BASELINE_FILE',
      `the JSON of an evaluation (digitflow.evaluation/1), found another JSON${ADVICE}`,
    ],
    [
      'is null',
      'null',
      'BASELINE_FILE',
      `the JSON of an evaluation (digitflow.evaluation/1), found another JSON${ADVICE}`,
    ],
    [
      'is of the first images alone',
      changed((own) => (own.partial = true)),
      'BASELINE_MISMATCH',
      'an evaluation of all images, found one of the first 20; make it again without --limit',
    ],
  ])('that %s is refused', async (_, text, code, message) => {
    const failure = await failureOf(() => parseBaseline(text, 'b.json'));
    expect(failure).toMatchObject({ code, exitCode: 65, message: `b.json: expected ${message}` });
  });

  test.each<[string, (own: ReturnType<typeof JSON.parse>) => void, string]>([
    [
      'counts otherwise than its matrix',
      (own) => (own.correct = 18),
      'b.json.confusion: expected 18 right of 20, found 17 of 20',
    ],
    [
      'has a matrix that is not square',
      (own) => own.confusion.pop(),
      'b.json.confusion: expected a list of 2, found one of 1',
    ],
    [
      'has no counts',
      (own) => delete own.images,
      'b.json.images: expected a whole number, 0 or more, found nothing',
    ],
    [
      'has classes without names',
      (own) => (own.classes[1] = {}),
      'b.json.classes[1].name: expected text, found nothing',
    ],
    ['names no files', (own) => (own.data = null), 'b.json.data: expected an object, found null'],
    [
      'has no digest of verdicts',
      (own) => (own.verdicts = { path: 'f' }),
      'b.json.verdicts.sha256: expected text, found nothing',
    ],
  ])('that %s is refused', async (_, change, message) => {
    const failure = await failureOf(() => parseBaseline(changed(change), 'b.json'));
    expect(failure).toMatchObject({ code: 'BASELINE_FILE', message: message + ADVICE });
  });

  test('that is changed anywhere is refused in one line, or read', () => {
    fc.assert(
      fc.property(fc.nat(JSON_TEXT.length - 1), fc.string({ maxLength: 3 }), (at, put) => {
        const text = JSON_TEXT.slice(0, at) + put + JSON_TEXT.slice(at + put.length);
        try {
          parseBaseline(text, 'b.json');
        } catch (error) {
          expect(error).toMatchObject({ exitCode: 65, message: expect.stringMatching(/^[^\n\r]+$/) });
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('an evaluation and its baseline', () => {
  const baseline = parseBaseline(evaluationJson(EVALUATION), 'b.json');
  const refusal = async (change: Partial<Evaluation>, isPaired = false) =>
    (await failureOf(() => checkSameData(baseline, { ...EVALUATION, ...change }, isPaired))).message;
  const { data } = EVALUATION;
  const withFiles = (files: Evaluation['data']['files']) => ({ data: { ...data, files } });
  const AGAIN = 'evaluate the same images, or make the baseline again';

  test('are of the same images where both labels were compared, or all digests are the same', () => {
    checkSameData(baseline, EVALUATION, true);
    const files = data.files.map(({ path }) => ({ path, sha256: 'ab'.repeat(32) }));
    const digested = { ...EVALUATION, ...withFiles(files) };
    checkSameData({ ...baseline, files }, digested, false);
    // By another name they are the same.
    const renamed = withFiles(files.map(({ sha256 }) => ({ path: 'x', sha256 })));
    checkSameData({ ...baseline, files }, { ...digested, ...renamed }, false);
  });

  test.each<[string, Partial<Evaluation>, string]>([
    [
      'other images',
      withFiles([{ path: 'new.idx', sha256: '02'.repeat(32) }, data.files[1]]),
      `new.idx: expected the content of images.idx in the baseline (sha256 010101010101), found 020202020202; ${AGAIN}`,
    ],
    [
      'fewer files',
      withFiles([data.files[0]]),
      `images.idx: expected 2 files, as in the baseline, found 1; ${AGAIN}`,
    ],
    ['more images', { images: 21 }, `images.idx: expected 20 images, as in the baseline, found 21; ${AGAIN}`],
    [
      'other labels',
      { classes: EVALUATION.classes.map((one, index) => ({ ...one, support: [9, 11][index] })) },
      `images.idx: expected 10 images of 0, as in the baseline, found 9; ${AGAIN}`,
    ],
    [
      'a part of the images',
      { partial: true },
      'this evaluation: expected one of all images, found one of the first 20; leave out --limit',
    ],
    [
      'other classes',
      { classes: EVALUATION.classes.map((one) => ({ ...one, name: `${one.name}\n` })) },
      'b.json: expected the classes of the network, "0\\n, 1\\n", found "0, 1"; give another one',
    ],
  ])('are refused where one is of %s', async (_, change, message) => {
    expect(await refusal(change, true)).toBe(message);
  });

  test('are refused where nothing tells that the images are the same', async () => {
    expect(await refusal({})).toBe(
      'images.idx: expected digests, or verdicts, to know that these are the images of the baseline, found neither; ' +
        'evaluate both again, the baseline with --verdicts',
    );
  });
});

describe('verdicts of two', () => {
  const bytes = (...values: number[]) => Uint8Array.from(values);

  test('are counted image by image', () => {
    const labels = bytes(0, 1, 2, 3, 3);
    const first = { labels, predictions: bytes(0, 1, 0, 0, 3) };
    const second = { labels, predictions: bytes(0, 0, 2, 1, 3) };
    expect(pairVerdicts(first, second)).toEqual({ both: 2, onlyFirst: 1, onlySecond: 1, neither: 1 });
    expect(pairVerdicts(second, second)).toEqual({ both: 3, onlyFirst: 0, onlySecond: 0, neither: 2 });
  });

  test('count the same in batches of any size', () => {
    const verdict = fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3));
    fc.assert(
      fc.property(fc.array(verdict), fc.integer({ min: 1, max: 9 }), (all, size) => {
        const column = (at: 0 | 1 | 2, of = all) => Uint8Array.from(of, (one) => one[at]);
        const labels = column(0);
        const tally = new PairTally('b.npy', []);
        for (let first = 0; first < all.length; first += size) {
          const part = all.slice(first, first + size);
          const own = { first, count: part.length, labels: column(0, part), predictions: column(1, part) };
          tally.add(own, Uint8Array.from(part.flatMap(([label, , other]) => [label, other])));
        }
        const two = [column(1), column(2)].map((predictions) => ({ labels, predictions }));
        expect(tally.counts).toEqual(pairVerdicts(two[0], two[1]));
      }),
    );
  });

  test('are refused where a label differs, or their number', async () => {
    const own = { first: 40, count: 2, labels: bytes(1, 0), predictions: bytes(1, 1) };
    const failure = await failureOf(() => new PairTally('b.npy', ['no', 'yes']).add(own, bytes(1, 1, 1, 1)));
    expect(failure).toMatchObject({
      ...{ code: 'BASELINE_MISMATCH', exitCode: 65 },
      message:
        'b.npy: expected the label yes of image 41, as in the baseline, found no; evaluate the same images, or make the baseline again',
    });
    const [one, two] = [bytes(1), bytes(1, 1)].map((labels) => ({ labels, predictions: labels }));
    expect(await failureOf(() => pairVerdicts(one, two))).toMatchObject({ code: 'BASELINE_MISMATCH' });
  });
});
