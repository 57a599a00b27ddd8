import { createReadStream, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { evaluate } from '../../pipelines/evaluate.js';
import { type StressOptions, stress } from '../../pipelines/judging/stress.js';
import { stressText } from '../../pipelines/judging/stress-text.js';
import { digitsCsv } from '../helpers/digits-csv.js';
import { TEST_IMAGES_FILE, TEST_LABELS_FILE } from '../helpers/mnist.js';
import { runShared } from '../helpers/shared-cli.js';
import { tempFile, tempFolder } from '../inputs/temp-folder.js';

const COUNT = 230;
const PLAIN = { color: 0, width: 80, unicode: true } as const;

/** What a stress test comes to, but for the time, the threads and the input's own name. */
async function countsOf(options: StressOptions) {
  const { report, flips } = await stress({ limit: COUNT, ...options });
  const { seconds: _, workers: __, data: ___, partial: ____, ...counts } = report;
  return { counts, flips };
}

const csv = () => tempFile(Buffer.from(digitsCsv({ count: COUNT })), 'digits.csv');

describe('stress', () => {
  test('comes to the same for any threads, and from IDX, CSV and streams', async () => {
    const path = await csv();
    const expected = await countsOf({ workers: 0 });
    expect(expected.counts.images).toBe(COUNT);
    for (const workers of [1, 2]) expect(await countsOf({ workers })).toEqual(expected);
    expect(await countsOf({ images: path, workers: 2 })).toEqual(expected);
    expect(await countsOf({ images: createReadStream(path), workers: 1 })).toEqual(expected);
    const idx = { images: TEST_IMAGES_FILE, labels: TEST_LABELS_FILE };
    expect(await countsOf({ ...idx, workers: 2 })).toEqual(expected);
  });

  test('finds the same nearest flips for any threads, in the order of the images', async () => {
    const options = { model: 'relu', corruptions: [], limit: 5, flips: 2 };
    const expected = await countsOf({ ...options, workers: 0 });
    expect(expected.flips.map(({ index }) => index)).toEqual([0, 1]);
    expect(expected.counts.flips?.distances.map(({ within1 }) => within1)).toEqual([2, 2]);
    expect(await countsOf({ ...options, workers: 2 })).toEqual(expected);
  });

  test('counts of the images as they are what evaluate counts', async () => {
    const { report } = await stress({ corruptions: [], model: 'relu', workers: 2 });
    const { evaluation } = await evaluate({ model: 'relu' });
    expect(report.clean).toEqual({
      correct: evaluation.correct,
      accuracy: evaluation.accuracy,
      interval: { low: evaluation.interval?.low, high: evaluation.interval?.high },
    });
    expect(report).toMatchObject({ images: 10_000, mean: null, worst: null, flips: null, partial: false });
    expect(report.data).toMatchObject({ dataset: 'MNIST test set' });
  });

  test('asks the network which way pixels stand, as evaluate does', async () => {
    const turned = Buffer.from(readFileSync(TEST_IMAGES_FILE));
    const upright = readFileSync(TEST_IMAGES_FILE).subarray(16);
    for (let i = 0; i < upright.length; i++) {
      const place = i % 784;
      turned[16 + i - place + (place % 28) * 28 + Math.floor(place / 28)] = upright[i];
    }
    const images = await tempFile(turned, 'turned');
    const corruptions = ['shift'] as const;
    const given = { images, labels: TEST_LABELS_FILE, corruptions, workers: 0 };
    const [found, expected] = [await countsOf(given), await countsOf({ corruptions, workers: 0 })];
    expect(found.counts.clean).toEqual(expected.counts.clean);
    expect(found.counts.corruptions).toEqual(expected.counts.corruptions);
  });

  test('is worse the stronger it is, on digits; and other seeds give other numbers', async () => {
    const { report } = await stress({ limit: 600 });
    expect(report.corruptions).toHaveLength(12);
    for (const { points, mean } of report.corruptions) {
      expect(points[4].accuracy).toBeLessThan(report.clean.accuracy ?? 0);
      expect(points[4].accuracy).toBeLessThanOrEqual(points[0].accuracy ?? 0);
      expect(mean).toBeCloseTo(points.reduce((sum, { accuracy }) => sum + (accuracy ?? 0), 0) / 5, 12);
    }
    const { report: other } = await stress({ limit: 600, seed: 2, corruptions: ['noise'] });
    const [noise] = other.corruptions;
    expect(noise.points).not.toEqual(report.corruptions.find(({ name }) => name === 'noise')?.points);
    expect(report.worst?.accuracy).toBe(
      Math.min(...report.corruptions.flatMap(({ points }) => points.map(({ accuracy }) => accuracy ?? 1))),
    );
  });

  test('sees images that are stored inverted and column by column as they are', async () => {
    const inverted = digitsCsv({ count: COUNT }).replace(
      /,\d+/g,
      (pixel) => `,${255 - Number(pixel.slice(1))}`,
    );
    const path = await tempFile(Buffer.from(inverted), 'dark.csv');
    const options = { corruptions: ['rotate', 'contrast'] as const, workers: 0 };
    const { counts } = await countsOf({ ...options, images: path, reading: { invert: true } });
    const expected = (await countsOf({ ...options, images: await csv() })).counts;
    expect(counts.corruptions).toEqual(expected.corruptions);
    expect(counts.clean).toEqual(expected.clean);
  });

  test('of no images says so, and divides nothing by nothing', async () => {
    const result = await stress({ limit: 0, workers: 0, flips: 2 });
    expect(result.report).toMatchObject({
      images: 0,
      clean: { correct: 0, accuracy: null },
      worst: null,
      mean: null,
    });
    for (const format of ['table', 'json', 'markdown', 'csv'] as const) {
      expect(await stressText(result, format, PLAIN)).not.toMatch(/NaN|undefined/);
    }
  });

  test('refuses corruptions that there are not, and rows that are bad, and ends with a signal', async () => {
    await expect(stress({ corruptions: ['fog' as 'blur'] })).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining('found "fog"'),
    });
    const bad = await tempFile(Buffer.from(`${digitsCsv({ count: 3 })}7,1,2\n`), 'bad.csv');
    await expect(stress({ images: bad })).rejects.toMatchObject({ code: 'CSV_ROW' });
    const unlabelled = await tempFile(Buffer.from(digitsCsv({ count: 3, labelled: false })), 'none.csv');
    await expect(stress({ images: unlabelled })).rejects.toMatchObject({ code: 'CSV_COLUMNS' });
    const reason = new Error('enough');
    await expect(stress({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  test('that is stopped reports what was done until then', async () => {
    const controller = new AbortController();
    const corruptions = ['noise'] as const;
    const { report } = await stress({
      ...{ corruptions, workers: 1, signal: controller.signal },
      onProgress: () => controller.abort(),
    });
    expect(report.partial).toBe(true);
    expect(report.images).toBeGreaterThan(0);
    expect(report.images).toBeLessThan(10_000);
    const { report: same } = await stress({ corruptions, workers: 1, limit: report.images });
    expect(report.clean).toEqual(same.clean);
    expect(report.corruptions).toEqual(same.corruptions);
  });
});

describe('digitflow stress', () => {
  test('prints a row for each corruption, and the same in every format', async () => {
    const cwd = await tempFolder({ 'digits.csv': Buffer.from(digitsCsv({ count: 40 })) });
    const run = async (...flags: string[]) => runShared(['stress', 'digits.csv', '-q', ...flags], { cwd });
    const json = JSON.parse((await run('--format', 'json', '--flips', '1')).stdout);
    expect(json).toMatchObject({ schema: 'digitflow.stress/1', seed: 1, images: 40, flips: { images: 1 } });
    const table = await run();
    expect(table).toMatchObject({ exitCode: 0, stderr: '' });
    const rows = (await run('--format', 'csv')).stdout.trim().split('\n');
    expect(rows).toHaveLength(1 + 1 + 60);
    for (const { name, points } of json.corruptions) {
      const [point] = points;
      expect(table.stdout).toMatch(
        new RegExp(`^${name} +${point.strength} +${(100 * point.accuracy).toFixed(1)}`, 'm'),
      );
      expect(rows.some((row) => row.startsWith(`${name},${point.strength},40,${point.correct},`))).toBe(true);
    }
    for (const line of table.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect((await run('--format', 'markdown')).stdout).toContain('| rotate | degrees, either way |');
  });

  test('refuses what there is not, in a line', async () => {
    expect(await runShared(['stress', '--corruptions', 'rotate,fog'])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/^digitflow: .*fog.*rotate.*\n$/),
    });
    expect(await runShared(['stress', 'nowhere.csv'])).toMatchObject({ exitCode: 66 });
  });
});
