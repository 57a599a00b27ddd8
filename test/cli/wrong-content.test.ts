import { execFile, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readlinkSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { PNG } from 'pngjs';
import { describe, expect, test } from 'vitest';
import { openModel } from '../../src/inputs/models/open-model.js';
import { writeOwnNetwork } from '../../src/network/formats/safetensors/network-file.js';
import { Cli } from '../helpers/cli.js';
import { digitsCsv } from '../helpers/digits-csv.js';
import { runShared } from '../helpers/shared-cli.js';
import { imagesIdx, labelsIdx } from '../inputs/idx-bytes.js';
import { tempFolder } from '../inputs/temp-folder.js';
import { zipArchive } from '../inputs/zip-archive.js';

const NETWORK = writeOwnNetwork(openModel('sigmoid').network);
const TORCH = zipArchive([{ name: 'archive/data.pkl', content: Buffer.from('pickle') }]);
const FILES = {
  'images-idx3-ubyte': imagesIdx(3, 28, 28),
  'labels-idx1-ubyte': labelsIdx([7, 2, 1]),
  'rows.csv': Buffer.from(digitsCsv({ count: 3 })),
  'digit.png': PNG.sync.write(new PNG({ width: 28, height: 28 })),
  'a.safetensors': NETWORK,
  'a.pt': TORCH,
  'a.gz': gzipSync(NETWORK),
  'a.npz': zipArchive([{ name: 'x.npy', content: Buffer.from('array') }]),
  'pointer.csv': Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n'),
};

/** Runs the program among the files; it has to fail with one line. Returns the line, and the exit code. */
async function failing(line: string): Promise<{ readonly said: string; readonly exitCode: number | null }> {
  const cwd = await tempFolder(FILES);
  const { stdout, stderr, exitCode } = await runShared([...line.split(' '), '--quiet'], { cwd });
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^digitflow: [^\n]+\n$/);
  return { said: stderr.slice('digitflow: '.length, -1), exitCode };
}

describe('whatever a file is given as, it is named by what it is:', () => {
  const GIVE_IMAGES = 'give images here, and a network with --model';
  const GIVE_NETWORK = 'give sigmoid, relu, or the path of a file';
  const LFS = 'found a Git LFS pointer in place of the file; run git lfs pull';
  test.each<[line: string, words: string, exitCode?: number]>([
    [
      'evaluate a.safetensors',
      `a.safetensors: expected images as IDX, NumPy, pictures or CSV, found a network in safetensors; ${GIVE_IMAGES}`,
    ],
    ['score a.pt', `found a PyTorch file; ${GIVE_IMAGES}`],
    ['train --images a.pt --out f', `found a PyTorch file; ${GIVE_IMAGES}`],
    ['look network --images a.pt', `found a PyTorch file; ${GIVE_IMAGES}`],
    ['report a.pt -o f', `found a PyTorch file; ${GIVE_IMAGES}`],
    ['evaluate pointer.csv', LFS],
    ['evaluate images-idx3-ubyte pointer.csv', LFS],
    ['evaluate --model pointer.csv', LFS],
    ['train --resume pointer.csv --out f', LFS],
    ['look digit pointer.csv', LFS],
    ['look detector --mask pointer.csv', LFS],
    [
      'evaluate images-idx3-ubyte a.safetensors',
      'a.safetensors: expected labels as IDX or NumPy, found a network in safetensors; give the class',
    ],
    [
      'evaluate images-idx3-ubyte a.npz',
      'a.npz: expected labels as an array of their own (.npy), found an archive (.npz)',
    ],
    [
      'evaluate rows.csv labels-idx1-ubyte',
      'rows.csv: expected images as IDX, NumPy or pictures beside a file of labels, found CSV',
      2,
    ],
    [
      'evaluate --model images-idx3-ubyte',
      `images-idx3-ubyte: expected a network, found an IDX file; ${GIVE_NETWORK}, and images`,
    ],
    [
      'evaluate --model rows.csv',
      `rows.csv: expected a network, found rows of text; ${GIVE_NETWORK}, and images before it`,
    ],
    [
      'score rows.csv --model digit.png',
      `digit.png: expected a network, found a PNG picture; ${GIVE_NETWORK}`,
    ],
    [
      'look network --model a.pt',
      'a.pt: byte 1 of the pickle: expected a line, found no end of it; the file is damaged',
    ],
    ['evaluate --model a.gz', 'a.gz: expected a network, found gzip; unpack it first'],
    [
      'train --resume a.safetensors --out f',
      'a.safetensors: expected digitflow.checkpoint/1, found a network',
    ],
    ['train --resume rows.csv --out f', 'found rows of text; give the file that train --checkpoint wrote'],
    [
      'look digit rows.csv',
      "rows.csv: expected a PNG or JPEG, found rows of text; give a record's number, and this file with --images",
    ],
    ['look digit a.safetensors', "found a network in safetensors; give a picture, or a record's number"],
    [
      'look detector --mask a.safetensors',
      'a.safetensors: expected a drawing in text, or a PNG, found a network in safetensors; draw',
    ],
    [
      'evaluate --model .',
      '.: expected a network, found a folder; give the file in it: a.pt, a.safetensors',
      66,
    ],
  ])('%s', async (line, words, code = 65) => {
    const { said, exitCode } = await failing(line);
    expect(said).toContain(words);
    expect(exitCode).toBe(code);
  });

  test.each<[line: string, url: string]>([
    ['evaluate ftp://example.org/x.csv', 'ftp://example.org/x.csv'],
    [
      'train --resume https://huggingface.co/a/b/blob/main/c.safetensors --out f',
      'https://huggingface.co/a/b/resolve/main/c.safetensors',
    ],
    ['look detector --mask https://github.com/a/b/blob/main/7.png', 'https://github.com/a/b/raw/main/7.png'],
  ])('what is to be a file is to be fetched first: %s', async (line, url) => {
    const { said, exitCode } = await failing(line);
    expect(said).toContain(`expected a path, found a URL; fetch it first, with curl -LO '${url}'`);
    expect(exitCode).toBe(66);
  });

  test('a query of a URL, which may be a secret, is not told', async () => {
    const { said, exitCode } = await failing('train --resume https://example.org/x?secret --out f');
    expect(said).toContain('https://example.org/x: expected a path, found a URL; fetch it first, and give');
    expect(said).not.toContain('secret');
    expect(exitCode).toBe(66);
    const network = await failing('evaluate --model http://127.0.0.1:1/x?secret');
    expect(network.said).toContain('http://127.0.0.1:1/x: ');
    expect(network.said).not.toContain('secret');
  });
});

