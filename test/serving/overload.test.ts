import { once } from 'node:events';
import { connect } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { DigitflowError } from '../../src/errors.js';
import { Metrics } from '../../src/serving/metrics.js';
import { Turn } from '../../src/serving/overload.js';
import { openServer } from '../../src/serving/server.js';
import type { Service } from '../../src/serving/service.js';
import { testPixels } from '../helpers/mnist.js';
import { pngOf } from '../helpers/png-files.js';
import { network } from '../helpers/scoring.js';
import { ask, exchange, head, json, responseOf, serving } from './serving.js';

const INFER = '/v2/models/sigmoid/infer';
const SAID = JSON.stringify({
  inputs: [{ name: 'pixels', shape: [1, 784], datatype: 'UINT8', parameters: { binary_data_size: 784 } }],
});
const BODY = Buffer.concat([Buffer.from(SAID), testPixels().subarray(0, 784)]);
const FIELDS = { 'inference-header-content-length': SAID.length, 'content-length': BODY.length };
const MIB = 2 ** 20;

/** Takes time, and a core. */
function work(ms: number): void {
  const [start, before] = [performance.now(), process.cpuUsage()];
  while (performance.now() - start < ms || process.cpuUsage(before).user < ms * 1000);
}

test('a turn that has lasted too long takes nothing more; the next one does', async () => {
  const turn = new Turn(5);
  for (let i = 0; i < 3; i++) {
    turn.check();
    work(6);
    expect(() => turn.check()).toThrow('more is asked for than can be answered; try again later');
    await nextTurn();
    await nextTurn();
  }
});

describe('work that takes longer than a turn may last', () => {
  const { port } = serving({ mostLagMs: 1 });

  test('is done for some of those who come together, and refused to the others', async () => {
    const picture = pngOf(new Uint8Array(300 * 300).fill(255, 20_000, 40_000), 300, 300);
    const seen = new Set<number>();
    while (seen.size < 2) {
      const replies = await Promise.all(
        Array.from({ length: 10 }, async () => ask(await port, 'POST', '/predict', picture)),
      );
      for (const reply of replies) {
        seen.add(reply.status);
        if (reply.status !== 200)
          expect(reply).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
      }
    }
  });
});

describe('who cannot be answered', () => {
  const full = () => {
    throw new DigitflowError('QUEUE_FULL', 'expected at most 1 images in line, found 1; try again later');
  };
  const model = { ...{ name: 'sigmoid', network, sha256: '' }, check: full, ask: () => Promise.reject() };
  const page = async () => '';
  const service: Service = {
    ...{ model, isReady: true, explain: page, page, report: page },
    rows: () => full(),
  };
  const server = openServer(service, new Metrics(), {
    ...{ host: '127.0.0.1', port: 0, mostConnections: 10, quiet: true, version: '0' },
    ...{ bodyBytes: MIB, allBodyBytes: MIB, mostLagMs: 60_000 },
    ...{
      idleMs: 0,
      deadlineMs: 1000,
      headTimeoutMs: 60_000,
      silenceMs: 60_000,
      bodyTimeoutMs: 60_000,
      explainMs: 60_000,
    },
  });
  afterAll(async () => (await server).end());

  test('is told so before they send a body', async () => {
    const socket = connect(Number(new URL((await server).url).port), '127.0.0.1');
    socket.write(head('POST', INFER, FIELDS));
    const [reply] = await once(socket, 'data');
    expect(responseOf(reply)).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
    socket.destroy();
  });
});

describe('who asks whether to send a body', () => {
  const { port } = serving({ bodyBytes: MIB });
  const expecting = { expect: '100-continue' };

  test.each([
    ['an inference', INFER, BODY, FIELDS],
    ['a picture', '/predict', pngOf(testPixels().subarray(0, 784)), {}],
  ])('is told to, and answered: %s', async (_, path, body, fields) => {
    const socket = connect(await port, '127.0.0.1');
    socket.write(head('POST', path, { ...fields, 'content-length': body.length, ...expecting }));
    const [first] = await once(socket, 'data');
    expect(first.toString()).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    socket.write(body);
    const [reply] = await once(socket, 'data');
    expect(responseOf(reply).status).toBe(200);
  });

  test('is told not to where it would be too large', async () => {
    const request = head('POST', INFER, { ...expecting, 'content-length': 2 * MIB });
    const { status, headers } = responseOf(await exchange(await port, request));
    expect({ status, connection: headers.connection }).toEqual({ status: 413, connection: 'close' });
  });
});

describe('bodies that were refused', () => {
  const { port } = serving({ bodyBytes: MIB });

  test('are let go, however many they are, and what follows on their connections is answered', async () => {
    const large = Buffer.alloc(3 * MIB);
    const replies = await Promise.all(
      Array.from({ length: 30 }, async () => {
        const first = head('POST', INFER, { connection: 'keep-alive', 'content-length': large.length });
        return exchange(await port, first, large, head('POST', INFER, FIELDS), BODY);
      }),
    );
    for (const bytes of replies) {
      const refused = responseOf(bytes);
      const length = Number(refused.headers['content-length']);
      const next = responseOf(refused.body.subarray(length));
      expect([refused.status, next.status]).toEqual([413, 200]);
      expect(json(next)).toMatchObject({ model_name: 'sigmoid' });
    }
  });
});
