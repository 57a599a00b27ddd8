import { describe, expect, test } from 'vitest';
import { openModel } from '../../src/inputs/models/open-model.js';
import { networkReport } from '../../src/insight/network-report.js';
import { testImages } from '../helpers/image-set.js';
import { testLabels, testPixels } from '../helpers/mnist.js';
import { runShared } from '../helpers/shared-cli.js';
import { idxBytes } from '../inputs/idx-bytes.js';
import { tempFolder } from '../inputs/temp-folder.js';

const COUNT = 100;

describe('digitflow look network', () => {
  test('prints the report of the whole test set as JSON', async () => {
    const { stdout, stderr } = await runShared(['look', 'network', '--format', 'json']);
    const view = JSON.parse(stdout);
    const { network } = openModel('sigmoid');
    expect(view).toMatchObject({ schema: 'digitflow.look-network/1', data: { images: 10_000 } });
    expect(view.network).toEqual(networkReport(network, testImages(network)));
    expect(stderr).toBe('');
  });

  test('the accuracy that silencing costs is the one that what-if finds', async () => {
    const [whole, silenced] = await Promise.all(
      [
        ['look', 'network', '-m', 'relu', '-f', 'json'],
        ['look', 'what-if', '-m', 'relu', '--silence', '2:5', '-f', 'json'],
      ].map(async (args) => JSON.parse((await runShared(args)).stdout)),
    );
    const neuron = whole.network.neurons.find(
      (each: { layer: number; neuron: number }) => each.layer === 2 && each.neuron === 5,
    );
    expect(neuron.correct).toBe(silenced.after.correct);
    expect(neuron.lost).toBe(silenced.before.correct - silenced.after.correct);
    expect(neuron.changed).toBe(silenced.changed);
  });

  test.each([
    ['network', 'transposed', ['--transpose', 'no'], / \(transposed\), .* say --transpose yes$/m],
    ['what-if', 'inverted', ['--silence', '1:3', '--no-invert'], / \(inverted\), .* say --invert$/m],
  ])('of given images %s tells which other reading fits far better: %s', async (view, how, more, told) => {
    const pixels = testPixels();
    const images = Array.from(pixels.subarray(0, COUNT * 784), (pixel, at) => {
      const [image, row, column] = [at - (at % 784), Math.floor((at % 784) / 28), at % 28];
      return how === 'inverted' ? 255 - pixel : pixels[image + column * 28 + row];
    });
    const cwd = await tempFolder({
      mine: idxBytes(0x08, [COUNT, 28, 28], images),
      labels: idxBytes(0x08, [COUNT], Array.from(testLabels().subarray(0, COUNT))),
    });
    const args = ['look', view, ...more, '--images', 'mine', '--labels', 'labels'];
    expect((await runShared(args, { cwd })).stderr).toMatch(told);
    expect((await runShared([...args, '--quiet'], { cwd })).stderr).toBe('');
  });

  test('does without labels', async () => {
    const cwd = await tempFolder({ mine: idxBytes(0x08, [12, 28, 28], testPixels().subarray(0, 12 * 784)) });
    const { stdout } = await runShared(['look', 'network', '--images', 'mine'], { cwd });
    expect(stdout).toContain('13,002 parameters');
    expect(stdout).toContain('there are no labels');
  });
});