describe('what has no end is looked at, and left:', () => {
  test.each([
    'evaluate --model /dev/zero',
    'score rows.csv --model /dev/zero',
    'train --resume /dev/zero --out f',
    'look digit /dev/zero',
    'look detector --mask /dev/zero',
    'evaluate /dev/zero',
  ])('%s', async (line) => {
    const { said, exitCode } = await failing(line);
    expect(said).toMatch(/^\/dev\/zero: expected .* found nothing but zeros; /);
    expect(exitCode).toBe(65);
  });

  test('a picture that does not end', async () => {
    const cwd = await tempFolder(FILES);
    execFileSync('mkfifo', ['pipe'], { cwd });
    const writing = once(execFile('sh', ['-c', 'cat digit.png /dev/zero > pipe'], { cwd }), 'exit');
    const { stdout, stderr, exitCode } = await runShared(['look', 'digit', 'pipe'], { cwd });
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 });
    expect(stderr).toBe(
      'digitflow: pipe: expected a PNG or JPEG of at most 64 MiB, found more; give a smaller one\n',
    );
    await writing;
  });
});

describe('a network from a pipe', () => {
  const pipeIn = async () => {
    const cwd = await tempFolder({ ...FILES, 'rows.csv': Buffer.from(digitsCsv({ count: 3 })) });
    execFileSync('mkfifo', ['pipe'], { cwd });
    return cwd;
  };

  test.each(['evaluate rows.csv', 'score rows.csv', 'look network -n 10'])('is read: %s', async (line) => {
    const cwd = await pipeIn();
    const args = [...line.split(' '), '--format', 'json', '--quiet', '--model'];
    const usual = line.startsWith('score') ? ['score', 'rows.csv', '--quiet', '--model'] : args;
    const running = runShared([...usual, 'pipe'], { cwd });
    await promisify(execFile)('sh', ['-c', 'cat a.safetensors > pipe'], { cwd });
    const { stdout, stderr, exitCode } = await running;
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    const plain = (text: string) => text.replace(/"(?:name|seconds|imagesPerSecond)": .*/g, '');
    expect(plain(stdout)).toBe(plain((await runShared([...usual, 'a.safetensors'], { cwd })).stdout));
  });

  test
    .runIf(process.platform === 'linux')
    .each([
      'evaluate --model pipe',
      'score rows.csv --model pipe',
      'report --model pipe -o f',
      'train --resume pipe --out f',
      'evaluate pipe',
    ])('that nobody writes to is left at the first Ctrl-C: %s', async (line) => {
    const cwd = await pipeIn();
    const cli = new Cli([...line.split(' '), '--quiet'], { cwd });
    const opened = () => {
      const folder = `/proc/${cli.pid}/fd`;
      return readdirSync(folder).map((fd) => readlink(join(folder, fd)));
    };
    await expect.poll(opened).toContain(join(realpathSync(cwd), 'pipe'));
    cli.signal('SIGINT');
    expect(await cli.ended).toEqual({ stdout: '', stderr: '', exitCode: 130, signal: null });
  });
});

/** What a descriptor stands for; it may have gone meanwhile. */
function readlink(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
