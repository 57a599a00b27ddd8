import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { afterAll, describe, expect, test } from 'vitest';
import { evaluate } from '../../pipelines/evaluate.js';
import { type ReportOptions, report } from '../../pipelines/report.js';
import { openModel } from '../../src/inputs/models/open-model.js';
import { neuronPattern } from '../../src/insight/neuron-report.js';
import { runImages } from '../../src/insight/run-images.js';
import { brightnessOf, feedForward } from '../../src/network/feed-forward.js';
import { writeOwnNetwork } from '../../src/network/formats/safetensors/network-file.js';
import { wilsonInterval } from '../../src/statistics/intervals.js';
import { digitsCsv } from '../helpers/digits-csv.js';
import { notJapanese } from '../helpers/japanese-page.js';
import { testLabels, testPixels } from '../helpers/mnist.js';
import { randomNetwork, randomPixels } from '../helpers/random-network.js';
import { runShared } from '../helpers/shared-cli.js';

const folder = mkdtempSync(join(tmpdir(), 'digitflow-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

/** What stands between `id` and the next section or cell. */
function partOf(page: string, id: string): string {
  const [, part] = new RegExp(`id="${id}"([\\s\\S]*?)(?=</section>|<h3 id="cell)`).exec(page) ?? [];
  return part ?? '';
}

/** The grey pixels of the pictures of a part. */
function picturesOf(part: string): PNG[] {
  return [...part.matchAll(/data:image\/png;base64,([^"]+)"/g)].map(([, base64]) =>
    PNG.sync.read(Buffer.from(base64, 'base64')),
  );
}

const greyOf = ({ data }: PNG) => Buffer.from(data.filter((_, i) => i % 4 === 0));
const numberOf = (text: string) => Number(text.replaceAll(',', ''));

describe('the report of the real test set', () => {
  const options: ReportOptions = { workers: 0 };
  const made = report(options);
  const pixels = testPixels();
  const labels = testLabels();

  test('shows the matrix of the evaluation, and each cell leads to images of that very cell', async () => {
    const { html, evaluation } = await made;
    const cells = [
      ...html.matchAll(/<td class="[rw]\d"><a href="#(cell-(\d)-(\d))"[^>]*>([\d,]+) <small>([\d.]+) %/g),
    ];
    const matrix = evaluation.confusion.map((row) => row.map(() => 0));
    for (const [, id, truth, prediction, count, share] of cells) {
      matrix[Number(truth)][Number(prediction)] = numberOf(count);
      const support = evaluation.classes[Number(truth)].support;
      expect(Math.abs(Number(share) - (100 * numberOf(count)) / support)).toBeLessThan(0.0501);
      const shown = [...partOf(html, id).matchAll(/#([\d,]+)<\/span>|#([\d,]+) /g)];
      expect(shown).toHaveLength(Math.min(12, numberOf(count)));
    }
    expect(matrix).toEqual(evaluation.confusion);
  });

  test('the images of a cell are those that the network in float64 puts there, the most confident', async () => {
    const { html } = await made;
    const { network } = openModel('sigmoid');
    const found: { index: number; confidence: number }[] = [];
    for (let index = 0; index < labels.length; index++) {
      if (labels[index] !== 4) continue;
      const image = brightnessOf(
        pixels.subarray(index * 784, (index + 1) * 784),
        network.normalization,
        network.image,
      );
      const outputs = [...(feedForward(network, image).at(-1) ?? [])];
      const confidence = Math.max(...outputs);
      if (outputs.indexOf(confidence) === 9) found.push({ index, confidence });
    }
    found.sort((a, b) => b.confidence - a.confidence);
    const part = partOf(html, 'cell-4-9');
    const shown = [...part.matchAll(/#([\d,]+) /g)].map(([, index]) => numberOf(index));
    expect(shown).toEqual(found.slice(0, 12).map(({ index }) => index));
    for (const [i, picture] of picturesOf(part).entries()) {
      const expected = pixels.subarray(shown[i] * 784, (shown[i] + 1) * 784);
      expect(greyOf(picture).equals(expected)).toBe(true);
    }
  });

  test('scores, mistakes and thresholds are those of the evaluation', async () => {
    const { html, evaluation } = await made;
    expect(partOf(html, 'evaluated')).toContain(`${((evaluation.accuracy ?? 0) * 100).toFixed(2)} %`);
    expect(partOf(html, 'provenance')).toContain(evaluation.data.files[0].sha256);
    const classes = partOf(html, 'classes');
    for (const { recall, precision } of evaluation.classes)
      for (const score of [recall, precision])
        expect(classes).toContain(`${((score ?? 0) * 100).toFixed(1)} %`);
    const mistakes = await evaluate({ workers: 0, mistakes: 24 });
    const pictures = picturesOf(partOf(html, 'mistakes'));
    for (const [i, mistake] of mistakes.mistakes.entries())
      expect(greyOf(pictures[i]).equals(mistake.pixels)).toBe(true);
    const bins = (evaluation.calibration?.bins ?? []).filter(({ count }) => count > 0);
    const bars = [
      ...partOf(html, 'reliability').matchAll(
        /<title>[^:]*: ([\d.]+) % \(([\d,]+)\)<\/title>\s*<rect class="bar( few)?"[^>]*height="([\d.]+)"\/><path class="whisker" d="M[\d.]+ ([\d.]+)h6M[\d.]+ [\d.]+V([\d.]+)M/g,
      ),
    ].map(([, share, count, few, ...ends]) => {
      const [height, upper, lower] = ends.map(Number);
      return {
        share: Number(share) / 100,
        count: numberOf(count),
        isFew: few !== undefined,
        height,
        upper,
        lower,
      };
    });
    expect(bars.map(({ count }) => count)).toEqual(bins.map(({ count }) => count));
    const tallest = (bars.at(-1)?.height ?? 0) / ((bins.at(-1)?.correct ?? 0) / (bins.at(-1)?.count ?? 1));
    for (const [i, { share, count, isFew, height, upper, lower }] of bars.entries()) {
      const part = bins[i].correct / count;
      expect(Math.abs(share - part)).toBeLessThan(0.000501);
      expect(Math.abs(height - part * tallest)).toBeLessThan(0.3);
      const interval = wilsonInterval(bins[i].correct, count);
      expect(Math.abs(lower - upper - ((interval?.high ?? 0) - (interval?.low ?? 0)) * tallest)).toBeLessThan(
        0.3,
      );
      expect(isFew).toBe(count < 30);
    }
    expect(bars.filter(({ isFew }) => isFew)).not.toHaveLength(0);
    // Answering all is the accuracy itself.
    expect(partOf(html, 'thresholds')).toMatch(/<td>100.0 %<\/td><td>96.41 %/);
  });

  test('begins with the result and what stands out, and ends with what was evaluated, folded', async () => {
    const { html } = await made;
    const sections = [...html.matchAll(/<h2 id="(\w+)"/g)].map(([, id]) => id);
    expect(sections.slice(0, 2)).toEqual(['evaluated', 'matrix']);
    expect(sections.at(-1)).toBe('provenance');
    expect(html.indexOf('id="evaluated"')).toBeLessThan(html.indexOf('<nav'));
    const linked = [...html.matchAll(/<li><a href="#(\w+)"/g)].map(([, id]) => id);
    expect(linked).toEqual(sections.filter((id) => id !== 'evaluated' && id !== 'confusions'));
    expect(partOf(html, 'provenance')).toMatch(/^>[^<]*<\/h2><details class="always"><summary>/);
    const result = partOf(html, 'evaluated');
    expect(result).toContain('<li>9s drift to 4 (15), 5 (13), 7 (12) and 8 (11): 51 of 60 misread</li>');
    expect(result).toContain('<li>Read worse than the other classes: 9 (94.1 %) and 8 (94.4 %)</li>');
    expect(result).toMatch(
      /right more often than it is sure: a mean confidence of 95\.\d %, and 96\.4 % right/,
    );
    expect(result).not.toContain('class="verdict');
  });

  test('a suspected label is a badge of a mistake, or follows; each once, with its rank', async () => {
    const { html } = await made;
    const part = partOf(html, 'mistakes');
    const shown = [
      ...part.matchAll(/#([\d,]+)<\/span>(?:<br><b class="badge">label\? (\d+)<\/b>)?<\/figcaption>/g),
    ];
    const indices = shown.map(([, index]) => numberOf(index));
    expect(new Set(indices).size).toBe(indices.length);
    const doubted = shown.filter(([, , rank]) => rank !== undefined);
    expect(doubted.map(([, , rank]) => Number(rank)).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 24 }, (_, at) => at + 1),
    );
    const [first, rest] = part.split('<h3>');
    expect(first).toContain('class="badge"');
    const ranks = [...rest.matchAll(/label\? (\d+)/g)].map(([, rank]) => Number(rank));
    expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
    expect(rest.match(/<li>/g)).toHaveLength(ranks.length);
  });

  test('the images of the cells are folded, a row of the matrix together', async () => {
    const { html, evaluation } = await made;
    const folds = html.split('<details class="cells">').slice(1);
    expect(folds).toHaveLength(10);
    for (const [truth, fold] of folds.entries()) {
      const ids = [...fold.matchAll(/id="cell-(\d)-(\d)"/g)];
      expect(ids.map(([, row]) => Number(row))).toEqual(ids.map(() => truth));
      expect(ids.map(([, , k]) => Number(k))).toEqual(
        evaluation.confusion[truth].flatMap((count, k) => (count > 0 ? [k] : [])),
      );
    }
    expect(folds[8]).toMatch(/^<summary>8: 974 images, 55 misread<\/summary>/);
  });

  test('the axes of the thresholds fit their curve, and 50 to 99 are marked on it', async () => {
    const { html } = await made;
    const part = partOf(html, 'thresholds');
    const marks = [...part.matchAll(/<circle class="marked" cx="([\d.]+)" cy="([\d.]+)"/g)].map(
      ([, x, y]) => `${x},${y}`,
    );
    expect(marks).toHaveLength(5);
    const points = /<polyline class="curve" points="([^"]+)"/.exec(part)?.[1].split(' ') ?? [];
    for (const mark of marks) expect(points).toContain(mark);
    expect([...part.matchAll(/class="number"[^>]*>(\d+)</g)].map(([, number]) => number)).toEqual([
      ...['50', '75', '90', '95', '99'],
    ]);
    const ticks = [...part.matchAll(/<text class="soft"[^>]*>([\d.]+)</g)].map(([, tick]) => tick);
    expect(ticks).toEqual(['96', '97', '98', '99', '100', '40', '60', '80', '100']);
  });

  test('curves and areas are those of the evaluation, the lowest thick', async () => {
    const { html, evaluation } = await made;
    const { outputs } = evaluation;
    if (outputs === undefined) throw new TypeError('expected what all outputs tell');
    const part = partOf(html, 'ranking');
    const rows = [
      ...part.matchAll(/<tr><th scope="row" class="name">(\w+)<\/th><td>([\d.]+) %<\/td><td>([\d.]+) %/g),
    ];
    const expected = [...outputs.classes, { name: 'mean', ...outputs }];
    expect(rows.map(([, name]) => name)).toEqual(expected.map(({ name }) => name));
    for (const [k, { rocArea, averagePrecision }] of expected.entries()) {
      expect(rows[k][2]).toBe((100 * (rocArea ?? 0)).toFixed(2));
      expect(rows[k][3]).toBe((100 * (averagePrecision ?? 0)).toFixed(2));
    }
    const [roc, recall] = part.split('<figcaption>');
    for (const chart of [roc, recall]) {
      expect(chart.match(/class="other"/g)).toHaveLength(9);
      expect(chart.match(/class="curve"/g)).toHaveLength(1);
    }
    expect(part).toContain('thick the lowest, 9, with an area of 99.31 %');
    expect(part).toContain('top-2 98.50 %, top-3 99.19 %, top-5 99.70 %');
    expect(part).toContain('macro F1</dt><dd>96.37 % (95 % interval 95.97 to 96.74 %)');
  });

  test('a picture of weights is bent by 0.7, clipped at the 99th percentile, and says its scale; outputs have one too', async () => {
    const { html } = await made;
    const { network } = openModel('sigmoid');
    const part = partOf(html, 'neurons');
    const [ramp, ...pictures] = picturesOf(part);
    expect(pictures).toHaveLength(16 + 16 + 10);
    const scales = [...part.matchAll(/<figcaption>(\S+|output \d) <span class="soft">±([\d.]+)/g)];
    expect(scales.map(([, called]) => called)).toEqual([
      ...[1, 2].flatMap((layer) => Array.from({ length: 16 }, (_, n) => `${layer}:${n}`)),
      ...network.classes.map((name) => `output ${name}`),
    ]);
    const sample = { count: 1000, pixels: pixels.subarray(0, 784_000), normalization: network.normalization };
    const runs = runImages(network, sample);
    for (const [layer, neuron, at] of [
      ...[0, 7, 15].map((neuron) => [1, neuron, neuron]),
      ...[3, 9].map((neuron) => [2, neuron, 16 + neuron]),
      ...[0, 9].map((neuron) => [3, neuron, 32 + neuron]),
    ]) {
      const values = neuronPattern(network, runs, { layer, neuron });
      // 776 of 784 are not above it.
      const scale = values.map(Math.abs).sort()[776];
      expect(scales[at][2]).toBe(scale.toFixed(2));
      expectColours(pictures[at].data, values, scale);
    }
    // The legend is made of the very same colours.
    expectColours(
      ramp.data,
      Float64Array.from({ length: 121 }, (_, i) => i / 60 - 1),
      1,
    );
  });

  function expectColours(data: Uint8Array, values: Float64Array, scale: number): void {
    values.forEach((value, i) => {
      const strength = Math.min(1, Math.abs(value) / scale) ** 0.7;
      const colour = value > 0 ? [61, 220, 132] : [92, 138, 255];
      const expected = colour.map((channel) => Math.round(channel * strength));
      expect([...data.subarray(4 * i, 4 * i + 3)]).toEqual(expected);
    });
  }

  test('is the same for any number of workers, any batch size, and from CSV, but for what it is called', async () => {
    const { html } = await made;
    expect((await report({ workers: 2, batchSize: 333 })).html).toBe(html);
    writeFileSync(at('digits.csv'), digitsCsv({ count: 600 }));
    const csv = await report({ images: at('digits.csv'), workers: 0 });
    const idx = await report({ limit: 600, workers: 0 });
    for (const id of ['matrix', 'classes', 'mistakes', 'journey', 'neurons', 'cell-9-9'])
      expect(partOf(csv.html, id)).toBe(partOf(idx.html, id));
  });
});

describe('the report of anything else', () => {
  /** Three classes of 5 x 4 pixels, with names that would be markup. */
  function small(count: number): ReportOptions {
    const network = randomNetwork({ ...SMALL, outputs: [6, 3] });
    const classes = ['<script>alert(1)</script>', 'a & "b"', "it's"];
    writeFileSync(at('small.safetensors'), writeOwnNetwork({ ...network, classes }));
    const all = randomPixels(5, count * 20, 0.5);
    const rows = Array.from({ length: count }, (_, i) => [i % 3, ...all.subarray(i * 20, (i + 1) * 20)]);
    writeFileSync(at('<b>.csv'), rows.map((row) => `${row.join(',')}\n`).join(''));
    return {
      images: at('<b>.csv'),
      model: at('small.safetensors'),
      reading: { label: 'first', header: false, scale: 255 },
    };
  }
  const SMALL = { seed: 3, height: 5, width: 4, hidden: 'relu', last: 'softmax' } as const;

  test('is drawn at its own size, and nothing that is read becomes markup', async () => {
    const { html, evaluation } = await report(small(90));
    expect(evaluation.images).toBe(90);
    expect(html).not.toMatch(/<script|<b>/);
    expect(html).toContain('&#60;script&#62;alert(1)&#60;/script&#62;');
    const [, ...neurons] = picturesOf(partOf(html, 'neurons'));
    expect(neurons).toHaveLength(6 + 3);
    for (const { width, height } of neurons) expect([width, height]).toEqual([4, 5]);
    expect(html).not.toMatch(/NaN|undefined|Infinity/);
  });

  test('says that curves are not defined where the outputs are no probabilities', async () => {
    const network = randomNetwork({ ...SMALL, outputs: [6, 3], last: 'identity' });
    const options = small(90);
    writeFileSync(at('small.safetensors'), writeOwnNetwork(network));
    const { html, evaluation } = await report(options);
    const part = partOf(html, 'ranking');
    expect(part).toContain('so that curves and areas are not defined');
    expect(part).toContain('log loss none, Brier score none');
    expect(part).toContain(`top-2 ${(100 * (evaluation.outputs?.topK?.[0].accuracy ?? 0)).toFixed(2)} %`);
    expect(part).not.toContain('<svg');
    // An output of 1.17 is not a share of 117 %.
    expect(partOf(html, 'mistakes')).toMatch(/, -?\d\.\d\d<br>/);
    for (const id of ['mistakes', 'journey'])
      expect(partOf(html, id).replaceAll(/<[^>]*>/g, ' ')).not.toMatch(/\d %/);
    expect(html.match(/class="soft">#\d+ [^<]*/g)?.every((caption) => !caption.includes('%'))).toBe(true);
    expect(html).not.toContain('id="thresholds"');
    expect(html).not.toContain('href="#thresholds"');
  });

  test('says so where there is nothing to show', async () => {
    const { html } = await report({ limit: 0 });
    expect(html).not.toMatch(/NaN|undefined|Infinity|id="matrix"/);
    expect(partOf(html, 'evaluated')).toContain('0 of 0 wrong');
  });

  test('weights that are nearly all 0, or all, have a scale too; without a hidden layer the outputs are shown', async () => {
    const network = randomNetwork({ ...SMALL, outputs: [3] });
    const [layer] = network.layers;
    layer.weights.fill(0);
    layer.weights[7] = -0.0012;
    const options = small(60);
    writeFileSync(at('small.safetensors'), writeOwnNetwork(network));
    const { html } = await report(options);
    const part = partOf(html, 'neurons');
    expect([...part.matchAll(/>±([^<]+)</g)].map(([, scale]) => scale)).toEqual(['1.2e-3', '0.00', '0.00']);
    const [, first] = picturesOf(part);
    expect([...first.data.subarray(28, 31)]).toEqual([92, 138, 255]);
  });

  test('of a wide and deep network the gradients are means over fewer images, and it says so', async () => {
    const network = randomNetwork({ ...SMALL, outputs: [400, 400, 400, 3] });
    const options = small(150);
    writeFileSync(at('small.safetensors'), writeOwnNetwork(network));
    const { html } = await report(options);
    const means = [...html.matchAll(/the mean gradient over the first ([\d,]+) images/g)];
    // At most 4e8 products: of 64 neurons, 400 x 400 weights lie between the third layer and the first.
    expect(means.map(([, over]) => over)).toEqual(['150', '39', '150']);
  });
});

describe('digitflow report', () => {
  test('writes the same bytes twice, in the language asked for, and says where', async () => {
    const args = ['report', '--limit', '500', '--lang', 'ja', '-o', at('r.html')];
    const { stderr, stdout, exitCode } = await runShared(args);
    expect([stdout, exitCode]).toEqual(['', 0]);
    expect(stderr).toMatch(/r\.html：\d+ kB/);
    const page = readFileSync(at('r.html'), 'utf8');
    expect(page).toContain('<html lang="ja">');
    expect(page).toContain('混同行列');
    const again = await runShared(['report', '--limit', '500', '--lang', 'ja', '-o', '-', '--quiet']);
    expect(again.stdout).toBe(page);
    expect(again.stderr).toBe('');
  });

  test('leaves what was there where it cannot be made', async () => {
    writeFileSync(at('kept.html'), 'kept');
    writeFileSync(at('bad.csv'), `${digitsCsv({ count: 20 })}1,2,3\n`);
    const { stderr, exitCode } = await runShared(['report', at('bad.csv'), '-q', '-o', at('kept.html')]);
    expect(exitCode).toBe(65);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(readFileSync(at('kept.html'), 'utf8')).toBe('kept');
    expect((await runShared(['report', '-o', at('no/such/folder.html')])).exitCode).toBe(74);
    expect((await runShared(['report', '--lang', 'xx'])).exitCode).toBe(2);
  });
});

test.each([
  [
    'en',
    /Read in another way \(not transposed\), 9\d % of 300 images are right, not \d+ %: say --transpose no/,
  ],
  [
    'ja',
    /別の読み方（行と列を入れ替えない）では、300 枚のうち 9\d % が正解です（この読み方では \d+ %）。--transpose no を/,
  ],
] as const)('the page says how else the input could be read (%s)', async (language, sentence) => {
  const images = Buffer.from(digitsCsv({ count: 300 }));
  const turned = await report({ images, reading: { transpose: true }, language });
  expect(turned.html).toMatch(sentence);
  const usual = await report({ images, language });
  expect(usual.html).not.toMatch(/another way|別の読み方/);
});

test('in Japanese nothing is left in English but names, nor its punctuation', async () => {
  const { html } = await report({
    workers: 0,
    language: 'ja',
    slices: ['thickness'],
    gates: { minAccuracy: 0.99 },
  });
  expect(notJapanese(html, ['px'])).toEqual([]);
  for (const said of [
    ...['評価結果', '正解率（95 % 信頼区間 96.03～96.76 %）、10,000 枚中 359 枚を誤認識'],
    ...[
      '0.05846（1 枚あたりの二乗誤差）',
      '28 × 28 画素、明るさ 0～255 を 0～1 に換算',
      'MNIST テストデータ',
    ],
    ...['自信を持って間違えた画像', '正解 → 予測', '正解した割合（%）', '期待キャリブレーション誤差（ECE）'],
    ...[
      '自信のない画像には答えないとしたら',
      '9 は 4（15 枚）、5（13 枚）、7（12 枚）、8（11 枚）と誤認されやすい',
    ],
    ...['不合格：1 件の基準のうち 1 件を満たしていません'],
  ])
    expect(html.replace(/<b>|<\/b>/g, '')).toContain(said);
});
