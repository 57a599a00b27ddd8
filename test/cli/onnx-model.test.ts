import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openModel } from '../../src/index.js';
import { writeNetworkFile } from '../../src/network/formats/onnx/write-onnx.js';
import { runShared } from '../helpers/shared-cli.js';
import { tempFolder } from '../inputs/temp-folder.js';

const fixtures = join(import.meta.dirname, '../fixtures/networks/onnx');
const fixture = (name: string) => readFileSync(join(fixtures, name));
const FILES = {
  'relu.onnx': writeNetworkFile(openModel('relu').network),
  'conv.onnx': fixture('torch-conv.onnx'),
  'external.onnx': fixture('external.onnx'),
  'cut.onnx': writeNetworkFile(openModel('relu').network).subarray(0, 30_000),
};
const run = async (line: string) => runShared(line.split(' '), { cwd: await tempFolder(FILES) });

describe('an ONNX file', () => {
  test('of ours is evaluated as the network that it was made of', async () => {
    const options = '--format json --workers 0';
    const [own, onnx] = await Promise.all([
      run(`evaluate --model relu ${options}`),
      run(`evaluate --model relu.onnx ${options}`),
    ]);
    const [expected, found] = [own, onnx].map(({ stdout }) => JSON.parse(stdout));
    expect(found.confusion).toEqual(expected.confusion);
    expect(found.images).toBe(10_000);
    expect(found.loss).toEqual(expected.loss);
    expect(found.model.found).toMatchObject({ title: 'ONNX', guesses: [] });
    expect(onnx.exitCode).toBe(0);
  });

  test.each([
    [
      'conv.onnx',
      65,
      'digitflow: conv.onnx: expected a network of dense layers, found a convolutional network (Conv at node 1',
    ],
    [
      'external.onnx',
      66,
      'digitflow: external.onnx: it needs "external.onnx.data" beside it, which is not there; get that file too\n',
    ],
    ['cut.onnx', 65, 'digitflow: cut.onnx: expected an ONNX file, found 30000 bytes that end within it'],
  ])('that is none of ours is refused: %s', async (name, code, words) => {
    const { stdout, stderr, exitCode } = await run(`evaluate --model ${name}`);
    expect(stderr).toContain(words);
    expect([exitCode, stdout, stderr.trimEnd().split('\n').length]).toEqual([code, '', 1]);
  });
});
