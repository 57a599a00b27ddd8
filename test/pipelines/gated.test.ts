import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type EvaluateOptions, evaluate } from '../../pipelines/evaluate.js';
import { readBaseline } from '../../pipelines/judging/open-baseline.js';
import { report } from '../../pipelines/report.js';
import { evaluationJson } from '../../src/outputs/json-text.js';
import { readVerdicts } from '../../src/outputs/judging/verdict-reader.js';
import { digitsCsv } from '../helpers/digits-csv.js';
import { testLabels, testPixels } from '../helpers/mnist.js';
import { failureOf } from '../inputs/failure-of.js';
import { idxBytes, labelsIdx } from '../inputs/idx-bytes.js';
import { tempFolder } from '../inputs/temp-folder.js';

const COUNT = 3000;
const LABELS = Array.from(testLabels().subarray(0, COUNT));
const setOf = (labels: readonly number[], count = labels.length) => ({
  images: idxBytes(0x08, [count, 28, 28], testPixels().subarray(0, count * 784)),
  labels: labelsIdx([...labels]),
});
const SET = setOf(LABELS);

/** The bundled network on these images: its JSON, and its verdicts beside it. */
async function baselineIn(folder: string, options: EvaluateOptions = {}): Promise<string> {
  const path = join(folder, 'base.json');
  const verdicts = join(folder, 'base.npy');
  const { evaluation } = await evaluate({ ...SET, verdicts, ...options });
  writeFileSync(path, evaluationJson(evaluation));
  return path;
}

let folder: string;
let baseline: string;
let files: Record<string, Buffer>;

beforeAll(async () => {
  const made = await tempFolder();
  await baselineIn(made);
  files = Object.fromEntries(['base.json', 'base.npy'].map((name) => [name, readFileSync(join(made, name))]));
});

async function inFolder(): Promise<void> {
  folder = await tempFolder(files);
  baseline = join(folder, 'base.json');
}

describe('verdicts of an evaluation', () => {
  test('are the label and the prediction of each image, as many as its matrix counts', async () => {
    const path = join(await tempFolder(), 'v.npy');
    const { evaluation } = await evaluate({ ...SET, verdicts: path });
    const { labels, predictions } = readVerdicts(path);
    expect(Array.from(labels)).toEqual(LABELS);
    const matrix = Array.from({ length: 10 }, () => new Array<number>(10).fill(0));
    for (const [i, label] of labels.entries()) matrix[label][predictions[i]]++;
    expect(matrix).toEqual(evaluation.confusion);
    const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex');
    expect(evaluation.verdicts).toEqual({ path, sha256 });
    expect(evaluation.gates).toBeUndefined();
    expect(readdirSync(join(path, '..'))).toEqual(['v.npy']);
  });

  test('are the same for any number of threads, batches, and from a CSV', async () => {
    await inFolder();
    const csv = Buffer.from(digitsCsv({ count: 500 }));
    const of = async (options: EvaluateOptions) => {
      await evaluate({ ...options, verdicts: join(folder, 'v.npy') });
      return readFileSync(join(folder, 'v.npy'));
    };
    expect(await of({ ...SET, workers: 2, batchSize: 77 })).toEqual(files['base.npy']);
    expect(await of({ images: csv, workers: 2, batchSize: 64 })).toEqual(await of({ images: csv }));
    expect(readVerdicts(join(folder, 'v.npy')).labels).toHaveLength(500);
    expect((await of({ ...SET, limit: 10 })).subarray(128)).toEqual(files['base.npy'].subarray(128, 148));
  });

  test('are left out, and what was there stays, where the evaluation fails', async () => {
    await inFolder();
    const verdicts = join(folder, 'base.npy');
    const failure = await failureOf(() => evaluate({ ...setOf(LABELS.with(-1, 11)), verdicts }));
    expect(failure.code).toBe('LABEL_OUT_OF_RANGE');
    expect(readFileSync(verdicts)).toEqual(files['base.npy']);
    expect(readdirSync(folder).sort()).toEqual(['base.json', 'base.npy']);
  });

  test('are not written over an input, or the baseline', async () => {
    await inFolder();
    const images = join(folder, 'images');
    writeFileSync(images, SET.images);
    writeFileSync(join(folder, 'labels'), SET.labels);
    const run = (verdicts: string) =>
      failureOf(() => evaluate({ images, labels: join(folder, 'labels'), baseline, verdicts }));
    for (const name of ['images', 'labels', 'base.json', 'base.npy']) {
      const failure = await run(join(folder, name));
      expect(failure).toMatchObject({
        code: 'USAGE',
        message: expect.stringMatching(/^--verdicts: expected another file than/),
      });
    }
    expect(readFileSync(images).equals(SET.images)).toBe(true);
  });
});

