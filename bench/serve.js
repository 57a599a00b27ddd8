import { fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import { compare } from './lib/agreement.js';
import { alternate } from './lib/alternate.js';
import { binaryRequest, bytesRequest, jsonRequest, pictureRequest } from './lib/infer-requests.js';
import { IMAGE_BYTES, readMnist } from './lib/mnist.js';
import { pacedLoad } from './lib/paced-load.js';
import { loadDigitflow } from './lib/product.js';
import { showSpread } from './lib/report.js';
import { measureOverload } from './lib/serve-overload.js';
import { ratio, spread } from './lib/statistics.js';
import { loadOnnxRuntime, writePredictions } from './peers/onnxruntime.js';

const CHILD = fileURLToPath(new URL('./peers/serve-child.js', import.meta.url));
const BATCH = 1000;
const CLASSES = 10;
const SECONDS = 2;
/** Images that are asked for before it counts. */
const WARM_UP = 20_000;
/** A batch waits 2 ms to fill: few connections would wait for each other. */
const JSON_CONNECTIONS = 64;
/** So many that one is free whenever a request is due. */
const PACED_CONNECTIONS = 256;
/** A picture of 112 x 112. */
const TIMES = 4;
const INFER = '/v2/models/sigmoid/infer';
const GOALS = { ofEmpty: 0.6, images: 1e6, p99Ms: 10 };
const EMPTY = 'fastify, empty reply: JSON of an image';
const JSON_OURS = 'digitflow serve: JSON of an image';
const JSON_ONNX = 'fastify, onnxruntime-node: JSON of an image';
const BINARY_OURS = 'digitflow serve: bytes of 1,000 images';
const BINARY_ONNX = 'fastify, onnxruntime-node: bytes of 1,000 images';

/**
 * Requests over HTTP beside an empty reply of fastify, and beside ONNX Runtime in fastify. What is asked of a server is
 * reckoned by the second of its own CPU time, too: who asks needs a core as well.
 *
 * @param {{ rounds?: number, log: (line: string) => void }} options
 * @returns {Promise<import('./lib/report.js').Report>}
 */
export async function measureServe({ rounds = 5, log }) {
  const [load] = loadavg();
  const { openModel } = await loadDigitflow();
  const { network } = openModel('sigmoid');
  const pixels = readMnist('t10k').pixels.subarray(0, BATCH * IMAGE_BYTES);
  const json = jsonRequest(pixels);
  const [ours, empty] = [await startServer('digitflow'), await startServer('empty')];
  const onnx = (await loadOnnxRuntime()) === null ? null : await startServer('onnx');
  const ask = (name, server, path, request, connections, images) => ({
    name,
    ...{ server, path, request, connections, images },
  });
  const asked = [
    ask(EMPTY, empty, '/empty', json, JSON_CONNECTIONS, 1),
    ask(JSON_OURS, ours, INFER, json, JSON_CONNECTIONS, 1),
    ...(onnx === null ? [] : [ask(JSON_ONNX, onnx, '/json', json, JSON_CONNECTIONS, 1)]),
    ask(BINARY_OURS, ours, INFER, binaryRequest(pixels), 4, BATCH),
    ...(onnx === null ? [] : [ask(BINARY_ONNX, onnx, '/binary', bytesRequest(pixels), 4, BATCH)]),
  ];
  if (onnx !== null) await checkAgreement(network, pixels, ours, onnx);
  // Until V8 has compiled all of it, it is something else that is measured.
  for (const load of asked) await cannon({ ...load, amount: WARM_UP / load.images });
  const contenders = asked.map(({ name, ...load }) => ({ name, run: () => loaded(load) }));
  const samples = await alternate(contenders, {
    rounds,
    onRound: (round) => log(`serve: round ${round + 1} of ${rounds}`),
  });
  const perSecond = (name, which) => samples.get(name)[which].map((ms) => 1000 / ms);
  const rows = asked.map(({ name, images }) => [
    name,
    ...['wallMs', 'cpuMs'].map((which) =>
      showSpread(spread(perSecond(name, which).map((count) => (images * count) / 1000)), 1, ' k'),
    ),
  ]);
  const half = spread(perSecond(JSON_OURS, 'wallMs')).median / 2;
  const latencies = [];
  for (let round = 0; round < rounds; round++) {
    latencies.push(await pacedP99(asked[1], half));
  }
  const overload = await measureOverload(
    ours,
    [
      { name: 'JSON of an image', path: INFER, request: json, connections: JSON_CONNECTIONS },
      { name: 'PNG of 112 x 112', path: '/predict', request: pictureRequest(pixels, TIMES), connections: 4 },
      { name: 'bytes of 1,000 images', path: INFER, request: binaryRequest(pixels), connections: 4 },
    ],
    { rounds, log },
  );
  for (const server of [ours, empty, onnx]) server?.child.disconnect();
  const p99 = spread(latencies);
  const ofEmpty = ratio(perSecond(JSON_OURS, 'cpuMs'), perSecond(EMPTY, 'cpuMs'));
  const images = spread(perSecond(BINARY_OURS, 'wallMs').map((count) => count * BATCH));
  return {
    title: 'serve: predictions over HTTP',
    tables: [
      { head: ['server and request', 'images/s', 'images a second of its CPU time'], rows },
      overload.table,
    ],
    targets: [
      target(
        'JSON of an image, requests a core, beside an empty reply of fastify',
        `at least ${GOALS.ofEmpty}`,
        showSpread(ofEmpty, 2),
        ofEmpty.median >= GOALS.ofEmpty,
      ),
      target(
        'bytes of 1,000 images',
        'at least 1 M images/s',
        `${(images.median / 1e6).toFixed(2)} M`,
        images.median >= GOALS.images,
      ),
      target(
        `99 of 100 replies at half load (${half.toFixed(0)} requests/s)`,
        `under ${GOALS.p99Ms} ms`,
        showSpread(p99, 1, ' ms'),
        p99.median < GOALS.p99Ms,
      ),
      ...overload.targets,
    ],
    notes: [
      `${rounds} rounds of ${SECONDS} s; median (quartiles); autocannon on the same machine, with ${JSON_CONNECTIONS} connections for JSON and 4 for bytes`,
      'replies: all outputs, label and confidence; of the peer all outputs',
      `load of the machine in the last minute, this included, on ${availableParallelism()} cores: before ${load.toFixed(1)}, after ${loadavg()[0].toFixed(1)}`,
    ],
    bars: {
      unit: 'thousand images a second of the CPU time of the server',
      digits: 1,
      bars: asked.map(({ name, images: each }) => ({
        label: name,
        spread: spread(perSecond(name, 'cpuMs').map((count) => (each * count) / 1000)),
        isOurs: name.startsWith('digitflow'),
      })),
    },
    samples: { ...Object.fromEntries(samples), p99Ms: latencies, overload: overload.samples },
  };
}

function target(what, goal, measured, met) {
  return { what, goal, measured, met };
}

async function startServer(kind) {
  const child = fork(CHILD, [kind]);
  const [{ url }] = await once(child, 'message');
  return {
    ...{ child, url },
    cpuMs: async () => {
      child.send('cost');
      const [{ cpuMs }] = await once(child, 'message');
      return cpuMs;
    },
  };
}

/** What a request took, of the clock and of the server's CPU time, in milliseconds. */
async function loaded({ server, ...load }) {
  const before = await server.cpuMs();
  const { requests, duration, non2xx, errors } = await cannon({ server, ...load });
  if (non2xx + errors > 0) throw new Error(`${load.path}: ${non2xx} bad replies, ${errors} errors`);
  const cpuMs = (await server.cpuMs()) - before;
  return { wallMs: (duration * 1000) / requests.total, cpuMs: cpuMs / requests.total };
}

function cannon({ server, path, request, connections, amount }) {
  const load = { url: `${server.url}${path}`, method: 'POST', ...request, connections };
  return autocannon({ ...load, ...(amount === undefined ? { duration: SECONDS } : { amount }) });
}

/** Of 100 requests at a steady rate how long the last but one takes, in milliseconds; what was never sent took for ever. */
async function pacedP99({ server, path, request }, perSecond) {
  const load = { url: `${server.url}${path}`, request, connections: PACED_CONNECTIONS, perSecond };
  const { due, sent, latencies } = await pacedLoad({ ...load, seconds: SECONDS });
  const sorted = [...(latencies.get(200) ?? [])].sort((a, b) => a - b);
  const rank = Math.floor((sorted.length + due - sent) * 0.99);
  return sorted[rank] ?? Number.POSITIVE_INFINITY;
}

/** Stops where the two servers do not say the same. */
async function checkAgreement(network, pixels, ours, onnx) {
  const replyTo = async (url, { body, headers }) =>
    (await fetch(url, { method: 'POST', body, headers })).arrayBuffer();
  const outputs = { outputs: [{ name: 'probabilities' }] };
  const reply = await replyTo(`${ours.url}${INFER}`, binaryRequest(pixels, outputs));
  const bytes = BATCH * CLASSES * 4;
  const replies = [
    reply.slice(reply.byteLength - bytes),
    await replyTo(`${onnx.url}/binary`, bytesRequest(pixels)),
  ];
  const [mine, theirs] = replies.map((buffer) => {
    const predictions = new Uint8Array(BATCH);
    const verdict = { type: 'float32', data: new Float32Array(buffer), dims: [BATCH, CLASSES] };
    writePredictions(verdict, predictions, 0);
    return predictions;
  });
  const { wrong } = await compare(network, pixels, mine, theirs);
  if (wrong > 0) throw new Error(`serve: ${wrong} predictions differ`);
}
