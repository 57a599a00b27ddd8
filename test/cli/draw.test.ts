import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateSync } from 'fflate/browser';
import { describe, expect, test } from 'vitest';
import { openModel } from '../../src/inputs/models/open-model.js';
import { runImages, verdictsOf } from '../../src/insight/run-images.js';
import { writeOwnNetwork } from '../../src/network/formats/safetensors/network-file.js';
import { UNIT_BRIGHTNESS } from '../../src/network/normalization.js';
import { unpackDrawData } from '../../src/views/draw/draw-data.js';
import { digitsCsv } from '../helpers/digits-csv.js';
import { testLabels, testPixels } from '../helpers/mnist.js';
import { randomNetwork } from '../helpers/random-network.js';
import { runShared } from '../helpers/shared-cli.js';
import { idxBytes } from '../inputs/idx-bytes.js';
import { tempFolder } from '../inputs/temp-folder.js';

function dataOf(html: string) {
  return unpackDrawData(/id="data">([^<]*)</.exec(html)?.[1] ?? '', inflateSync);
}

const SMALL = { seed: 4, height: 8, width: 8, outputs: [5, 3], hidden: 'relu', last: 'softmax' } as const;

describe('digitflow draw', () => {
  test('embeds both networks, a fair sample of the test set, and examples of which half are mistakes of both', async () => {
    const { stdout, stderr, exitCode } = await runShared(['draw', '--out', '-']);
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    const { networks, images } = dataOf(stdout);
    expect(networks.map(({ name }) => name)).toEqual(['sigmoid', 'relu']);
    for (const { name, network } of networks) expect(network.layers).toEqual(openModel(name).network.layers);
    if (images === null) throw new Error('there are no images');
    const { numbers, labels, pixels, sample } = images;
    expect(numbers.slice(0, sample)).toEqual(Array.from({ length: 200 }, (_, i) => 50 * i));
    const [allPixels, allLabels] = [testPixels(), testLabels()];
    expect([...labels]).toEqual(numbers.map((n) => allLabels[n]));
    const own = Buffer.concat(numbers.map((n) => allPixels.subarray(n * 784, (n + 1) * 784)));
    expect(own.equals(pixels)).toBe(true);
    for (const { network } of networks) {
      const set = { count: labels.length, pixels, normalization: UNIT_BRIGHTNESS };
      const { predictions } = verdictsOf(runImages(network, set)[2]);
      const isRight = [...labels].map((label, i) => label === predictions[i]).slice(sample);
      expect(isRight).toEqual(Array.from({ length: 20 }, (_, i) => i % 2 === 0));
    }
    expect((await runShared(['draw', '--out', '-'])).stdout).toBe(stdout);
  });

  test('puts the network that is asked for first, and begins in the language that is asked for', async () => {
    const { stdout } = await runShared(['draw', '--out', '-', '--model', 'relu', '--lang', 'ja']);
    expect(dataOf(stdout).networks.map(({ name }) => name)).toEqual(['relu', 'sigmoid']);
    expect(stdout).toContain('<html lang="ja">');
  });

  test('takes a network of another size, without images or with its own, upright and bright on black', async () => {
    const cwd = await tempFolder({ 'net.safetensors': writeOwnNetwork(randomNetwork(SMALL)) });
    const alone = await runShared(['draw', '--model', 'net.safetensors', '--out', '-'], { cwd });
    expect(dataOf(alone.stdout)).toMatchObject({ networks: [{ name: 'net.safetensors' }], images: null });
    const pixels = Array.from({ length: 6 * 64 }, (_, i) => i % 256);
    writeFileSync(join(cwd, 'x'), idxBytes(0x08, [6, 8, 8], pixels));
    writeFileSync(join(cwd, 'y'), idxBytes(0x08, [6], [0, 1, 2, 0, 1, 2]));
    const args = ['draw', 'x', 'y', '--model', 'net.safetensors', '--out', 'page.html', '--transpose', 'yes'];
    const { exitCode, stderr } = await runShared(args, { cwd });
    expect(stderr).toMatch(/page\.html: \d+ kB, open it in a browser\n$/);
    expect(exitCode).toBe(0);
    const { images } = dataOf(readFileSync(join(cwd, 'page.html'), 'utf8'));
    expect(images).toMatchObject({ height: 8, width: 8, sample: 6 });
    expect([...(images?.pixels.subarray(0, 9) ?? [])]).toEqual([0, 8, 16, 24, 32, 40, 48, 56, 1]);
  });

  test.each([
    [
      'images without labels',
      ['draw', 'plain.csv', '--label', 'none'],
      65,
      /^digitflow: plain\.csv: expected images with labels, found images without; give their labels/,
    ],
    ['images of another size', ['draw', 'x'], 65, /^digitflow: x: /],
    [
      'a page that would replace its images',
      ['draw', 'digits.csv', '--out', 'digits.csv'],
      2,
      /^digitflow: --out: /,
    ],
    ['a folder that is not there', ['draw', '--out', 'no/page.html'], 74, /^digitflow: no\/page\.html: /],
    ['a network that is not there', ['draw', '--model', 'other'], 66, /^digitflow: other: no such network/],
    ['another language', ['draw', '--lang', 'fr'], 2, /en, ja/],
  ])('%s get one line and their exit code', async (_, args, wanted, told) => {
    const cwd = await tempFolder({
      'digits.csv': Buffer.from(digitsCsv({ count: 12, header: true })),
      'plain.csv': Buffer.from(digitsCsv({ count: 12, labelled: false })),
      x: idxBytes(
        0x08,
        [2, 8, 8],
        Array.from({ length: 128 }, () => 3),
      ),
    });
    const { exitCode, stderr, stdout } = await runShared(args, { cwd });
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(told);
    expect({ exitCode, stdout }).toEqual({ exitCode: wanted, stdout: '' });
  });
});
