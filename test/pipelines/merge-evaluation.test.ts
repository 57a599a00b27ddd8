import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { evaluate } from '../../pipelines/evaluate.js';
import { evaluationText } from '../../pipelines/evaluation-text.js';
import { report } from '../../pipelines/report.js';
import { type MergeOptions, merge } from '../../pipelines/sharding/merge.js';
import type { Evaluation } from '../../src/counting/evaluation.js';
import { EvaluationCounts } from '../../src/counting/evaluation-counts.js';
import type { ScoredRecords } from '../../src/counting/scored-records.js';
import { evaluationJson } from '../../src/outputs/json-text.js';
import type { ShardResult } from '../../src/sharding/shard-file.js';
import { shardPath } from '../../src/sharding/shard-file.js';
import { testLabels, testPixels } from '../helpers/mnist.js';
import { idxBytes } from '../inputs/idx-bytes.js';
import { tempFolder } from '../inputs/temp-folder.js';
import { writePlan, writeShard } from '../sharding/written-shards.js';

/** Real digits; of the labels some are wrong, so that there is something to tell. */
const COUNT = 700;
const PIXELS = testPixels().subarray(0, COUNT * 784);
const LABELS = testLabels()
  .subarray(0, COUNT)
  .map((label, i) => (i % 9 === 0 ? (label + 1) % 10 : label));
const CUTS = [0, 33, 400, 400, 650];
const SHAPE = { classes: 10, recordBytes: 784 };

function images(first: number, end: number) {
  const pixels = PIXELS.subarray(first * 784, end * 784);
  return {
    images: idxBytes(0x08, [end - first, 28, 28], pixels),
    labels: idxBytes(0x08, [end - first], LABELS.subarray(first, end)),
  };
}

const shas = Object.values(images(0, COUNT)).map((bytes) => createHash('sha256').update(bytes).digest('hex'));

/** What all of it gives at once. */
const whole = { ...images(0, COUNT), workers: 0 };
const reported = report(whole);

/** A run whose input is called as bytes are: a plan, with its shards in `d`. */
async function written(
  said: Partial<ShardResult> = {},
  change = (own: ReturnType<typeof JSON.parse>) => own,
  withOutputs = true,
) {
  const folder = await tempFolder();
  const at = (name: string) => join(folder, name);
  const plan = writePlan(folder, [33, 367, 250, 50], {
    digests: ['images', 'labels'].map((path, i) => ({ path, sha256: shas[i] })),
  });
  const starts = CUTS.filter((at, i) => at !== CUTS[i - 1]);
  for (const [shard, first] of starts.entries()) {
    const end = starts[shard + 1] ?? COUNT;
    const counting = { mistakes: 24, outputsAreProbabilities: true, withOutputs };
    const counts = new EvaluationCounts(SHAPE, counting, true);
    const { evaluation, normalization } = await evaluate({
      ...{ ...images(first, end), workers: 0, digest: 'never', metrics: withOutputs },
      onBatch: (batch) => counts.add(movedBy(first, batch)),
    });
    const { data, otherReading } = evaluation;
    const state = { counts, data, normalization, otherReading };
    await writeShard(
      plan,
      at('d'),
      shard,
      { rows: '', records: end - first },
      {
        ...{
          command: 'evaluate',
          options: { mistakes: 10, 'with-report': true },
          rowsHead: '',
          counts: null,
        },
        ...{ evaluation: shard === 1 ? change(JSON.parse(JSON.stringify(state))) : state, ...said },
      },
    );
  }
  const run = (options: Partial<MergeOptions> = {}) =>
    merge({ plan, folders: [at('d')], out: at('out'), ...options });
  return { at, run, folder };
}

/** A batch of a part, as it counts in the whole. */
function movedBy(by: number, batch: ScoredRecords): ScoredRecords {
  const { first, count, labels, classCount, outputsAreProbabilities, predictions, confidences, losses } =
    batch;
  return {
    ...{
      first: first + by,
      count,
      labels,
      classCount,
      outputsAreProbabilities,
      predictions,
      confidences,
      losses,
    },
    ...{ counts: batch.counts, outputs: batch.outputs, pixelsOf: (place) => batch.pixelsOf(place) },
  };
}

