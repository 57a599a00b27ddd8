import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { openModel } from '../../src/index.js';
import { writeOwnNetwork } from '../../src/network/formats/safetensors/network-file.js';
import { runShared } from '../helpers/shared-cli.js';
import { tempFolder } from '../inputs/temp-folder.js';
import { smallMnist } from './small-mnist.js';

const KERAS = join(import.meta.dirname, '../fixtures/networks/keras/digits.keras');
/** So small a step changes no float32. */
const STILL = ['--learning-rate', '1e-30', '--averaging', '0'];

async function settings() {
  const { folder } = await smallMnist();
  return {
    folder,
    args: ['train', '--images', folder, '--epochs', '2', '--validation', '100', '--batch-size', '16'],
  };
}

describe('train --init', () => {
  test.each([
    ['sigmoid', 'sigmoid'],
    ['relu', 'relu'],
    [KERAS, 'sigmoid'],
  ])('begins with the very weights of %s', async (init, own) => {
    const { folder, args } = await settings();
    const out = join(folder, 'out.safetensors');
    const { exitCode, stdout } = await runShared([
      ...args,
      '--init',
      init,
      ...STILL,
      '--out',
      out,
      '--format',
      'json',
    ]);
    expect(exitCode).toBe(0);
    const { layers, provenance } = openModel(out).network;
    const expected = openModel(own).network.layers;
    for (const [l, { weights, biases, activation }] of layers.entries()) {
      expect(activation).toBe(expected[l].activation);
      expect(biases).toEqual(expected[l].biases);
      // The network of Keras has the normalization in its weights: float32 rounds once more.
      const most = weights.reduce(
        (sum, weight, i) => Math.max(sum, Math.abs(weight - expected[l].weights[i])),
        0,
      );
      expect(most).toBeLessThan(init === KERAS ? 1e-6 : Number.MIN_VALUE);
    }
    const report = JSON.parse(stdout);
    expect(provenance['training init']).toBe(`sha256 ${report.init.sha256}`);
    expect(provenance.command).toContain(`--init ${init === KERAS ? 'digits.keras' : init} --hidden 16,16`);
    expect(report.init.name).toBe(init);
    expect(report.init.validation).toEqual(
      expect.objectContaining({ images: 100, correct: report.validation.correct }),
    );
  });

  test('goes on to the same file for any number of threads, by the command that the file names', async () => {
    const { folder, args } = await settings();
    const files = await Promise.all(
      [0, 1, 2].map(async (workers) => {
        const out = join(folder, `${workers}`);
        const options = [
          '--init',
          'relu',
          '--learning-rate',
          '0.001',
          '--workers',
          `${workers}`,
          '--out',
          out,
        ];
        expect((await runShared([...args, ...options])).exitCode).toBe(0);
        return readFile(out);
      }),
    );
    expect(files[1]).toEqual(files[0]);
    expect(files[2]).toEqual(files[0]);
    const words = openModel(join(folder, '0')).network.provenance.command.split(' ').slice(1);
    const again = words.map((word) => (word === 'FILE' ? 'again' : word));
    expect((await runShared(again, { cwd: folder })).exitCode).toBe(0);
    expect(await readFile(join(folder, 'again'))).toEqual(files[0]);
  });

  test('is resumed with the same network only', async () => {
    const { folder, args } = await settings();
    const checkpoint = join(folder, 'c');
    const all = [...args, '--out', join(folder, 'out')];
    const whole = await runShared([...all, '--init', 'relu', '--checkpoint', checkpoint]);
    expect(whole.exitCode).toBe(0);
    const file = await readFile(join(folder, 'out'));
    const resumed = await runShared([...all, '--init', 'relu', '--resume', checkpoint]);
    expect(resumed.exitCode).toBe(0);
    expect(await readFile(join(folder, 'out'))).toEqual(file);
    const other = join(folder, 'other.safetensors');
    const { layers, ...rest } = openModel('relu').network;
    const [first, ...others] = layers;
    const changed = { ...first, biases: first.biases.map((bias) => bias + 1) };
    await writeFile(other, writeOwnNetwork({ ...rest, layers: [changed, ...others] }));
    for (const [init, words] of [
      [[], 'to be resumed with no --init'],
      [
        ['--init', other],
        /made with --init of a network with sha256 6bb1e9\w+, to be resumed with --init of a/,
      ],
    ] as const) {
      const { stderr, exitCode } = await runShared([...all, ...init, '--resume', checkpoint]);
      expect(stderr).toMatch(words);
      expect(exitCode).toBe(65);
    }
  });

  test('says how it did before, and what was found of it', async () => {
    const { folder, args } = await settings();
    const { stdout, stderr } = await runShared([...args, '--init', KERAS, '--out', join(folder, 'out')]);
    expect(stdout).toMatch(/begun with +\S+,\s+sha256 \w+, \d+\.\d+ % of the\s+images held out right/);
    expect(stderr).toContain('a Keras network of 784-16-16-10: normalize scale=1');
  });

  test('takes what a file does not say from flags', async () => {
    const rows = Array.from(
      { length: 30 },
      (_, i) =>
        `${i % 3},${Array(16)
          .fill(80 * (i % 3))
          .join()}`,
    );
    const cwd = await tempFolder({
      'net.h5': gunzipSync(await readFile(join(KERAS, '../keras-3.weights.h5.gz'))),
      'rows.csv': Buffer.from(rows.join('\n')),
    });
    const args = ['train', '--images', 'rows.csv', '--init', 'net.h5', '--epochs', '1', '--out', 'out'];
    const without = await runShared(args, { cwd });
    expect(without.stderr).toContain('give --activations, one for each layer, such as relu,softmax');
    expect(without.exitCode).toBe(65);
    const flags = ['--activations', 'tanh,tanh,softmax'];
    const { stderr, exitCode } = await runShared([...args, ...flags], { cwd });
    expect(stderr).toContain('net.h5: weights of Keras of 16-5-4-3: normalize scale=1/255, classes 0 to 2;');
    expect(exitCode).toBe(0);
    const { layers } = openModel(join(cwd, 'out')).network;
    expect(layers.map(({ activation }) => activation)).toEqual(['tanh', 'tanh', 'softmax']);
  });

  test('goes on from sums as one is told: with softmax after them it is the same network, and learns', async () => {
    const { folder, args } = await settings();
    const { layers, ...rest } = openModel('relu').network;
    const init = join(folder, 'sums.safetensors');
    const sums = layers.map((layer, l) => (l === 2 ? { ...layer, activation: 'identity' as const } : layer));
    await writeFile(init, writeOwnNetwork({ ...rest, layers: sums }));
    const line = [...args, '--init', init, '--format', 'json', '--out', join(folder, 'out')];
    const unsaid = await runShared(line);
    expect(unsaid.stderr).toContain(
      'output: expected softmax or identity, what the sums that it ends in are for',
    );
    expect([unsaid.exitCode, unsaid.stdout]).toEqual([2, '']);
    const said = await runShared([...line, '--output', 'softmax', '--learning-rate', '0.0001']);
    const own = [...args, '--init', 'relu', '--format', 'json', '--out', join(folder, 'relu')];
    const relu = await runShared([...own, '--learning-rate', '0.0001']);
    const [a, b] = [said, relu].map(({ stdout }) => JSON.parse(stdout));
    expect(a.init.validation).toEqual(b.init.validation);
    expect(a.validation).toEqual(b.validation);
    expect(openModel(join(folder, 'out')).network.layers.at(-1)?.activation).toBe('softmax');
    expect((await runShared([...line, '--output', 'identity', ...STILL])).exitCode).toBe(0);
  });

  test('records where it began in a film', async () => {
    const { folder, args } = await settings();
    const film = join(folder, 'film.json');
    const line = [...args, '--init', 'relu', ...STILL, '--film', film, '--out', join(folder, 'out')];
    expect((await runShared(line)).exitCode).toBe(0);
    const { frames } = JSON.parse(await readFile(film, 'utf8'));
    expect(frames[0].epoch).toBe(0);
    expect(frames[0].accuracy).toBe(frames.at(-1).accuracy);
  });

  test.each<[line: string, words: string, exitCode: number]>([
    ['--init relu --hidden 30', 'hidden: expected 16,16, as relu has it, found 30; leave it out', 2],
    ['--init relu --output sigmoid', 'output: expected softmax, as relu has it, found sigmoid;', 2],
    ['--init relu --restarts 2', 'restarts: expected 1 with init, found 2;', 2],
    [
      '--init relu --classes a,b',
      'relu: expected 0,1,2,3,4,5,6,7,8,9, as its file says, found a,b in --classes',
      2,
    ],
    ['--activations relu,softmax', '--activations: expected --init beside it, found none;', 2],
    ['--init missing', 'missing: no such network; give sigmoid, relu, or the path of a file', 66],
    ['--init rows.csv', 'rows.csv: expected a network, found rows of text;', 65],
    ['--init f', 'expected another file than the input f, found the same; give another path', 2],
  ])('tells in one line what is wrong: %s', async (line, words, exitCode) => {
    const cwd = await tempFolder({
      'rows.csv': Buffer.from('1,2,3,4,5\n6,7,8,9,0\n'),
      f: Buffer.from(writeOwnNetwork(openModel('relu').network)),
    });
    const result = await runShared(['train', ...line.split(' '), '--out', 'f'], { cwd });
    expect(result.stdout).toBe('');
    expect(result.stderr).toMatch(/^digitflow: [^\n]+\n$/);
    expect(result.stderr).toContain(words);
    expect(result.exitCode).toBe(exitCode);
  });
});
