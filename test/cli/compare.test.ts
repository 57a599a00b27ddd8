import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openModel } from '../../src/inputs/models/open-model.js';
import { writeOwnNetwork } from '../../src/network/formats/safetensors/network-file.js';
import { npyBytes } from '../formats/npy-bytes.js';
import { Cli, runCli } from '../helpers/cli.js';
import { digitsCsv } from '../helpers/digits-csv.js';
import { findOnnxRuntime, ONNXRUNTIME_FOLDER } from '../helpers/onnx-oracles.js';
import { runShared } from '../helpers/shared-cli.js';
import { tempFolder } from '../inputs/temp-folder.js';

const COUNT = 200;
const ort = findOnnxRuntime();

function folder() {
  const relu = writeOwnNetwork(openModel('relu').network);
  return tempFolder({
    'net.bin': relu,
    old: relu,
    'digits.csv': Buffer.from(digitsCsv({ count: COUNT })),
    'pointer.pt': Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n'),
    'array.npy': npyBytes({ descr: '|u1', shape: [1, 784], data: new Uint8Array(784) }),
    'text.pdf': Buffer.from('%PDF-1.4 x'),
  });
}

describe('digitflow compare', () => {
  test('answers in a sentence first, then in numbers and pictures; and ends well whichever is better', async () => {
    const { stdout, stderr, exitCode } = await runShared(['compare', 'sigmoid', 'relu']);
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    const [answer] = stdout.split('\n');
    expect(answer).toBe('relu is better by 1.13 points (0.78 to 1.48); p < 0.0001.');
    expect(stdout).toContain('9,540 both right, 101 only A, 214 only B, 145 both wrong');
    expect(stdout).toContain('Only B is right: 214 images');
    const turned = await runShared(['compare', 'relu', 'sigmoid', '--examples', '0']);
    expect(turned).toMatchObject({ exitCode: 0, stderr: '' });
    expect(turned.stdout.split('\n')[0]).toBe(answer);
    expect(turned.stdout).not.toContain('Only B is right');
  });

  test('knows networks by their content, and takes what follows for images', async () => {
    const cwd = await folder();
    const { stdout, exitCode } = await runShared(
      ['compare', 'net.bin', 'sigmoid', 'digits.csv', '--format', 'json', '-q'],
      { cwd },
    );
    expect(exitCode).toBe(0);
    const { schema, images, networks, data } = JSON.parse(stdout);
    expect({ schema, images, data: data.name }).toEqual({
      schema: 'digitflow.comparison/1',
      images: COUNT,
      data: 'digits.csv',
    });
    expect(networks.map(({ name }: { name: string }) => name)).toEqual(['net.bin', 'sigmoid']);
    const flagged = await runShared(
      ['compare', 'net.bin', 'sigmoid', '--images', 'digits.csv', '--format', 'json', '-q'],
      { cwd },
    );
    const pairsOf = (text: string) => JSON.parse(text).pairs;
    expect(pairsOf(flagged.stdout)).toEqual(pairsOf(stdout));
  });

  test('writes a page beside the text, in its language; or the page alone to stdout', async () => {
    const cwd = await folder();
    const args = ['compare', 'relu', 'sigmoid', 'digits.csv', '-q', '--lang', 'ja', '--out'];
    const beside = await runShared([...args, 'page.html'], { cwd });
    expect(beside).toMatchObject({ exitCode: 0, stderr: '' });
    expect(beside.stdout).toContain('両方正解');
    const page = await readFile(join(cwd, 'page.html'), 'utf8');
    expect(page).toContain('<html lang="ja">');
    expect(await runShared([...args, '-'], { cwd })).toEqual({ ...beside, stdout: page });
  });

  test('refuses to write the page over what it reads', async () => {
    const cwd = await folder();
    for (const [out, over] of [
      ['net.bin', 'net.bin'],
      ['digits.csv', 'digits.csv'],
    ]) {
      const { stderr, exitCode } = await runShared(
        ['compare', 'relu', 'net.bin', 'digits.csv', '-q', '-o', out],
        { cwd },
      );
      const message = `--out: expected another file than the input ${over}, found the same; give another path`;
      expect({ stderr, exitCode }).toEqual({ stderr: `digitflow: ${message}\n`, exitCode: 2 });
    }
  });

  test.each<[words: string, exitCode: number, message: string]>([
    ['', 2, 'expected two networks or more, found none; give sigmoid, relu, or files of networks'],
    ['relu', 2, 'expected two networks or more, found one, relu; give sigmoid, relu, or files of networks'],
    [
      'relu pointer.pt',
      2,
      'expected two networks or more, found one, relu, then pointer.pt, which is a Git LFS pointer in place of the file; run git lfs pull',
    ],
    [
      'relu array.npy',
      2,
      'expected two networks or more, found one, relu, then array.npy, which is a NumPy array; where it is a network, say the images with --images',
    ],
    [
      'relu digits.csv',
      2,
      'expected two networks or more, found one, relu, then digits.csv, which is rows of text; give sigmoid, relu, or files of networks',
    ],
    [
      'relu text.pdf digits.csv',
      2,
      'expected two networks or more, found one, relu, then text.pdf, which is a PDF document; give sigmoid, relu, or files of networks',
    ],
    [
      'digits.csv relu net.bin',
      2,
      'relu: expected networks before images, found this one after digits.csv, which is rows of text; give it before, or use --images',
    ],
    [
      'relu net.bin digits.csv digits.csv text.pdf',
      2,
      'text.pdf: expected networks, then images and their labels (digits.csv, digits.csv), found a PDF document; leave it out, or give what is a network first',
    ],
    [
      'relu sigmiod',
      66,
      'sigmiod: expected a network (sigmoid, relu, or a file), or a file of images, found no such file; check the name',
    ],
    [
      'relu digits.csv --images digits.csv',
      2,
      'digits.csv: expected a network, as --images is given, found rows of text; give networks alone',
    ],
    [
      'relu net.bin --activations relu,relu,softmax',
      2,
      '--activations: expected a network whose file does not say it, found files that say all of themselves alone; leave it out',
    ],
    [
      'relu net.bin --runtime onnxruntime',
      2,
      '--runtime: expected an ONNX file, found other networks alone; leave it out',
    ],
  ])('%s', async (words, exitCode, message) => {
    const cwd = await folder();
    const result = await runShared(['compare', ...words.split(' ').filter((word) => word !== '')], { cwd });
    expect(result).toMatchObject({ stdout: '', stderr: `digitflow: ${message}\n`, exitCode });
  });

  test('says of a network that pixels were turned for it alone', async () => {
    const { network } = openModel('relu');
    const turned = { ...network, normalization: { ...network.normalization, transposed: true } };
    const cwd = await tempFolder({
      'turned.bin': writeOwnNetwork(turned),
      'digits.csv': Buffer.from(digitsCsv({ count: COUNT })),
    });
    const { stderr } = await runShared(['compare', 'sigmoid', 'turned.bin', 'digits.csv', '-f', 'csv'], {
      cwd,
    });
    expect(stderr).toMatch(
      /^digitflow: turned\.bin: pixels turned for it, --transpose no: the network reads /m,
    );
  });

  test('says what to do in place of --model', async () => {
    const { stderr, exitCode } = await runShared(['compare', 'sigmoid', '--model', 'relu']);
    const message =
      "unknown option '--model': give networks alone, before the images; see digitflow compare --help";
    expect({ stderr, exitCode }).toEqual({ stderr: `digitflow: ${message}\n`, exitCode: 2 });
  });

  test.skipIf(ort === null)(
    'runs by ONNX Runtime what is no dense network, beside one that we run',
    async () => {
      const model = join(import.meta.dirname, '../fixtures/networks/onnx/digits-cnn.onnx');
      const args = ['-q', '--limit', '500', '--runtime', 'onnxruntime', '--format', 'json'];
      const env = { NODE_PATH: ONNXRUNTIME_FOLDER };
      const { stdout, stderr } = await runCli(['compare', 'relu', model, ...args], { env });
      expect(stderr).toBe('');
      const { networks } = JSON.parse(stdout);
      const alone = await runCli(['evaluate', '--model', model, ...args], { env });
      const { correct } = JSON.parse(alone.stdout);
      expect(networks[1]).toMatchObject({ correct, model: { runtime: 'onnxruntime' } });
      expect(networks[0].model.runtime).toBeUndefined();
    },
  );

  test('compares what was read until Ctrl-C, says so, and ends with 130', async () => {
    const cli = new Cli(['compare', 'sigmoid', 'relu', '-', '--workers', '0'], { stdin: 'pipe' });
    const rows = digitsCsv({ count: 400 });
    await cli.send(Buffer.from(rows));
    await cli.said('label column');
    cli.signal('SIGINT');
    await cli.said('interrupted; finishing what was read');
    cli.stdin.end();
    const { stdout, exitCode } = await cli.ended;
    expect(exitCode).toBe(130);
    expect(stdout).toContain('Partial: the input was not read to its end');
  });
});
