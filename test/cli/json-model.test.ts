import { describe, expect, test } from 'vitest';
import { openModel } from '../../src/index.js';
import { writeNetworkFile } from '../../src/network/formats/json/json-network.js';
import { runShared } from '../helpers/shared-cli.js';
import { tempFolder } from '../inputs/temp-folder.js';
import { f32 } from '../network/bytes.js';

const { network } = openModel('sigmoid');
const asText = (value: unknown) => Buffer.from(JSON.stringify(value));

/** The network as TensorFlow.js saves it: its topology, and the name of the file with its numbers. */
function topology(path: string) {
  const layers = network.layers.map(({ outputs, activation }, l) => ({
    class_name: 'Dense',
    config: { name: `dense_${l}`, units: outputs, activation },
  }));
  const flatten = {
    class_name: 'Flatten',
    config: { name: 'flatten', batch_input_shape: [null, 28, 28, 1] },
  };
  const weights = network.layers.flatMap(({ inputs, outputs }, l) => [
    { name: `dense_${l}/kernel`, shape: [inputs, outputs], dtype: 'float32' },
    { name: `dense_${l}/bias`, shape: [outputs], dtype: 'float32' },
  ]);
  return {
    format: 'layers-model',
    modelTopology: { class_name: 'Sequential', config: { name: 's', layers: [flatten, ...layers] } },
    weightsManifest: [{ paths: [path], weights }],
  };
}

const shard = Buffer.concat(
  network.layers.flatMap(({ weights, biases, inputs, outputs }) => {
    const kernel = weights.map((_, at) => weights[(at % outputs) * inputs + Math.floor(at / outputs)]);
    return [f32(...kernel), f32(...biases)];
  }),
);

const FILES = {
  'model.json': asText(topology('./weights.bin')),
  'weights.bin': shard,
  'elsewhere.json': asText(topology('../weights.bin')),
  'alone.json': asText(topology('gone.bin')),
  'book.json': Buffer.from(writeNetworkFile(network)),
  'conv.json': asText({ 'conv.weight': [[[[0.5]]]], 'fc.weight': [[1, 2]] }),
};
const run = async (model: string) => {
  return runShared(['evaluate', '--model', model, '--format', 'json'], { cwd: await tempFolder(FILES) });
};

describe('a network in JSON', () => {
  test.each([
    ['book.json', 'the JSON of the book'],
    ['model.json', 'a TensorFlow.js network'],
  ])('is evaluated: %s', async (file, title) => {
    const { stdout, exitCode } = await run(file);
    const { accuracy, model } = JSON.parse(stdout);
    expect({ exitCode, accuracy, title: model.found.title }).toEqual({
      exitCode: 0,
      accuracy: 0.9641,
      title,
    });
  });

  test.each([
    ['elsewhere.json', 65, '"../weights.bin"'],
    ['alone.json', 66, 'it needs "gone.bin" beside it, which is not there'],
    ['conv.json', 65, 'a convolutional network ("conv.weight" has shape [1,1,1,1])'],
  ])('is refused in one line: %s', async (file, code, expected) => {
    const { stderr, exitCode } = await run(file);
    expect({ exitCode, lines: stderr.trimEnd().split('\n').length }).toEqual({ exitCode: code, lines: 1 });
    expect(JSON.parse(stderr).message).toContain(expected);
  });
});
