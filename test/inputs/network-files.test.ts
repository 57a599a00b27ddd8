import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readNetwork, writeNetwork } from '../../src/entries/network-api.js';
import { loadModel, openModel } from '../../src/index.js';
import { type Tensor, writeSafetensors } from '../../src/network/formats/safetensors/safetensors.js';
import { tempFile, tempFolder } from './temp-folder.js';

const { network } = openModel('relu');

function asTorch(): Uint8Array {
  const tensors = new Map<string, Tensor>();
  for (const [l, { weights, biases, inputs, outputs }] of network.layers.entries()) {
    tensors.set(`net.${2 * l}.weight`, { shape: [outputs, inputs], values: weights });
    tensors.set(`net.${2 * l}.bias`, { shape: [outputs], values: biases });
  }
  return writeSafetensors({ tensors, metadata: new Map() });
}

describe('readNetwork', () => {
  test('reads bytes, a path, a file URL and what a server has, alike', async () => {
    const bytes = asTorch();
    const path = await tempFile(bytes, 'net.safetensors');
    const server = createServer((_, response) => response.end(bytes)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const { port } = server.address() as AddressInfo;
      const web = new URL(`http://127.0.0.1:${port}/net.safetensors`);
      for (const source of [bytes, path, pathToFileURL(path), web]) {
        const read = await readNetwork(source);
        expect(read.network).toEqual({ ...network, provenance: {} });
        expect(read.found?.title).toBe('safetensors');
      }
      expect((await loadModel(`${web}?key=secret`)).name).toBe(web.href);
    } finally {
      server.close();
    }
  });

  test('gives back what writeNetwork wrote, which needs nothing found', async () => {
    const bytes = await writeNetwork(network);
    expect(await readNetwork(bytes)).toEqual({ network, found: null });
  });

  test('names what it was given in an error', async () => {
    await expect(readNetwork(Buffer.from('1,2,3,4,5\n'))).rejects.toThrow(
      'the network: expected a network, found rows of text',
    );
    await expect(readNetwork(new Uint8Array(), { name: 'mine' })).rejects.toThrow('mine: expected a network');
    await expect(readNetwork(asTorch(), { activations: ['relu'] })).rejects.toThrow(
      'the network: expected 3 activations',
    );
  });

  test('ends when its signal is aborted', async () => {
    const reason = new Error('enough');
    await expect(readNetwork(asTorch(), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

test('writeNetwork refuses a format that is not written', async () => {
  await expect(writeNetwork(network, 'keras')).rejects.toThrow(
    /^format: expected one of .*safetensors.*, found keras/,
  );
});

test('a network is another one where only the weights beside its file are others', async () => {
  const fixture = (name: string) =>
    readFileSync(join(import.meta.dirname, '../fixtures/networks/onnx', name));
  const [graph, data] = [fixture('external.onnx'), fixture('external.onnx.data')];
  const folder = await tempFolder({ 'external.onnx': graph, 'external.onnx.data': data });
  const first = await loadModel(join(folder, 'external.onnx'));
  // As `cat external.onnx external.onnx.data | sha256sum` says.
  expect(first.sha256).toBe(createHash('sha256').update(graph).update(data).digest('hex'));
  // The sign of one weight.
  data[3] ^= 0x80;
  await writeFile(join(folder, 'external.onnx.data'), data);
  const second = await loadModel(join(folder, 'external.onnx'));
  expect(second.network.layers).not.toEqual(first.network.layers);
  expect(second.sha256).not.toBe(first.sha256);
});

test('what lies beside a network is not taken from another folder, by a link or by a file of bytes alone', async () => {
  const fixture = (name: string) =>
    readFileSync(join(import.meta.dirname, '../fixtures/networks/onnx', name));
  const graph = fixture('external.onnx');
  const folder = await tempFolder({ 'external.onnx.data': fixture('external.onnx.data') });
  const own = join(folder, 'own');
  await mkdir(own);
  await writeFile(join(own, 'external.onnx'), graph);
  await symlink(join(folder, 'external.onnx.data'), join(own, 'external.onnx.data'));
  await expect(loadModel(join(own, 'external.onnx'))).rejects.toMatchObject({
    code: 'NETWORK_FILE',
    message: expect.stringMatching(/: expected files in its own folder, found "external\.onnx\.data"; /),
  });
  await expect(readNetwork(graph)).rejects.toThrow(
    'the network: expected all of the network in one file, found "external.onnx.data"; give the path of the file',
  );
});