/** All but the time that it took. */
function untimed({ workers: _, seconds: __, imagesPerSecond: ___, ...evaluation }: Evaluation) {
  return evaluation;
}

describe('the shards of an evaluation', () => {
  test.each([
    ['with --metrics', true],
    ['without', false],
  ])(
    'give what one machine says %s, in every format, and the very page of its report',
    async (_, metrics) => {
      // A report shows what all outputs tell in any case.
      const options = { mistakes: 10, 'with-report': true, ...(metrics ? { metrics } : {}) };
      const { at, run, folder } = await written({ options });
      const { evaluation, mistakes, normalization } = await evaluate({ ...whole, metrics });
      const result = await run({ format: 'json', report: at('r.html') });
      expect(result).toMatchObject({ command: 'evaluate', shards: 4, records: COUNT, rejected: 0 });
      const json = readFileSync(at('out'), 'utf8');
      const merged = JSON.parse(json);
      expect(json).toBe(evaluationJson(merged));
      expect(JSON.stringify(untimed(merged))).toBe(JSON.stringify(untimed(evaluation)));
      expect(merged).toMatchObject({ workers: 2, seconds: 2, imagesPerSecond: COUNT / 2 });
      expect(readFileSync(at('r.html'), 'utf8')).toBe((await reported).html);
      expect(readdirSync(folder).sort()).toEqual(['d', 'out', 'plan.json', 'r.html']);
      const timed = { ...evaluation, workers: 2, seconds: 2, imagesPerSecond: COUNT / 2 };
      const plain = { color: 0, width: 80, unicode: true } as const;
      for (const format of ['table', 'markdown', 'csv'] as const) {
        await run({ format });
        const text = await evaluationText({ evaluation: timed, mistakes, normalization }, format, plain);
        expect(readFileSync(at('out'), 'utf8')).toBe(text);
      }
    },
  );

  test('tell as many mistakes as were asked for, up to those that were kept', async () => {
    const { run } = await written();
    const most = await evaluate({ ...whole, mistakes: 24 });
    const { evaluation } = await run({ mistakes: 24 });
    expect(evaluation?.mistakes).toEqual(most.evaluation.mistakes);
    expect((await run({ mistakes: 3 })).evaluation?.mistakes).toEqual(most.evaluation.mistakes.slice(0, 3));
    await expect(run({ mistakes: 25 })).rejects.toMatchObject({
      code: 'USAGE',
      message:
        '--mistakes: expected at most 24, as many as the shards have kept, found 25; score them again with --mistakes 25',
    });
  });
});

describe('the gates of shards', () => {
  test('are those of one machine, in what is written and on the page; a baseline is compared as a whole', async () => {
    const { at, run, folder } = await written();
    const baseline = join(folder, 'base.json');
    const kept = await evaluate({ ...whole, verdicts: join(folder, 'base.npy') });
    writeFileSync(baseline, evaluationJson(kept.evaluation));
    const gates = { minAccuracy: 0.8, minRecall: 0.99, minRecallOf: { 3: 0.5 }, maxCalibrationError: 0.5 };
    const { evaluation } = await run({ format: 'json', report: at('r.html'), gates, baseline });
    const { evaluation: ofOne } = await evaluate({ ...whole, gates, baseline });
    expect(evaluation?.gates?.slice(0, 4)).toEqual(ofOne.gates?.slice(0, 4));
    expect(evaluation?.gates?.map(({ passed }) => passed)).toEqual([true, false, true, true, true]);
    expect(ofOne.gates?.at(-1)?.against?.pairs).not.toBeNull();
    expect(evaluation?.gates?.at(-1)).toMatchObject({ value: 0, against: { difference: 0, pairs: null } });
    expect(JSON.parse(readFileSync(at('out'), 'utf8')).gates).toEqual(evaluation?.gates);
    expect(readFileSync(at('r.html'), 'utf8')).toContain('it failed 1 of 5 gates');
  });

  test('are refused where they make no sense, and nothing is written', async () => {
    const { at, run } = await written();
    await expect(run({ gates: { minRecallOf: { x: 1 } } })).rejects.toMatchObject({ code: 'USAGE' });
    await expect(run({ baseline: at('none.json') })).rejects.toMatchObject({ code: 'INPUT_MISSING' });
    expect(existsSync(at('out'))).toBe(false);
  });
});

