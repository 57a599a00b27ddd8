import { availableParallelism } from 'node:os';
import { compare } from './lib/agreement.js';
import { alternate } from './lib/alternate.js';
import { binaryRequest, bytesRequest, jsonRequest, pictureRequest } from './lib/infer-requests.js';
import { IMAGE_BYTES, readMnist } from './lib/mnist.js';
import { pacedLoad } from './lib/paced-load.js';
import { loadDigitflow } from './lib/product.js';
import { showSpread } from './lib/report.js';
import { measureOverload } from './lib/serve-overload.js';
import { costOf, watchOthers, withServer } from './lib/serve-process.js';
import { ratio, spread } from './lib/statistics.js';
import { loadOnnxRuntime, writePredictions } from './peers/onnxruntime.js';

const BATCH = 1000;
const CLASSES = 10;
const SECONDS = 2;
/** A batch waits 2 ms to fill: few connections would wait for each other. */
const JSON_CONNECTIONS = 64;
/** So many that one is free whenever a request is due. */
const PACED_CONNECTIONS = 256;
/** A picture of 112 x 112. */
const TIMES = 4;
const INFER = '/v2/models/sigmoid/infer';
const GOALS = { ofEmpty: 0.6, millions: 1, p99Ms: 10 };
const EMPTY = 'fastify, empty reply: JSON of an image';
const JSON_OURS = 'digitflow serve: JSON of an image';
const JSON_ONNX = 'fastify, onnxruntime-node: JSON of an image';
const BINARY_OURS = 'digitflow serve: bytes of 1,000 images';
const BINARY_ONNX = 'fastify, onnxruntime-node: bytes of 1,000 images';
const BINARY_EMPTY = 'fastify, empty reply: bytes of 1,000 images';

/**
 * Requests over HTTP beside an empty reply of fastify, and beside ONNX Runtime in fastify. What is asked of a server is
 * reckoned by the second of its own CPU time, too: who asks needs a core as well.
 *
 * @param {{ rounds?: number, log: (line: string) => void }} options
 * @returns {Promise<import('./lib/report.js').Report>}
 */
export async function measureServe({ rounds = 5, log }) {
  const others = watchOthers();
  const { openModel } = await loadDigitflow();
  const { network } = openModel('sigmoid');
  const pixels = readMnist('t10k').pixels.subarray(0, BATCH * IMAGE_BYTES);
  const json = { request: jsonRequest(pixels), connections: JSON_CONNECTIONS, seconds: SECONDS, images: 1 };
  const binary = { ...json, connections: 4, images: BATCH };
  const bytes = bytesRequest(pixels);
  const ours = { ...json, path: INFER };
  const oursBinary = { ...binary, path: INFER, request: binaryRequest(pixels) };
  const hasOnnx = (await loadOnnxRuntime()) !== null;
  const asked = [
    { name: EMPTY, kind: 'empty', ...json, path: '/empty' },
    { name: JSON_OURS, kind: 'digitflow', ...ours },
    ...(hasOnnx ? [{ name: JSON_ONNX, kind: 'onnx', ...json, path: '/json' }] : []),
    { name: BINARY_OURS, kind: 'digitflow', ...oursBinary },
    ...(hasOnnx ? [{ name: BINARY_ONNX, kind: 'onnx', ...binary, path: '/binary', request: bytes }] : []),
    { name: BINARY_EMPTY, kind: 'empty', ...binary, path: '/empty', request: bytes },
  ];
  if (hasOnnx) await checkAgreement(network, pixels);
  const contenders = asked.map(({ name, kind, ...load }) => ({
    name,
    run: () => withServer(kind, (server) => costOf(server, load)),
  }));
  const samples = await alternate(contenders, {
    ...{ rounds, warmups: 0 },
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
    latencies.push(await withServer('digitflow', (server) => pacedP99(server, ours, half)));
  }
  const overload = await measureOverload(
    [
      { name: 'JSON of an image', ...ours },
      { name: 'PNG of 112 x 112', path: '/predict', request: pictureRequest(pixels, TIMES), connections: 4 },
      { name: 'bytes of 1,000 images', ...oursBinary },
    ],
    { rounds, log },
  );
  const p99 = spread(latencies);
  const ofEmpty = ratio(perSecond(JSON_OURS, 'cpuMs'), perSecond(EMPTY, 'cpuMs'));
  const images = spread(perSecond(BINARY_OURS, 'wallMs').map((count) => (count * BATCH) / 1e6));
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
        showSpread(images, 2, ' M'),
        images.median >= GOALS.millions,
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
      `${rounds} rounds of ${SECONDS} s, each of a new process that had worked for a second on the same before; median (quartiles)`,
      `asked from the same machine, with ${JSON_CONNECTIONS} connections for JSON and 4 for bytes, over raw sockets: requests are made beforehand, and of replies no more than the head is read`,
      'replies: all outputs, label and confidence; of the peer all outputs',
      `others kept ${others().toFixed(2)} of ${availableParallelism()} cores busy meanwhile`,
    ],
    bars: {
      unit: 'thousand images a second of the CPU time of the server',
      digits: 1,
      hasScales: true,
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

/** Of 100 requests at a steady rate how long the last but one takes, in milliseconds; what was never sent took for ever. */
async function pacedP99(server, asked, perSecond) {
  await costOf(server, asked);
  const { path, request } = asked;
  const load = { url: `${server.url}${path}`, request, connections: PACED_CONNECTIONS, perSecond };
  const { due, sent, latencies } = await pacedLoad({ ...load, seconds: SECONDS });
  const sorted = [...(latencies.get(200) ?? [])].sort((a, b) => a - b);
  const rank = Math.floor((sorted.length + due - sent) * 0.99);
  return sorted[rank] ?? Number.POSITIVE_INFINITY;
}

/** Stops where the two servers do not say the same. */
async function checkAgreement(network, pixels) {
  const replyOf = (kind, path, { body, headers }) =>
    withServer(kind, async ({ url }) =>
      (await fetch(`${url}${path}`, { method: 'POST', body, headers })).arrayBuffer(),
    );
  const outputs = { outputs: [{ name: 'probabilities' }] };
  const reply = await replyOf('digitflow', INFER, binaryRequest(pixels, outputs));
  const bytes = BATCH * CLASSES * 4;
  const replies = [
    reply.slice(reply.byteLength - bytes),
    await replyOf('onnx', '/binary', bytesRequest(pixels)),
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
