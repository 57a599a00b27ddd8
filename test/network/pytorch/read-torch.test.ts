import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { contentOf } from '../../../src/formats/recognize.js';
import { readNetworkFile } from '../../../src/network/formats/pytorch/torch-network.js';
import { unzip } from '../../../src/network/formats/unzip.js';
import { type ZipMember, zipArchive } from '../../inputs/zip-archive.js';
import { caught } from '../bytes.js';
import { FILE_HOST } from '../formats/file-host.js';
import { expectSoundReading } from '../formats/mutated-files.js';
import { expectSmallNetwork } from '../formats/small-network.js';
import { runFound } from '../onnx/run-found.js';

const folder = join(import.meta.dirname, '../../fixtures/networks/pytorch');
const bytesOf = (name: string) => readFileSync(join(folder, `${name}.pt`));
const read = (bytes: Uint8Array) => readNetworkFile(bytes, 'a.pt', FILE_HOST);
const open = (name: string) => read(bytesOf(name));
const activationsOf = (name: string) => open(name).layers.map(({ activation }) => activation);

function refusal(bytes: Uint8Array): string {
  const { code, message } = caught(() => read(bytes));
  expect(['NETWORK_FILE', 'ZIP_BROKEN']).toContain(code);
  expect(message).toMatch(/^a\.pt[^\n]*: expected [^\n]+, found [^\n]+; [^\n]+$/);
  return message;
}

const REFUSED = ['torchscript', 'two-activations', 'gelu', 'convolutional', 'two-networks', 'quantized'];

describe('files that PyTorch writes', () => {
  const names = readdirSync(folder)
    .filter((file) => file.endsWith('.pt'))
    .map((file) => file.slice(0, -'.pt'.length));

  test.each(names.filter((name) => ![...REFUSED, 'batch-norm'].includes(name)))(
    '%s has the very weights',
    (name) => {
      const found = open(name);
      expectSmallNetwork(found);
      expect(found).toMatchObject({ image: null, normalization: null, rescaling: null, classes: null });
      expect(contentOf(bytesOf(name)).network).toBe('pytorch');
    },
  );

  test('a state dict says neither activations nor more', () => {
    expect(open('state-dict')).toMatchObject({ title: 'a PyTorch state dict', notes: [] });
    expect(activationsOf('state-dict')).toEqual([null, null]);
    expect(open('parameters').title).toBe('a PyTorch list of parameters');
  });

  test.each(['checkpoint', 'checkpoint-legacy'])(
    'of a %s the network is taken, not what the optimizer keeps',
    (name) => {
      expect(open(name)).toMatchObject({ title: 'a PyTorch checkpoint', notes: ['took "model_state_dict"'] });
    },
  );

  test('a module in a row says its activations; one of a class of its own, none of what that class does', () => {
    for (const name of ['sequential', 'sequential-legacy']) {
      expect(activationsOf(name)).toEqual(['relu', 'softmax']);
      expect(open(name)).toMatchObject({ title: 'a PyTorch module', notes: ['read LogSoftmax as softmax'] });
    }
    expect(activationsOf('logits')).toEqual(['tanh', null]);
    expect(activationsOf('stack')).toEqual(['relu', null]);
    expect(activationsOf('module')).toEqual([null, null]);
    expect(activationsOf('strange-activation')).toEqual([null, null]);
  });

  test('BatchNorm is folded into the layers beside it, by its own epsilon', () => {
    const { images, outputs } = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as {
      images: number[][];
      outputs: number[][];
    };
    const found = open('batch-norm');
    expect(found.notes.length).toBe(3);
    for (const [i, image] of images.entries()) {
      expect(runFound(found, image)).toEqual(outputs[i].map((value) => expect.closeTo(value, 5)));
    }
  });
});

