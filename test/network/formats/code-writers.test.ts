import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openModel } from '../../../src/index.js';
import { feedForward } from '../../../src/network/feed-forward.js';
import { writeNetworkFile as writeC } from '../../../src/network/formats/code/c-header.js';
import { writeNetworkFile as writeJavascript } from '../../../src/network/formats/code/javascript-module.js';
import { float32Text } from '../../../src/network/formats/code/number-text.js';
import type { Network } from '../../../src/network/network.js';
import { testPixels } from '../../helpers/mnist.js';
import { randomNetwork, randomPixels } from '../../helpers/random-network.js';
import { tempFile, tempFolder } from '../../inputs/temp-folder.js';
import { caught } from '../bytes.js';

const SHAPE = { seed: 5, height: 3, width: 4, outputs: [7, 5, 3] } as const;
/** Numbers at the ends of float32, and those that are easily written wrong. */
const ODD = Float64Array.from(
  [
    -0,
    2 ** -149,
    -(2 ** -126),
    1 / 3,
    16_777_217,
    1e-7,
    3.4028234663852886e38,
    123456789,
    1,
    0.1,
    -5e-8,
    2 ** 100,
  ],
  Math.fround,
);
const NETWORKS: Readonly<Record<string, Network>> = {
  'the bundled sigmoid': openModel('sigmoid').network,
  'the bundled relu': openModel('relu').network,
  'tanh and identity, of other numbers than float32 has': randomNetwork({
    ...SHAPE,
    hidden: 'tanh',
    last: 'identity',
  }),
  'fed by mean and deviation, from images stored column by column': {
    ...randomNetwork({ ...SHAPE, hidden: 'relu', last: 'softmax' }),
    normalization: { scale: 1 / (255 * 0.3081), offset: -0.1307 / 0.3081, transposed: true },
  },
  'of one layer and one class': {
    ...randomNetwork({ ...SHAPE, outputs: [1], hidden: 'relu', last: 'sigmoid' }),
    classes: ['"\\ ??/ */ 猫<\u001b\u0024{x}`'],
  },
};
const COUNT = 200;

/** Images, and what the network gives for each, its pixels taken row by row. */
function answered(network: Network) {
  const { image, normalization, layers } = network;
  const size = image.height * image.width;
  const pixels = size === 784 ? testPixels().subarray(0, COUNT * size) : randomPixels(9, COUNT * size, 0.6);
  return Array.from({ length: COUNT }, (_, index) => {
    const own = pixels.subarray(index * size, (index + 1) * size);
    const x = Float64Array.from(own, (pixel) => pixel * normalization.scale + normalization.offset);
    return { pixels: own, outputs: feedForward({ layers }, x).at(-1) ?? x };
  });
}

function expectClose(found: ArrayLike<number>, expected: Float64Array, within: number): void {
  expect(found.length).toBe(expected.length);
  for (const [n, value] of expected.entries()) expect(Math.abs(found[n] - value)).toBeLessThan(within);
}

const hasCompiler = spawnSync('gcc', ['--version']).status === 0;

/** Compiles a program that takes images and gives what `print` prints of each, and runs it. */
async function runC(
  network: Network,
  images: readonly Uint8Array[],
  print: string,
  types = '',
): Promise<Buffer> {
  const main = `#include <stdio.h>
#include "network.h"
${types}
int main(void) {
  static uint8_t pixels[DIGITFLOW_HEIGHT * DIGITFLOW_WIDTH];
  float outputs[DIGITFLOW_CLASSES];
  while (fread(pixels, sizeof pixels, 1, stdin) == 1) {
    int best = digitflow_predict(pixels, outputs);
    ${print}
  }
  return 0;
}
`;
  const folder = await tempFolder({ 'network.h': writeC(network), 'main.c': Buffer.from(main) });
  const flags = [
    '-std=c99',
    '-O1',
    '-Wall',
    '-Wextra',
    '-Wpedantic',
    '-Werror',
    'main.c',
    '-o',
    'main',
    '-lm',
  ];
  const compiled = spawnSync('gcc', flags, { cwd: folder, encoding: 'utf8' });
  expect(compiled.stderr).toBe('');
  return spawnSync(join(folder, 'main'), { input: Buffer.concat(images), maxBuffer: 2 ** 26 }).stdout;
}

const floats = (bytes: Buffer) => new Float32Array(Uint8Array.from(bytes).buffer);
const WRITE_OUTPUTS =
  'float b = (float)best; fwrite(outputs, sizeof outputs, 1, stdout); fwrite(&b, sizeof b, 1, stdout);';

