import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { contentOf } from '../../../src/formats/recognize.js';
import { readNetworkFile } from '../../../src/network/formats/numpy/numpy-network.js';
import { npyBytes } from '../../formats/npy-bytes.js';
import { zipArchive } from '../../inputs/zip-archive.js';
import { caught } from '../bytes.js';
import { FILE_HOST } from '../formats/file-host.js';
import { expectSoundReading } from '../formats/mutated-files.js';
import { biasAt, expectSmallNetwork, weightAt } from '../formats/small-network.js';

const folder = join(import.meta.dirname, '../../fixtures/networks/numpy');
const bytesOf = (name: string) => readFileSync(join(folder, name));
const read = (bytes: Uint8Array) => readNetworkFile(bytes, 'a.pkl', FILE_HOST);
const open = (name: string) => read(bytesOf(name));

/** What is said of a pickle that is written as text, one byte a character, or of other bytes. */
function refusal(content: string | Uint8Array): string {
  const bytes = typeof content === 'string' ? Buffer.from(content, 'latin1') : content;
  const { code, message } = caught(() => read(bytes));
  expect(code).toBe('NETWORK_FILE');
  expect(message).toMatch(/^a\.pkl[^\n]*: expected [^\n]+, found [^\n]+; [^\n]+$/);
  return message;
}

describe('files that NumPy and Python write', () => {
  const names = readdirSync(folder).filter((name) => name !== 'single.npy');

  test.each(names)('%s has the very weights', (name) => {
    const found = open(name);
    expectSmallNetwork(found);
    expect(found).toMatchObject({ image: null, normalization: null, rescaling: null, classes: null });
    expect(found.layers.every(({ activation }) => activation === null)).toBe(true);
    expect(contentOf(bytesOf(name)).network).toBe('numpy');
  });

  test('a pickle within gzip is read', () => {
    expectSmallNetwork(read(gzipSync(bytesOf('notes.pkl'))));
  });

  test('one matrix is one layer without biases', () => {
    expect(open('single.npy').layers).toEqual([
      expect.objectContaining({ rows: 4, columns: 8, biases: null }),
    ]);
  });

  test('what holds no floats is left out, and said', () => {
    expect(open('names.npz').notes).toEqual(['left out epochs, title, which hold no floats']);
    expect(open('names.npz').title).toBe('NumPy arrays');
    expect(open('lists.pkl').notes).toEqual([]);
    expect(open('lists.pkl').title).toBe('a Python pickle');
  });
});

describe("scikit-learn's MLPClassifier", () => {
  const pickle = readFileSync(join(folder, '../scikit/mlp-classifier.pkl'));
  /** The pickle with another text of the same length in it. */
  const changed = (from: string, to: string) =>
    Buffer.from(pickle.toString('latin1').replace(from, to), 'latin1');

  test('has its activations and classes', () => {
    const found = read(pickle);
    expectSmallNetwork(found);
    expect(found.layers.map(({ activation }) => activation)).toEqual(['sigmoid', 'softmax']);
    expect(found.layers.map(({ rowsAre }) => rowsAre)).toEqual(['inputs', 'inputs']);
    expect(found).toMatchObject({ title: "scikit-learn's MLPClassifier", classes: ['3', '4', '5', '6'] });
  });

  test('is refused where something is missing or unknown', () => {
    expect(refusal(changed('logistic', 'logistik'))).toContain(
      'a.pkl: activation: expected identity, logistic, tanh, relu, softmax, found "logistik";',
    );
    expect(refusal(changed('intercepts_', 'intercepts-'))).toContain(
      'a.pkl: MLPClassifier: expected an intercepts_ for each of coefs_, found 2 and 0;',
    );
  });
});

/** An array as Python 2 pickles it: its bytes are a string. */
function oldArray(shape: readonly number[], values: readonly number[], isFortran: boolean): string {
  const data = Buffer.from(Float64Array.from(values).buffer);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(data.length);
  const sizes = shape.map((size) => `K${String.fromCharCode(size)}`).join('');
  const type = 'cnumpy\ndtype\n(U\x02f8K\0K\x01tR(K\x03U\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb';
  const state = `(K\x01(${sizes}t${type}${isFortran ? '\x88' : '\x89'}T${length.toString('latin1')}${data.toString('latin1')}t`;
  return `cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(K\0tU\x01btR${state}b`;
}