describe('refuses by name', () => {
  test.each([
    ['torchscript', 'found TorchScript; it holds a program, which is never run: save model.state_dict()'],
    ['gelu', 'found another layer or activation (GELU at "1"); digitflow runs dense layers only:'],
    ['convolutional', 'found a convolutional network (Conv2d at "0"); digitflow runs dense layers only:'],
    [
      'two-activations',
      'module "2": expected each activation right after a Linear or its BatchNorm, found Softmax',
    ],
    ['two-networks', 'expected one network, found 2: "state_dict", "ema_state_dict"; save one of them alone'],
    ['quantized', 'tensor "weight": expected floats, found whole numbers ([4,8]); save the network before'],
  ])('%s', (name, words) => {
    expect(refusal(bytesOf(name))).toContain(words);
  });
});

/** The files of `state-dict.pt`, with others in their place. */
function archiveWith(changes: Readonly<Record<string, Uint8Array | null>>): Buffer {
  const files = unzip(bytesOf('state-dict'), 'a.pt', FILE_HOST.inflate);
  const members = new Map(Array.from(files, ([name, content]) => [name, content()]));
  for (const [name, content] of Object.entries(changes)) {
    if (content === null) members.delete(`state-dict/${name}`);
    else members.set(`state-dict/${name}`, content);
  }
  return zipArchive(Array.from(members, ([name, content]): ZipMember => ({ name, content, method: 0 })));
}

/** A pickle of a tensor `w`, as text, of a storage of 512 floats that the archive has. */
function tensorPickle(
  offset: string,
  size: string,
  stride: string,
  storage = 'torch\nFloatStorage\n',
  count = 'M\x80\0',
) {
  const id = `(U\x07storagec${storage}U\x010U\x03cpu${count}tQ`;
  const tensor = `ctorch._utils\n_rebuild_tensor_v2\n(${id}${offset}(${size}t(${stride}t\x89NtR`;
  return Buffer.from(`\x80\x02}U\x01w${tensor}s.`, 'latin1');
}
const K = (number: number) => `K${String.fromCharCode(number)}`;

