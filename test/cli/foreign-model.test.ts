import { describe, expect, test } from 'vitest';
import { openModel } from '../../src/index.js';
import { type Tensor, writeSafetensors } from '../../src/network/formats/safetensors/safetensors.js';
import { digitsCsv } from '../helpers/digits-csv.js';
import { runShared } from '../helpers/shared-cli.js';
import { tempFolder } from '../inputs/temp-folder.js';

/** A network of ours as PyTorch names it: three layers, and not a word of what is between them. */
function asTorch(name: string): Buffer {
  const { layers } = openModel(name).network;
  const tensors = new Map<string, Tensor>();
  for (const [l, { weights, biases, inputs, outputs }] of layers.entries()) {
    tensors.set(`fc${l + 1}.weight`, { shape: [outputs, inputs], values: weights });
    tensors.set(`fc${l + 1}.bias`, { shape: [outputs], values: biases });
  }
  return Buffer.from(writeSafetensors({ tensors, metadata: new Map([['format', 'pt']]) }));
}

const FILES = {
  'relu.safetensors': asTorch('relu'),
  'sigmoid.safetensors': asTorch('sigmoid'),
  'rows.csv': Buffer.from(digitsCsv({ count: 3 })),
};
const run = async (line: string) => runShared(line.split(' '), { cwd: await tempFolder(FILES) });

describe('a network from elsewhere', () => {
  test.each([
    ['relu', 'relu,relu,softmax', 0.9754],
    ['sigmoid', 'sigmoid,sigmoid,sigmoid', 0.9641],
  ])(
    'is evaluated as it was trained, and what was found is said: %s',
    async (name, activations, accuracy) => {
      const { stdout, stderr, exitCode } = await run(`evaluate --model ${name}.safetensors --format json`);
      const evaluation = JSON.parse(stdout);
      expect(evaluation.accuracy).toBe(accuracy);
      expect(evaluation.model.found).toMatchObject({
        title: 'safetensors',
        guesses: [
          { property: 'activations', value: activations },
          { property: 'normalize', value: 'scale=1/255' },
          { property: 'classes', value: '0 to 9' },
        ],
      });
      expect(stderr).toMatch(
        new RegExp(
          `^digitflow: ${name}.safetensors: safetensors of 784-16-16-10: activations ${activations}, normalize scale=1/255, ` +
            'classes 0 to 9; 9\\d.\\d % of 500 training images are right so',
        ),
      );
      expect(stderr.trimEnd().split('\n')).toHaveLength(1);
      expect(exitCode).toBe(0);
    },
  );

  test.each([
    'look neuron 1:3 --model relu.safetensors --limit 10',
    'look digit 0 --model relu.safetensors',
    'look network --model relu.safetensors --limit 10',
    'report --model relu.safetensors --limit 10 -o r.html',
    'draw --model relu.safetensors -o d.html',
    'score rows.csv --model relu.safetensors',
  ])('is taken by every command, which says how it was read: %s', async (line) => {
    const { stderr, exitCode } = await run(line);
    expect(stderr).toContain('relu.safetensors: safetensors of 784-16-16-10: activations relu,relu,softmax');
    expect(exitCode).toBe(0);
  });

  test.each([
    [
      'evaluate --model relu.safetensors --activations relu,softmax',
      2,
      'expected 3 activations, one for each layer',
    ],
    [
      'evaluate --activations relu,relu,softmax',
      2,
      'sigmoid: expected sigmoid,sigmoid,sigmoid, as its file says',
    ],
    [
      'evaluate --classes a,b',
      2,
      'sigmoid: expected 0,1,2,3,4,5,6,7,8,9, as its file says, found a,b in --classes',
    ],
    ['evaluate --model relu.safetensors --activations gelu', 2, 'Give one of identity, sigmoid, relu'],
    ['evaluate --model relu.safetensors --classes a,,b', 2, 'Give a name for each class'],
    ['evaluate --model relu.safetensors --classes a,b', 65, 'expected 10 classes, one for each output'],
    [
      'evaluate --model relu.safetensors --activations tanh,tanh,softmax --normalize scale=-1',
      65,
      'expected a network that knows digits',
    ],
    [
      'evaluate --model relu.safetensors --classes a,b,c,d,e,f,g,h,i,j',
      65,
      'give --activations, one for each layer',
    ],
    ['plan rows.csv --shards 2 --model relu.safetensors -o p', 2, 'digitflow convert, so that all machines'],
    ['plan rows.csv --shards 2 --activations relu -o p', 2, "unknown option '--activations'"],
  ])('is refused where flags and file contradict: %s', async (line, code, words) => {
    const { stdout, stderr, exitCode } = await run(line);
    expect(stderr).toContain(words);
    expect([exitCode, stdout]).toEqual([code, '']);
  });

  test('has the classes that a flag names', async () => {
    const flags = '--classes a,b,c,d,e,f,g,h,i,j --activations relu,relu,softmax';
    const { stdout } = await run(`look digit 0 --model relu.safetensors ${flags} --format json`);
    expect(JSON.parse(stdout).classes[7]).toBe('h');
  });
});
