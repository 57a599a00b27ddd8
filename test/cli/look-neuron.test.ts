import { describe, expect, test } from 'vitest';
import { openModel } from '../../src/inputs/models/open-model.js';
import { neuronReport } from '../../src/insight/neuron-report.js';
import { testImages } from '../helpers/image-set.js';
import { testPixels } from '../helpers/mnist.js';
import { runShared } from '../helpers/shared-cli.js';
import { idxBytes } from '../inputs/idx-bytes.js';
import { tempFolder } from '../inputs/temp-folder.js';

describe('digitflow look neuron', () => {
  test.each([
    ['sigmoid', 1, 4],
    ['relu', 2, 3],
    ['sigmoid', 3, 5],
  ])('prints the report of %s %d:%d as JSON', async (model, layer, neuron) => {
    const { stdout, stderr } = await runShared([
      'look',
      'neuron',
      `${layer}:${neuron}`,
      '-m',
      model,
      '-f',
      'json',
    ]);
    const view = JSON.parse(stdout);
    const { network } = openModel(model);
    const expected = neuronReport(network, testImages(network), { layer, neuron });
    expect(view).toMatchObject({
      schema: 'digitflow.look-neuron/1',
      model: { name: model },
      data: { images: 10_000 },
    });
    expect(view.neuron.weights).toEqual(Array.from(expected.weights));
    expect(view.neuron.looksFor.values).toEqual(Array.from(expected.looksFor.values));
    expect(view.neuron.lightsMost).toEqual(expected.lightsMost);
    expect(view.neuron.meanByClass).toEqual(expected.meanByClass);
    expect((view.neuron.effect ?? { meanOnOutputs: null }).meanOnOutputs).toEqual(
      expected.effect && Array.from(expected.effect.meanOnOutputs),
    );
    expect(stderr).toBe('');
  });

  test('looks with images of any file, without labels', async () => {
    const cwd = await tempFolder({ mine: idxBytes(0x08, [12, 28, 28], testPixels().subarray(0, 12 * 784)) });
    const args = [
      'look',
      'neuron',
      '1:0',
      '--images',
      'mine',
      '--format',
      'json',
      '--count',
      '2',
      '--limit',
      '9',
    ];
    const { neuron, data } = JSON.parse((await runShared(args, { cwd })).stdout);
    expect(data).toEqual({ name: 'mine', images: 9, height: 28, width: 28 });
    expect(neuron.lightsMost).toHaveLength(2);
    expect(neuron.meanByClass).toEqual(new Array(10).fill(null));
    const { stdout } = await runShared(['look', 'neuron', '1:0', '--images', 'mine'], { cwd });
    expect(stdout).toContain('12 images, mine');
  });

  test.each([
    ['1:16', 2, 'from 0 to 15'],
    ['4:0', 2, 'a layer from 1 to 3'],
    ['x', 2, 'such as 1:4'],
  ])('%s is one line', async (place, exitCode, words) => {
    const result = await runShared(['look', 'neuron', place]);
    expect(result).toMatchObject({ stdout: '', exitCode });
    expect(result.stderr).toMatch(/^digitflow: [^\n]+\n$/);
    expect(result.stderr).toContain(words);
  });
});