describe('refuses', () => {
  const withTensor = (...given: Parameters<typeof tensorPickle>) =>
    archiveWith({ 'data.pkl': tensorPickle(...given) });

  test('takes the tensor that the others change', () => {
    const { layers } = read(withTensor(K(0), K(8) + K(16), K(16) + K(1)));
    expect(layers).toEqual([expect.objectContaining({ rows: 8, columns: 16, biases: null })]);
  });

  test.each([
    [
      'views that end after their storage',
      [K(1), K(8) + K(16), K(16) + K(1)],
      'expected a view of 128 numbers, found [8,16] by strides [16,1] from 1;',
    ],
    ['strides that lead out of it', [K(0), K(8) + K(16), K(17) + K(1)], 'by strides [17,1] from 0;'],
    [
      'a size beyond all numbers',
      [K(0), 'J\xff\xff\xff\x7fJ\xff\xff\xff\x7f', K(0) + K(0)],
      'found [2147483647,2147483647]',
    ],
    [
      'one number named more often than the file has bytes',
      [K(0), 'M\xff\xffK\x10', K(0) + K(0)],
      'found [65535,16] by strides [0,0]',
    ],
    [
      'a negative stride',
      [K(0), K(8) + K(16), `J\xff\xff\xff\xff${K(1)}`],
      'expected a storage, an offset, sizes and strides',
    ],
    [
      'fewer strides than sizes',
      [K(0), K(8) + K(16), K(1)],
      'expected a storage, an offset, sizes and strides',
    ],
    [
      'a storage of another length',
      [K(0), K(8) + K(16), K(16) + K(1), undefined, 'M\x81\0'],
      'expected 516 bytes of storage "0", found 512;',
    ],
    [
      'a storage of another type',
      [K(0), K(8) + K(16), K(16) + K(1), 'torch\nQInt8Storage\n'],
      'expected a storage of floats, found torch.QInt8Storage;',
    ],
  ] as [string, Parameters<typeof tensorPickle>, string][])('%s', (_, given, words) => {
    expect(refusal(withTensor(...given))).toContain(words);
  });

  test('what is not there, or another thing', () => {
    expect(refusal(archiveWith({ 'data/0': null }))).toContain(
      'expected 512 bytes of storage "0", found none;',
    );
    expect(refusal(archiveWith({ 'data.pkl': null }))).toContain(
      'expected an archive with one NAME/data.pkl, found',
    );
    expect(refusal(archiveWith({ byteorder: Buffer.from('both') }))).toContain(
      'byteorder: expected little or big, found "both";',
    );
    const hostile = Buffer.from("cposix\nsystem\n(S'touch x'\ntR.");
    expect(refusal(archiveWith({ 'data.pkl': hostile }))).toContain(
      'expected a state dict, or a checkpoint that holds one, found none;',
    );
    expect(refusal(Buffer.from('\x80\x02K\x01.K\x02.', 'latin1'))).toContain(
      'expected a file of torch.save, found another pickle;',
    );
    const sparse = Buffer.from('}U\x01wctorch._utils\n_rebuild_sparse_tensor\n)Rs.', 'latin1');
    expect(refusal(archiveWith({ 'data.pkl': sparse }))).toContain(
      'expected a dense tensor of floats, found torch._utils._rebuild_sparse_tensor;',
    );
  });

  test('more state dicts than a checkpoint has', () => {
    const one = tensorPickle(K(0), K(8) + K(16), K(16) + K(1))
      .toString('latin1', 2)
      .slice(0, -1);
    const many = Buffer.from(`(${one.repeat(70)}t.`, 'latin1');
    expect(refusal(archiveWith({ 'data.pkl': many }))).toContain(
      'expected at most 64 state dicts, found more;',
    );
  });

  test('values that hold one another, any number of times', () => {
    const bomb = `(K\x01lq\0${Array.from({ length: 60 }, (_, i) => `(h${String.fromCharCode(i)}h${String.fromCharCode(i)}lq${String.fromCharCode(i + 1)}`).join('')}.`;
    for (const text of [bomb, '}q\0U\x01ah\0s.', `${']'.repeat(10_000)}${'a'.repeat(9_999)}.`]) {
      expect(refusal(archiveWith({ 'data.pkl': Buffer.from(text, 'latin1') }))).toContain('found none;');
    }
  });

  test.each([10, 30, 300, 600, 700, 1433])('a legacy file that is cut off after %i bytes', (length) => {
    const whole = bytesOf('state-dict-legacy');
    expect(whole.length).toBe(1434);
    refusal(whole.subarray(0, length));
    expect(refusal(Buffer.concat([whole, Buffer.from('x')]))).toContain(
      'expected an end after the last storage, found 1 bytes more;',
    );
  });
});

test('numbers are read in the order of bytes that the archive says', () => {
  const files = unzip(bytesOf('state-dict'), 'a.pt', FILE_HOST.inflate);
  const swapped = [0, 1, 2, 3].map((key): [string, Uint8Array] => [
    `data/${key}`,
    Buffer.from(files.get(`state-dict/data/${key}`)?.() ?? []).swap32(),
  ]);
  expectSmallNetwork(read(archiveWith({ ...Object.fromEntries(swapped), byteorder: Buffer.from('big') })));
});

describe('mutated files give a sound network or an error of one line', () => {
  const files = readdirSync(folder).filter((file) => file.endsWith('.pt'));
  const whole = files.map((file) => readFileSync(join(folder, file)));

  test('archives, and the legacy format', () => {
    expectSoundReading(readNetworkFile, whole);
  });

  test('the pickle in an archive, of which the CRC-32 is right', () => {
    const pickles = whole.flatMap((bytes) => (bytes[0] === 0x50 ? [pickleOf(bytes)] : []));
    expectSoundReading((bytes, ...rest) => {
      return readNetworkFile(archiveWith({ 'data.pkl': bytes }), ...rest);
    }, pickles);
  });
});

function pickleOf(bytes: Uint8Array): Buffer {
  const files = unzip(bytes, 'a.pt', FILE_HOST.inflate);
  const name = [...files.keys()].find((file) => file.endsWith('/data.pkl')) ?? '';
  return Buffer.from(files.get(name)?.() ?? []);
}
