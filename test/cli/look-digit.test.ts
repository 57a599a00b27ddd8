import { PNG } from 'pngjs';
import { describe, expect, test } from 'vitest';
import { openModel } from '../../src/inputs/models/open-model.js';
import { brightnessOf, feedForward, predictedClass } from '../../src/network/feed-forward.js';
import { testLabels, testPixels } from '../helpers/mnist.js';
import { runShared } from '../helpers/shared-cli.js';
import { idxBytes } from '../inputs/idx-bytes.js';
import { tempFolder } from '../inputs/temp-folder.js';

const pixels = testPixels();
const digit = (index: number) => pixels.subarray(index * 784, index * 784 + 784);

/** A PNG of a test image, each pixel `scale` pixels wide, dark on light. */
function pngOf(index: number, scale: number): Uint8Array {
  const image = new PNG({ width: 28 * scale, height: 28 * scale });
  for (let i = 0; i < image.data.length / 4; i++) {
    const [y, x] = [Math.floor(i / image.width / scale), Math.floor((i % image.width) / scale)];
    const shade = 255 - digit(index)[y * 28 + x];
    image.data.set([shade, shade, shade, 255], 4 * i);
  }
  return PNG.sync.write(image);
}

async function look(args: readonly string[], cwd = '.') {
  const { stdout, stderr, exitCode } = await runShared(['look', 'digit', ...args, '--format', 'json'], {
    cwd,
  });
  expect(exitCode).toBe(0);
  return { view: JSON.parse(stdout), stderr };
}

describe('digitflow look digit', () => {
  test.each(['sigmoid', 'relu'])('shows what the float64 network computes (%s)', async (model) => {
    const { network } = openModel(model);
    const { view, stderr } = await look(['8', '--model', model, '--why', '--neuron', '2:3']);
    const found = feedForward(network, brightnessOf(digit(8), network.normalization, network.image));
    expect(view.explanation.layers.map((layer: { values: number[] }) => layer.values)).toEqual(
      found.slice(1).map((values) => Array.from(values)),
    );
    expect(view).toMatchObject({ schema: 'digitflow.look-digit/1', truth: testLabels()[8] });
    expect(view.explanation.winner).toBe(predictedClass(found[3]));
    expect(view.neuron.value).toBe(found[2][3]);
    expect(view.why.attribution.contributions).toHaveLength(784);
    expect(stderr).toBe('');
  });

  test('takes a record of any IDX file, with labels or without', async () => {
    const images = idxBytes(0x08, [12, 28, 28], pixels.subarray(0, 12 * 784));
    const cwd = await tempFolder({
      mine: images,
      labels: idxBytes(0x08, [12], testLabels().subarray(0, 12)),
    });
    const { view } = await look(['11', '--images', 'mine'], cwd);
    expect(view).toMatchObject({ name: 'mine #11', truth: null });
    expect(view.brightness).toEqual(Array.from(digit(11), (pixel) => pixel * (1 / 255)));
    const labelled = await look(['11', '--images', 'mine', '--labels', 'labels'], cwd);
    expect(labelled.view).toMatchObject({ truth: testLabels()[11] });
  });

  test('takes a PNG, and says what it did to it', async () => {
    const cwd = await tempFolder({ 'small.png': pngOf(8, 1), 'large.png': pngOf(0, 9) });
    const small = await look(['small.png'], cwd);
    expect(small.view.brightness).toEqual(Array.from(digit(8), (pixel) => pixel * (1 / 255)));
    expect(small.stderr).toMatch(/^digitflow: small.png: inverted \(its background is bright\)\n$/);
    const large = await look(['large.png'], cwd);
    expect(large.stderr).toContain('scaled from 252 x 252 to 28 x 28');
    expect(large.view.explanation.winner).toBe(testLabels()[0]);
    expect((await look(['large.png', '--quiet'], cwd)).stderr).toBe('');
    const asIs = await look(['small.png', '--as-is'], cwd);
    expect(asIs.view.brightness[0]).toBe(1);
  });

  test('says what is doubtful about a picture', async () => {
    const blank = PNG.sync.write(
      Object.assign(new PNG({ width: 40, height: 40 }), { data: Buffer.alloc(6400, 255) }),
    );
    const cwd = await tempFolder({ 'blank.png': blank });
    const { view, stderr } = await look(['blank.png'], cwd);
    expect(view.doubts).toContain('blank paper');
    expect(stderr).toMatch(
      /^digitflow: blank.png: without ink\ndigitflow: blank.png: may be misread: blank paper/,
    );
    expect((await look(['8'])).view.doubts).toEqual([]);
  });

  test('draws without colour when it is not asked for', async () => {
    const { stdout } = await runShared(['look', 'digit', '8', '--why'], { env: { NO_COLOR: '1' } });
    expect(stdout).toMatch(/verdict 5 .*truth 5: right/);
    expect(stdout).not.toContain('\u001b');
  });

  test.each<[name: string, args: string[], code: string, exitCode: number, words: string]>([
    ['a number out of range', ['10000'], 'USAGE', 2, 'a record from 0 to 9999, found 10000'],
    ['a neuron that is not there', ['0', '--neuron', '1:16'], 'USAGE', 2, 'from 0 to 15'],
    ['a neuron that is none', ['0', '--neuron', 'x'], 'USAGE', 2, 'such as 1:4'],
    ['a class that is not there', ['0', '--why', '10'], 'USAGE', 2, 'from 0 to 9'],
    ['no such file', ['nothing.png'], 'INPUT_MISSING', 66, 'nothing.png: no such file'],
    ['what is no PNG', ['text'], 'IMAGE_FORMAT', 65, 'text: expected a PNG or JPEG'],
    ['a PNG that is cut off', ['broken'], 'PNG_BROKEN', 65, 'broken: broken PNG'],
    ['a size that --as-is cannot take', ['large', '--as-is'], 'INPUT_SIZE', 65, '28 x 28'],
  ])('%s is one line', async (_, args, code, exitCode, words) => {
    const cwd = await tempFolder({
      text: Buffer.from('label,pixel0\n'),
      broken: pngOf(0, 1).subarray(0, 60),
      large: pngOf(0, 2),
    });
    const plain = await runShared(['look', 'digit', ...args], { cwd });
    expect(plain).toMatchObject({ stdout: '', exitCode });
    expect(plain.stderr).toMatch(/^digitflow: [^\n]+\n$/);
    expect(plain.stderr).toContain(words);
    const json = await runShared(['look', 'digit', ...args, '--format', 'json'], { cwd });
    expect(JSON.parse(json.stderr)).toMatchObject({ code, exitCode });
  });

  test('explains itself', async () => {
    const { stdout } = await runShared(['look', 'digit', '--help']);
    for (const option of ['model', 'images', 'labels', 'neuron', 'why', 'invert', 'no-invert', 'as-is']) {
      expect(stdout).toContain(`--${option}`);
    }
    expect(stdout).toContain('layer 1 is the first hidden one');
    expect((await runShared(['look', '--help'])).stdout).toContain('digit [options] <image>');
  });
});