test('a pickle of Python 2 is read, by the order that each array says', () => {
  const layers = [16, 8].map((inputs, l) => {
    const outputs = [8, 4][l];
    const across = (at: number) => weightAt(l, at % outputs, Math.floor(at / outputs));
    const weights = oldArray(
      [outputs, inputs],
      Array.from({ length: inputs * outputs }, (_, at) => across(at)),
      true,
    );
    const biases = oldArray(
      [outputs],
      Array.from({ length: outputs }, (_, n) => biasAt(l, n)),
      false,
    );
    return `(${weights}${biases}t`;
  });
  expectSmallNetwork(read(Buffer.from(`\x80\x02](${layers.join('')}e.`, 'latin1')));
});

describe('refuses', () => {
  const two = oldArray([2, 2], [1, 2, 3, 4], false);

  test.each([
    [
      'what has no arrays',
      '(lp0\nI1\na.',
      'expected arrays of floats, the weights of a network, found none;',
    ],
    ['numbers alone', '(F1.5\nt}R.', 'expected a class and a tuple'],
    [
      'more vectors than matrices',
      `(${two}${oldArray([2], [1, 2], false)}${oldArray([2], [1, 2], false)}t.`,
      'found 1 matrices and 2 vectors (0 [2,2], 1 [2], 2 [2]);',
    ],
    [
      'an array with fewer bytes than it says',
      two.replace('K\x02K\x02', 'K\x02K\x03').concat('.'),
      'a.pkl: the whole: expected 48 bytes for f64 [2,3], found 32;',
    ],
    [
      'a shape beyond all numbers',
      two.replace('K\x02K\x02', 'J\xff\xff\xff\x7fJ\xff\xff\xff\x7f').concat('.'),
      'expected Infinity bytes',
    ],
    [
      'an array without a state',
      'cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\ntR.',
      'expected an array with its shape and type, found another state;',
    ],
    [
      'tensors of PyTorch',
      "(dS'w'\nctorch.storage\n_load_from_bytes\n(S'x'\ntRs.",
      'found a PyTorch tensor (w); save it with torch.save(model.state_dict(), path)',
    ],
    ['several pickles', 'N.N.', 'expected one pickle, found 2 bytes after it;'],
    [
      'NaN',
      `${oldArray([2, 2], [1, Number.NaN, 3, 4], false)}.`,
      'expected a finite number that float32 can hold, found NaN;',
    ],
  ])('%s', (_, content, words) => {
    expect(refusal(content)).toContain(words);
  });

  test('values that name others over and over, deep ones, and those that hold themselves', () => {
    const doubled = `(K\x01l\x94${Array.from({ length: 30 }, (_, i) => `(h${String.fromCharCode(i)}h${String.fromCharCode(i)}l\x94`).join('')}.`;
    expect(refusal(doubled)).toContain('expected each array once, found one value many times;');
    const wide = `(${'F1.5\n'.repeat(1000)}lq\x05(${'h\x05'.repeat(1000)}lq\x06(${'h\x06'.repeat(100)}l.`;
    expect(refusal(wide)).toContain('expected each array once');
    expect(refusal(']\x94h\0a.')).toMatch(/expected (?:each array once|arrays at most 32 deep)/);
    expect(refusal(`${']'.repeat(10_000)}${'a'.repeat(9_999)}.`)).toContain(
      'expected arrays at most 32 deep in lists, found deeper ones;',
    );
    const array = oldArray(
      [64, 32],
      Array.from({ length: 64 * 32 }, () => 1),
      false,
    );
    const state = `${array.slice(0, -1)}q\x02b`;
    const twin = 'cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(K\0tU\x01btRh\x02b';
    expect(refusal(`(${state}${twin.repeat(20)}t.`)).toContain('expected each array once');
  });

  test('arrays of other types, or with more or fewer bytes than they say', () => {
    const array = npyBytes({ descr: '<f4', shape: [2, 2], data: new Uint8Array(12) });
    expect(refusal(array)).toContain('expected 16 bytes after its header, found 12;');
    const complex = npyBytes({ descr: '<c8', shape: [2, 2], data: new Uint8Array(32) });
    expect(refusal(complex)).toContain('expected an array of floats, found another type;');
    const whole = npyBytes({ descr: '<i4', shape: [2, 2], data: new Uint8Array(16) });
    expect(refusal(whole)).toContain('found others (the whole);');
    const named = zipArchive([{ name: 'W.npy', content: array }]);
    expect(refusal(named)).toMatch(/^a\.pkl: W: expected 16 bytes/);
  });

  test('gzip that holds no more than a bomb', () => {
    expect(refusal(gzipSync(Buffer.alloc(2 ** 28 + 1)))).toContain(
      'found what cannot be unpacked to that; unpack it first',
    );
  });
});

test('mutated files give a sound network or an error of one line', () => {
  const scikit = bytesOf('../scikit/mlp-classifier.pkl');
  expectSoundReading(readNetworkFile, [scikit, ...readdirSync(folder).map(bytesOf)]);
});