describe('an evaluation beside its baseline', () => {
  test('never fails where it is the same network, by either way, for any number of threads', async () => {
    await inFolder();
    for (const options of [{}, { workers: 2, batchSize: 100 }]) {
      for (const margin of [undefined, 0]) {
        const gates = margin === undefined ? undefined : { margin };
        const { evaluation } = await evaluate({ ...SET, baseline, gates, ...options });
        expect(evaluation.gates).toEqual([
          expect.objectContaining({ gate: 'baseline', passed: true, value: 0 }),
        ]);
        const { images, correct } = evaluation;
        const pairs = { both: correct, onlyThis: 0, onlyBaseline: 0, neither: images - correct, p: 1 };
        expect(evaluation.gates?.[0].against).toMatchObject({ difference: 0, pairs });
      }
    }
  });

  test('is better, and the other way around worse', async () => {
    await inFolder();
    const better = await evaluate({ ...SET, model: 'relu', baseline, gates: { minAccuracy: 0.5 } });
    const [first, second] = better.evaluation.gates ?? [];
    expect([first.gate, first.passed, second.gate, second.passed]).toEqual([
      'min-accuracy',
      true,
      'baseline',
      true,
    ]);
    expect(second.against?.difference).toBeGreaterThan(0);
    await baselineIn(folder, { model: 'relu' });
    const worse = await evaluate({ ...SET, baseline });
    const [gate] = worse.evaluation.gates ?? [];
    expect(gate).toMatchObject({ passed: false, value: second.against?.difference });
    const turned = [gate, second].map(({ against }) => against?.pairs);
    expect(turned[0]).toMatchObject({ onlyThis: turned[1]?.onlyBaseline, onlyBaseline: turned[1]?.onlyThis });
    const wide = await evaluate({ ...SET, baseline, gates: { margin: 0.1 } });
    expect(wide.evaluation.gates).toMatchObject([{ passed: true, limit: 0.1 }]);
  });

  test('is compared as a whole where the baseline kept no verdicts', async () => {
    await inFolder();
    await baselineIn(folder, { verdicts: undefined });
    const { evaluation } = await evaluate({ ...SET, baseline });
    expect(evaluation.gates).toMatchObject([{ passed: true, against: { pairs: null, difference: 0 } }]);
  });

  test('finds its verdicts beside the JSON, wherever both were moved, or where they were written', async () => {
    await inFolder();
    const elsewhere = await tempFolder();
    const moved = join(elsewhere, 'moved.json');
    renameSync(baseline, moved);
    // They are still where they were written, but that folder is gone.
    const run = () => evaluate({ ...SET, baseline: moved });
    expect(await failureOf(run)).toMatchObject({
      ...{ code: 'INPUT_MISSING', exitCode: 66 },
      message: `${join(elsewhere, 'base.npy')}: expected the verdicts of ${moved}, found no such file; bring it there, or make both again`,
    });
    renameSync(join(folder, 'base.npy'), join(elsewhere, 'base.npy'));
    expect((await run()).evaluation.gates).toMatchObject([{ passed: true }]);
    mkdirSync(join(elsewhere, 'json'));
    const kept = join(elsewhere, 'kept.npy');
    const { evaluation } = await evaluate({ ...SET, verdicts: kept });
    const away = join(elsewhere, 'json', 'a.json');
    writeFileSync(away, evaluationJson(evaluation));
    expect((await evaluate({ ...SET, baseline: away })).evaluation.gates).toMatchObject([{ passed: true }]);
  });

  test('of large inputs is digested as the baseline is, and one that is not is known by its labels', async () => {
    await inFolder();
    const own = await baselineIn(folder, { digest: 'never' });
    expect(readBaseline(own).files.map(({ sha256 }) => sha256)).toEqual([null, null]);
    expect((await evaluate({ ...SET, baseline })).evaluation.gates).toMatchObject([{ passed: true }]);
    await baselineIn(folder, { digest: 'never', verdicts: undefined });
    expect(await failureOf(() => evaluate({ ...SET, baseline }))).toMatchObject({
      code: 'BASELINE_MISMATCH',
      message: expect.stringMatching(/expected digests, or verdicts, .*, found neither;/),
    });
  });

  test('says nothing where it was interrupted', async () => {
    await inFolder();
    const controller = new AbortController();
    const { evaluation } = await evaluate({
      ...{ ...SET, baseline, gates: { minAccuracy: 1 }, batchSize: 100, workers: 0 },
      ...{ verdicts: join(folder, 'v.npy'), signal: controller.signal },
      onProgress: () => controller.abort(),
    });
    expect(evaluation).toMatchObject({ partial: true, verdicts: { path: join(folder, 'v.npy') } });
    expect(evaluation.gates).toBeUndefined();
    expect(readVerdicts(join(folder, 'v.npy')).labels).toHaveLength(evaluation.images);
  });

  test.each<[string, string, () => EvaluateOptions, RegExp]>([
    [
      'one label is another',
      'BASELINE_MISMATCH',
      () => setOf(LABELS.with(77, 9 - LABELS[77])),
      /base\.npy: expected the label \d of image 77, as in the baseline, found \d;/,
    ],
    [
      'there are fewer images',
      'BASELINE_MISMATCH',
      () => setOf(LABELS.slice(0, -1)),
      /^verdicts: expected 3000 images, as in the baseline, found 2999;/,
    ],
    [
      'there are more images',
      'BASELINE_MISMATCH',
      () => setOf(Array.from(testLabels().subarray(0, COUNT + 1))),
      /^verdicts: expected 3000 images, as in the baseline, found more;/,
    ],
    [
      'an image is another',
      'BASELINE_MISMATCH',
      () => ({ ...SET, images: SET.images.with(20_000, 1) }),
      /^images: expected the content of images in the baseline \(sha256 \w+\), found \w{12};/,
    ],
    ['only some are wanted', 'USAGE', () => ({ ...SET, limit: 10 }), /^--limit: expected all images/],
    [
      'a class is unknown',
      'USAGE',
      () => ({ ...SET, gates: { minRecallOf: { x: 1 } } }),
      /^--min-recall: expected a class of the network \(0, 1, .*\), found "x"/,
    ],
    [
      'verdicts go to a device',
      'USAGE',
      () => ({ ...SET, verdicts: '/dev/null' }),
      /^\/dev\/null: expected a file for verdicts/,
    ],
  ])('is refused where %s', async (_, code, options, message) => {
    await inFolder();
    const failure = await failureOf(() => evaluate({ ...options(), baseline }));
    expect(failure).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(readdirSync(folder).sort()).toEqual(['base.json', 'base.npy']);
  });

  test.each<[string, string, () => void, RegExp]>([
    [
      'is not there',
      'INPUT_MISSING',
      () => rmSync(baseline),
      /base\.json: no such file; give the path of the JSON of an evaluation$/,
    ],
    [
      'is a folder',
      'INPUT_MISSING',
      () => (baseline = folder),
      /expected the JSON of an evaluation, found a folder;/,
    ],
    [
      'is of the images',
      'BASELINE_FILE',
      () => writeFileSync(baseline, SET.images),
      /found no JSON, or a part of it;/,
    ],
    [
      'has verdicts of another run',
      'BASELINE_MISMATCH',
      () => writeFileSync(join(folder, 'base.npy'), files['base.npy'].with(200, 1)),
      /base\.npy: expected the verdicts that .*base\.json was written with \(sha256 \w{12}\), found others; make both again$/,
    ],
    [
      'has verdicts that are cut off',
      'VERDICTS_FILE',
      () => writeFileSync(join(folder, 'base.npy'), files['base.npy'].subarray(0, 1000)),
      /expected 6128 bytes, as its header says, found 1000;/,
    ],
    [
      'has other classes',
      'BASELINE_MISMATCH',
      () => writeFileSync(baseline, String(files['base.json']).replace('"name": "0"', '"name": "zero"')),
      /base\.json: expected the classes of the network, "0, 1, .*", found "zero, 1, /,
    ],
  ])('is refused before anything is read where that %s', async (_, code, change, message) => {
    await inFolder();
    change();
    let isRead = false;
    const onBatch = () => {
      isRead = true;
    };
    const failure = await failureOf(() => evaluate({ ...SET, baseline, onBatch }));
    expect(failure).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(isRead).toBe(false);
  });
});

test('a report has the gates of its evaluation', async () => {
  await inFolder();
  const { evaluation } = await report({ ...SET, baseline, gates: { minRecall: 1 } });
  expect(evaluation.gates).toMatchObject([
    { gate: 'min-recall', passed: false },
    { gate: 'baseline', passed: true },
  ]);
});
