import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { fastify } from 'fastify';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { scoreStream } from '../../pipelines/score-stream.js';
import { addExplain } from '../../src/serving/explain/explain-route.js';
import { addImages } from '../../src/serving/image-routes.js';
import { Metrics } from '../../src/serving/metrics.js';
import { Bodies } from '../../src/serving/read-body.js';
import { Routes } from '../../src/serving/routes.js';
import { openServer } from '../../src/serving/server.js';
import type { Service } from '../../src/serving/service.js';
import { digitsCsv } from '../helpers/digits-csv.js';
import { testPixels } from '../helpers/mnist.js';
import { pngOf } from '../helpers/png-files.js';
import { network } from '../helpers/scoring.js';
import { ask, head, sendAndEnd, serving, statusesOf } from './serving.js';

const CSV = digitsCsv({ count: 20 });
const PNG = pngOf(testPixels().subarray(0, 784));
const SOON = { timeout: 60_000 } as const;
const LIMITS = {
  bodyBytes: 2 ** 20,
  allBodyBytes: 2 ** 22,
  bodyTimeoutMs: 60_000,
  mostLagMs: 60_000,
} as const;
/** More than all streams that may be open at a time. */
const MANY = 6;

/** A service of which rows alone are wanted. */
function serviceOf(rows: Service['rows']): Service {
  const model = {
    ...{ name: 'sigmoid', network, sha256: '' },
    check: () => {},
    ask: () => Promise.reject(new Error('not asked')),
  };
  const page = async () => '';
  return { ...{ model, isReady: true, rows, explain: page }, page, report: page };
}

async function sentTo(port: number, ...parts: readonly (string | Uint8Array)[]): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  for (const part of parts) socket.write(part);
  await once(socket, 'connect');
  return socket;
}

describe('who has left before they are heard holds nothing', () => {
  const app = fastify();
  const bodies = new Bodies(LIMITS);
  const routes = new Routes(app);
  let waiting = 0;
  let heard = 0;
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
  app.addHook('preHandler', async ({ headers }, reply) => {
    if (headers['x-late'] === undefined) return;
    waiting++;
    await new Promise<void>((resolve) => reply.raw.once('close', resolve));
    heard++;
  });
  const service = serviceOf(() => scoreStream({ output: 'ndjson', workers: 0 }));
  addImages(routes, service, bodies, LIMITS.bodyTimeoutMs);
  addExplain(routes, service, bodies, { metrics: new Metrics(), explainMs: 60_000 });
  const port = app.listen({ port: 0, host: '127.0.0.1' }).then((url) => Number(new URL(url).port));
  afterAll(() => app.close());

  test.each([
    ['nothing of their rows had come', '/predict', ''],
    ['some of their rows had come', '/predict', CSV.slice(0, 100)],
    ['some of their picture had come', '/predict', PNG.subarray(0, 60)],
    ['some of what to explain had come', '/explain', PNG.subarray(0, 60)],
  ])('%s', async (_, path, start) => {
    [waiting, heard] = [0, 0];
    for (let i = 0; i < MANY; i++) {
      const fields = { 'x-late': 1, 'content-length': 2 ** 16 };
      const socket = await sentTo(await port, head('POST', path, fields), start);
      await vi.waitUntil(() => waiting === i + 1, SOON);
      socket.resetAndDestroy();
    }
    await vi.waitUntil(() => heard === MANY, SOON);
    await vi.waitUntil(async () => (await ask(await port, 'POST', '/predict', CSV)).status === 200, SOON);
    expect(bodies.held).toBe(0);
  });
});

test('who leaves while their rows go out holds no place', async () => {
  const metrics = new Metrics();
  const connections = async () => /^digitflow_connections (\d+)$/m.exec(await metrics.text())?.[1];
  const left = async () => {
    await vi.waitUntil(async () => (await connections()) === '0', SOON);
  };
  // A row that is on its way already when its asker leaves.
  const late = async function* () {
    yield '{"record":1}\n';
    await left();
    yield '{"record":2}\n';
  };
  let streams = 0;
  const rows: Service['rows'] = () => {
    streams++;
    return streams > MANY
      ? scoreStream({ output: 'ndjson', workers: 0 })
      : Object.assign(
          new PassThrough().on('error', () => {}),
          { [Symbol.asyncIterator]: late },
        );
  };
  const server = await openServer(serviceOf(rows), metrics, {
    ...LIMITS,
    ...{
      host: '127.0.0.1',
      port: 0,
      mostConnections: 10,
      headTimeoutMs: 60_000,
      silenceMs: 60_000,
      explainMs: 60_000,
    },
    ...{ idleMs: 0, deadlineMs: 0, quiet: true, version: '' },
  });
  const port = Number(new URL(server.url).port);
  for (let i = 0; i < MANY; i++) {
    const socket = await sentTo(port, head('POST', '/predict', { 'content-length': CSV.length }), CSV);
    await once(socket, 'data');
    socket.resetAndDestroy();
    await left();
  }
  await vi.waitUntil(async () => (await ask(port, 'POST', '/predict', CSV)).status === 200, SOON);
  await server.end();
});

describe('requests in line on a connection that is closed', () => {
  const { port } = serving();

  test('hold nothing', async () => {
    const data = Array.from(testPixels().subarray(0, 784));
    const infer = JSON.stringify({ inputs: [{ name: 'pixels', shape: [1, 784], datatype: 'UINT8', data }] });
    const bad = `${CSV}5,${'300,'.repeat(783)}300\n`;
    // The first is cut off in its middle, as a bad row is; the others are never answered.
    const socket = await sentTo(
      await port,
      head('POST', '/predict', { connection: 'keep-alive', 'content-length': bad.length }),
      bad,
      (
        head('POST', '/v2/models/sigmoid/infer', {
          connection: 'keep-alive',
          'content-length': infer.length,
        }) + infer
      ).repeat(5),
    );
    let received = '';
    socket.on('data', (chunk) => {
      received += chunk;
    });
    await once(socket, 'close');
    expect(statusesOf(received)).toEqual([200]);
    const gauges = async () => {
      const text = (await ask(await port, 'GET', '/metrics')).body.toString();
      return text.match(/^digitflow_(body_bytes|waiting_images) \d+$/gm);
    };
    const none = ['digitflow_waiting_images 0', 'digitflow_body_bytes 0'];
    await vi.waitUntil(async () => `${await gauges()}` === `${none}`, SOON);
  });
});

describe('whose body has no end leaves no timers', () => {
  const { port } = serving();
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

  test.each([
    ['/predict', ''],
    ['/predict', CSV.slice(0, 100)],
    ['/predict', PNG.subarray(0, 60)],
    ['/explain', PNG.subarray(0, 60)],
    ['/v2/models/sigmoid/infer', '{"inputs":'],
    ['/v2/models/none/infer', '{"inputs":'],
  ])('%s %#', async (path, start) => {
    await ask(await port, 'GET', '/v2');
    // What earlier tests have left would hide what this one leaves.
    await vi.waitUntil(() => timers() < 10, SOON);
    const bytes = Buffer.concat([
      Buffer.from(head('POST', path, { 'content-length': 1000 })),
      Buffer.from(start),
    ]);
    for (let i = 0; i < 20; i++) {
      expect(statusesOf(await sendAndEnd(await port, bytes))).toHaveLength(1);
      (await sentTo(await port, bytes)).resetAndDestroy();
    }
    // Far sooner than they would end of their own accord.
    await vi.waitUntil(() => timers() < 10, { timeout: 20_000 });
  });
});
