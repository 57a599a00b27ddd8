import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openModel } from '../../src/inputs/models/open-model.js';
import { type Feed, feedImages } from '../../src/insight/what-if.js';
import { feedForward, predictedClass } from '../../src/network/feed-forward.js';
import { writeOwnNetwork } from '../../src/network/formats/safetensors/network-file.js';
import { brightnessAt, testImages } from '../helpers/image-set.js';
import { testPixels } from '../helpers/mnist.js';
import { runShared } from '../helpers/shared-cli.js';
import { idxBytes } from '../inputs/idx-bytes.js';
import { tempFolder } from '../inputs/temp-folder.js';

async function json(args: readonly string[], cwd = '.') {
  const { stdout, stderr, exitCode } = await runShared([...args, '--format', 'json'], { cwd });
  expect({ stderr: stderr.replace(/.*\r/g, ''), exitCode }).toEqual({ stderr: '', exitCode: 0 });
  return JSON.parse(stdout);
}

describe('digitflow look what-if', () => {
  test('counts what evaluate counts of the same network, written to a file', async () => {
    const { network } = openModel('sigmoid');
    const [first, second, last] = network.layers;
    const other = {
      ...network,
      layers: [
        // A silenced neuron is one that the next layer does not hear.
        { ...first, weights: first.weights.with(3 * 784 + 7 * 28 + 4, 0.5), activation: 'tanh' as const },
        {
          ...second,
          biases: second.biases.with(4, -10),
          weights: second.weights.map((w, at) => (at % 16 === 3 ? 0 : w)),
        },
        last,
      ],
    };
    const cwd = await tempFolder({});
    await writeFile(join(cwd, 'other.safetensors'), writeOwnNetwork(other));
    const found = await json([
      ...['look', 'what-if', '--weight', '1:3:7,4=0.5', '--activation', '1=tanh', '--bias', '2:4=-10'],
      ...['--silence', '1:3'],
    ]);
    const [before, after] = [
      await json(['evaluate', '--quiet']),
      await json(['evaluate', '--quiet', '--model', 'other.safetensors'], cwd),
    ];
    for (const [outcome, evaluation] of [
      [found.before, before],
      [found.after, after],
    ]) {
      expect(outcome.confusion).toEqual(evaluation.confusion);
      expect(outcome.accuracy).toBe(evaluation.accuracy);
    }
    expect(found.after.accuracy).toBeLessThan(found.before.accuracy);
    expect(found.schema).toBe('digitflow.look-what-if/1');
    expect(found.changes[0]).toEqual({
      ...{ kind: 'weight', layer: 1, neuron: 3, input: { row: 7, column: 4 }, value: 0.5 },
      was: first.weights[3 * 784 + 7 * 28 + 4],
    });
  });

  test.each([['noise'], ['blank'], ['inverted']])('feeds %s', async (feed) => {
    const seed = feed === 'noise' ? 3 : null;
    const seeded = seed === null ? [] : ['--seed', `${seed}`];
    const found = await json(['look', 'what-if', '--feed', feed, ...seeded, '--limit', '500']);
    expect(found).toMatchObject({ feed, seed, data: { images: 500 } });
    expect(found.after.accuracy).toBeLessThan(0.5);
    const said = found.after.predicted.filter((count: number) => count > 0);
    if (feed === 'blank') expect(said).toEqual([500]);
    const { network } = openModel('sigmoid');
    const first = feedImages(testImages(network, 1), feed as Feed, seed ?? 1);
    const brightness = brightnessAt(first, network, 0);
    const outputs = feedForward(network, brightness)[3];
    expect(found.fed).toMatchObject({ outputs: Array.from(outputs), winner: predictedClass(outputs) });
    expect(found.fed.brightness).toEqual(Array.from(brightness));
    expect(found.fed.truth).toBe(feed === 'inverted' ? 7 : null);
  });

  test('shuffles by the seed', async () => {
    const args = ['look', 'what-if', '--shuffle', '2', '--limit', '300', '--seed'];
    const [one, same, two] = [
      await json([...args, '1']),
      await json([...args, '1']),
      await json([...args, '2']),
    ];
    expect(same).toEqual(one);
    expect(two.after).not.toEqual(one.after);
  });

  test('does without labels', async () => {
    const cwd = await tempFolder({ mine: idxBytes(0x08, [12, 28, 28], testPixels().subarray(0, 12 * 784)) });
    const args = ['look', 'what-if', '--silence', '1:7', '--images', 'mine'];
    expect((await json(args, cwd)).after).toMatchObject({ accuracy: null, confusion: null });
    expect((await runShared(args, { cwd })).stdout).toContain('there are no labels');
  });

  test.each([
    [[], 'expected something to change'],
    [['--silence', '1:16'], 'from 0 to 15'],
    [['--weight', '1:3:784=1'], 'an input from 0 to 783'],
    [['--weight', '1:3=1'], 'such as 1:3:200=0.5'],
    [['--bias', '1:3=x'], 'Expected a number'],
    [['--activation', '1=step'], 'functions: identity, sigmoid'],
    [['--feed', 'snow'], 'noise, blank, inverted'],
    [['--shuffle', '4'], 'a layer from 1 to 3'],
    [['--silence', '1:3', '--seed', '3'], '--seed: nothing is random here'],
    [['--feed', 'blank', '--seed', '3'], '--seed: nothing is random here'],
  ])('%j is a usage error of one line', async (args, words) => {
    const result = await runShared(['look', 'what-if', ...args]);
    expect(result).toMatchObject({ stdout: '', exitCode: 2 });
    expect(result.stderr).toMatch(/^digitflow: [^\n]+\n$/);
    expect(result.stderr).toContain(words);
  });
});
