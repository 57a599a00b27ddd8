import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { convert } from '../../src/index.js';
import { loadModel, openModel } from '../../src/inputs/models/open-model.js';
import type { NetworkFormat } from '../../src/network/formats/found-network.js';
import { NETWORK_FORMATS } from '../../src/network/formats/network-formats.js';
import { writeOwnNetwork } from '../../src/network/formats/safetensors/network-file.js';
import { runShared } from '../helpers/shared-cli.js';
import { tempFolder } from '../inputs/temp-folder.js';

const FORMATS = Object.entries(NETWORK_FORMATS) as [
  NetworkFormat,
  (typeof NETWORK_FORMATS)['onnx'] & object,
][];
const WRITTEN = FORMATS.filter(([, { write }]) => write !== undefined);
const READ_BACK = WRITTEN.filter(([, { read }]) => read !== undefined).map(([name, entry]) => [
  name,
  entry.endings[0],
]);

async function converting(line: string, files: Record<string, Buffer> = {}) {
  const cwd = await tempFolder(files);
  return { ...(await runShared(['convert', ...line.split(' ')], { cwd })), cwd };
}
const digestOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('digitflow convert', () => {
  test.each(READ_BACK)('writes what evaluates alike: %s', async (_, ending) => {
    const { stdout, stderr, exitCode, cwd } = await converting(`relu net${ending}`);
    const [from, written] = [openModel('relu').sha256, digestOf(readFileSync(join(cwd, `net${ending}`)))];
    expect(stdout).toMatch(/^network {6}relu, digitflow, 784-16-16-10 relu-relu-softmax\n/);
    expect(stdout).toContain(`sha256 ${from}\nwritten      net${ending}, `);
    expect(stdout).toContain(`sha256 ${written}\ndifference   0, the largest of any output on 500 images`);
    expect([stderr, exitCode]).toEqual(['', 0]);
    const evaluated = await runShared(['evaluate', '--model', `net${ending}`, '--format', 'json'], { cwd });
    expect(JSON.parse(evaluated.stdout)).toMatchObject({ accuracy: 0.9754, normalization: 'scale=1/255' });
  });

  test.each(READ_BACK)('gives the weights back bit for bit: %s', async (format) => {
    const { bytes, difference, flags } = await convert({ model: 'relu', format: format as NetworkFormat });
    const { cwd } = await converting('relu a.safetensors');
    writeFileSync(join(cwd, 'net'), bytes);
    const { network } = await loadModel(join(cwd, 'net'));
    const own = openModel('relu').network;
    expect(network.layers).toEqual(own.layers);
    expect([network.classes, network.image, network.normalization]).toEqual([
      own.classes,
      own.image,
      own.normalization,
    ]);
    expect([difference, flags]).toEqual([0, null]);
  });

  test('the same network gives the same bytes in every format', async () => {
    for (const [format] of WRITTEN) {
      const [a, b] = await Promise.all([1, 2].map(() => convert({ model: 'relu', format })));
      expect(a.sha256).toBe(b.sha256);
    }
  });

  test.each([
    ['relu net.foo', 2, 'net.foo: expected a name that ends in .safetensors'],
    ['relu net.foo --to keras', 2, '--to'],
    ['relu', 2, "missing required argument 'file'"],
    ['nothing net.safetensors', 66, 'nothing: no such network'],
    ['rows.csv net.safetensors', 65, 'rows.csv: expected a network, found rows of text'],
    ['a.safetensors a.safetensors', 2, 'expected another file than the input a.safetensors'],
    ['relu missing/net.safetensors', 74, 'missing/net.safetensors'],
    ['relu net.safetensors --activations relu', 2, 'expected relu,relu,softmax, as its file says'],
  ])('refuses %s, and writes nothing', async (line, code, words) => {
    const files = {
      'rows.csv': Buffer.from('1,2,3,4,5,6\n'),
      'a.safetensors': Buffer.from(writeOwnNetwork(openModel('relu').network)),
    };
    const { stdout, stderr, exitCode, cwd } = await converting(line, files);
    expect(stderr).toContain(words);
    expect([stdout, exitCode]).toEqual(['', code]);
    expect(readdirSync(cwd).sort()).toEqual(['a.safetensors', 'rows.csv']);
  });

  test('keeps classes, size and normalization of a network that is none of digits', async () => {
    const { network } = openModel('relu');
    const first = {
      ...network.layers[0],
      inputs: 392,
      weights: network.layers[0].weights.slice(0, 16 * 392),
    };
    const letters = {
      ...network,
      ...{ layers: [first, ...network.layers.slice(1)], classes: [...'abcdefghij'], provenance: {} },
      ...{ image: { height: 14, width: 28 }, normalization: { scale: 0.5, offset: -3, transposed: true } },
    };
    for (const [format] of WRITTEN.filter(([, { read }]) => read !== undefined)) {
      const cwd = await tempFolder({ 'a.safetensors': Buffer.from(writeOwnNetwork(letters)) });
      const path = join(cwd, 'a.safetensors');
      const converted = await convert({ model: path, format }).catch((error) => error);
      // A format that cannot hold all of it says so; none loses it without a word.
      if (converted instanceof Error) expect(converted.message).toMatch(/NETWORK_FILE|expected/);
      else expect(converted.difference).toBe(0);
    }
  });
});