describe('nothing is written', () => {
  const refused = async (
    made: Promise<Awaited<ReturnType<typeof written>>>,
    options: Partial<MergeOptions> = {},
  ) => {
    const { at, run } = await made;
    const error = await run(options).then(
      () => undefined,
      (error: unknown) => error as Error,
    );
    expect(existsSync(at('out'))).toBe(false);
    return Object.assign(error ?? {}, { message: error?.message.replaceAll(`${at('')}/`, '') });
  };

  test.each<[string, (own: ReturnType<typeof JSON.parse>) => void, string, string]>([
    [
      'understood its input otherwise',
      (own) => (own.normalization.transposed = true),
      'SHARD_MISMATCH',
      'd/00001.shard: expected what the first shard read (images, scale=1/255), found images, scale=1/255,transposed; score it again',
    ],
    [
      'has images of another size',
      (own) => (own.data.width = 27),
      'SHARD_BROKEN',
      'd/00001.shard.data: expected images of 784 pixels, found "28 x 27"',
    ],
    [
      'kept another number of mistakes',
      (own) => (own.counts.tally.mistakes.capacity = 9),
      'SHARD_BROKEN',
      'd/00001.shard: merge: expected a tally of 10 classes, 24 mistakes, probabilities, found one of 10 classes, 9 mistakes, probabilities',
    ],
    [
      'counted other records than it has',
      (own) => {
        const { confusion, calibration } = own.counts.tally;
        confusion[0][0]++;
        calibration[14].count++;
        calibration[14].correct++;
      },
      'SHARD_BROKEN',
      'd/00001.shard.counts: expected counts of 367 records, found of 368',
    ],
    [
      'says nothing of it',
      (own) => (own.counts = null),
      'SHARD_BROKEN',
      'd/00001.shard.counts: expected an object, found null',
    ],
  ])('where a shard %s', async (_, change, code, message) => {
    const changed = (own: ReturnType<typeof JSON.parse>) => {
      change(own);
      return own;
    };
    const made = written({}, changed, false);
    expect(await refused(made)).toMatchObject({ code, exitCode: 65, message });
  });

  test('where rows are asked for, or a report that the shards do not have', async () => {
    const { at, run } = await written({ options: { mistakes: 10 } });
    for (const name of ['rejects', 'summary'] as const) {
      await expect(run({ [name]: at('x') })).rejects.toMatchObject({
        code: 'USAGE',
        message: `--${name}: expected shards of score, found those of evaluate (${shardPath(at('d'), 0)}); leave it out`,
      });
    }
    await expect(run({ report: at('x') })).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringMatching(
        /^--report: expected shards made with --with-report, found .* without it;/,
      ),
    });
    await expect(run({ model: 'relu' })).rejects.toMatchObject({
      ...{ code: 'SHARD_MISMATCH', exitCode: 65 },
      message: expect.stringMatching(
        /^relu: expected the network of the plan \(sha256 .*, found another .*--model$/,
      ),
    });
    expect(existsSync(at('out'))).toBe(false);
  });

  test('where a report is asked for, and a shard does not have all outputs', async () => {
    const { at, run } = await written({}, undefined, false);
    await expect(run({ report: at('x') })).rejects.toMatchObject({
      code: 'SHARD_BROKEN',
      message: expect.stringMatching(
        /00000\.shard: merge: expected a tally of .*, all of them, found one of/,
      ),
    });
    expect(existsSync(at('x'))).toBe(false);
  });
});