describe.skipIf(!hasCompiler)('a C header', () => {
  it.each(Object.entries(NETWORKS))('gives what the network gives: %s', async (_, network) => {
    const answers = answered(network);
    const all = floats(
      await runC(
        network,
        answers.map(({ pixels }) => pixels),
        WRITE_OUTPUTS,
      ),
    );
    const count = network.classes.length;
    expect(all.length).toBe(COUNT * (count + 1));
    for (const [index, { outputs }] of answers.entries()) {
      const own = all.subarray(index * (count + 1), (index + 1) * (count + 1));
      expectClose(own.subarray(0, count), outputs, 1e-5);
      expect(own[count]).toBe(own.indexOf(Math.max(...own.subarray(0, count))));
    }
  });

  it('has every bit of float32, and the names of classes as they are', async () => {
    const [name, one] = Object.entries(NETWORKS).at(-1) ?? [];
    if (one === undefined) throw new Error(`${name} is missing`);
    const network = { ...one, layers: [{ ...one.layers[0], weights: ODD }] };
    const print =
      'fwrite(digitflow_weights_0, sizeof digitflow_weights_0, 1, stdout); puts(digitflow_class_names[best]);';
    const output = await runC(network, [new Uint8Array(12)], print);
    const bytes = ODD.length * 4;
    expect(new Uint32Array(Uint8Array.from(output.subarray(0, bytes)).buffer)).toEqual(
      new Uint32Array(Float32Array.from(ODD).buffer),
    );
    expect(output.toString('utf8', bytes)).toBe(`${network.classes[0]}\n`);
  });
});

describe('a JavaScript module', () => {
  const load = async (network: Network) => {
    const file = await tempFile(Buffer.from(writeJavascript(network)), 'network.mjs');
    return import(/* @vite-ignore */ pathToFileURL(file).href);
  };

  it.each(Object.entries(NETWORKS))('gives what the network gives: %s', async (_, network) => {
    const { predict, classes, image } = await load(network);
    expect({ classes, image }).toEqual({ classes: network.classes, image: network.image });
    for (const { pixels, outputs } of answered(network)) expectClose(predict(pixels), outputs, 1e-6);
    expect(() => predict([1, 2])).toThrow(`expected ${image.height * image.width} pixels, found 2`);
  });

  it('may stand within a page', () => {
    const { classes, ...network } = randomNetwork({ ...SHAPE, hidden: 'relu', last: 'softmax' });
    const named = { ...network, classes: ['</script>', ...classes.slice(1)] };
    expect(new TextDecoder().decode(writeJavascript(named))).not.toContain('</');
  });

  it('has numbers as few digits as float32 needs, in lines', () => {
    const text = new TextDecoder().decode(writeJavascript(openModel('sigmoid').network));
    expect(text.length).toBeLessThan(200_000);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
    expect(text.includes('new Float32Array([')).toBe(true);
    expect(text.includes('new Float64Array([')).toBe(false);
  });
});

describe.each([
  ['c', writeC],
  ['javascript', writeJavascript],
])('written as %s', (_, write) => {
  it('equal networks give equal bytes', () => {
    const network = () => randomNetwork({ ...SHAPE, hidden: 'tanh', last: 'softmax' });
    expect(write(network())).toEqual(write(network()));
  });

  it.each([Number.NaN, Number.NEGATIVE_INFINITY, 1e39])('%s is refused', (value) => {
    const network = randomNetwork({ ...SHAPE, hidden: 'tanh', last: 'softmax' });
    network.layers[1].biases[2] = value;
    expect(caught(() => write(network))).toMatchObject({
      code: 'NETWORK_FILE',
      message: `layer 2: biases, element 2: expected a finite number that float32 can hold, found ${value}; train it with smaller steps`,
    });
  });
});

describe('float32Text', () => {
  it('gives back every bit of any float32, far from where rounding twice would give another', () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const text = float32Text(value);
        expect(Object.is(Math.fround(Number(text)), value)).toBe(true);
        expect(text.length).toBeLessThanOrEqual(23);
      }),
      { numRuns: Number(process.env.FLOATS_RUNS ?? 2000) },
    );
  });

  it.each([
    [Math.fround(0.1), '0.1'],
    [-0, '-0'],
    [1, '1'],
    [2 ** -149, '1e-45'],
    [16_777_216, '16777216'],
  ])('%s is %s', (value, text) => {
    expect(float32Text(value)).toBe(text);
  });
});
