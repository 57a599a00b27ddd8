import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, test, vi } from 'vitest';
import { writeOwnNetwork } from '../../src/network/formats/safetensors/network-file.js';
import { testPixels } from '../helpers/mnist.js';
import { pngOf } from '../helpers/png-files.js';
import { randomNetwork } from '../helpers/random-network.js';
import { tempFile } from '../inputs/temp-folder.js';
import { ask, head, json, responseOf, serving } from './serving.js';

const PNG = pngOf(testPixels().subarray(0, 784));
const REQUEST = Buffer.concat([Buffer.from(head('POST', '/explain', { 'content-length': PNG.length })), PNG]);
const SOON = { timeout: 60_000 } as const;
/** Hours' work. */
const model = await tempFile(
  writeOwnNetwork(
    randomNetwork({
      ...{ seed: 1, height: 28, width: 28 },
      outputs: [1000, 1000, 10],
      hidden: 'relu',
      last: 'softmax',
    }),
  ),
  'large.safetensors',
);

async function asking(port: number) {
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  socket.write(REQUEST);
  await once(socket, 'connect');
  return socket;
}

describe('a network that is large to explain', () => {
  const { port } = serving({ model, explainMs: 1e9 });
  const explaining = async () => {
    const text = (await ask(await port, 'GET', '/metrics')).body.toString();
    return Number(/^digitflow_explaining (\d+)$/m.exec(text)?.[1]);
  };

  test('holds up nobody else; few may wait, and who leaves frees their place', async () => {
    for (let round = 0; round < 2; round++) {
      const sockets = [];
      for (let i = 0; i < 5; i++) {
        sockets.push(await asking(await port));
        // Requests are answered meanwhile.
        await vi.waitUntil(async () => (await explaining()) === i + 1, SOON);
      }
      expect((await ask(await port, 'POST', '/predict', PNG)).status).toBe(200);
      const refused = await ask(await port, 'POST', '/explain', PNG);
      expect(refused).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
      expect(json(refused)).toEqual({ error: '4 images wait to be explained; try again later' });
      for (const socket of sockets) socket.resetAndDestroy();
      await vi.waitUntil(async () => (await explaining()) === 0, SOON);
    }
  });
});

describe('a network that is too large to explain', () => {
  const { port } = serving({ model, explainMs: 50 });

  test('is told to be; the next one has its turn', async () => {
    const sockets = await Promise.all([1, 2, 3].map(async () => asking(await port)));
    for (const socket of sockets) {
      const response = responseOf((await once(socket, 'data'))[0]);
      expect({ status: response.status, said: json(response) }).toEqual({
        status: 501,
        said: {
          error:
            'expected to explain the network within 0.05 s, found it too large; use "digitflow look digit --why"',
        },
      });
    }
  });
});
