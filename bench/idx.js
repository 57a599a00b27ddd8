import { alternate } from './lib/alternate.js';
import { repeatedTrainingSet } from './lib/mnist.js';
import { onnxModel } from './lib/onnx-model.js';
import { loadDigitflow } from './lib/product.js';
import { DOES_NOT_COUNT, showSpread } from './lib/report.js';
import { ratio, spread } from './lib/statistics.js';
import { loadOnnxRuntime } from './peers/onnxruntime.js';
import { prepareFileScoring } from './peers/onnxruntime-file.js';
import { OnnxRuntimeThreads } from './peers/onnxruntime-threads.js';
import { PythonPeer } from './peers/python.js';

/** The 60,000 training images 40 times: 1.88 GB. */
const IMAGES = 2_400_000;
const WORKERS = 2;

/** Predictions on this share of the images may differ: close calls, each of which the file repeats 40 times. */
const TOLERANCE = 2e-4;

/** How the peer may go about it. */
const ARRANGEMENTS = [
  { how: 'one thread, reading ahead', threads: 0, intraOp: 1, readAhead: true },
  { how: 'one session of 2 threads, reading ahead', threads: 0, intraOp: 2, readAhead: true },
  { how: '2 worker threads', threads: WORKERS, intraOp: 1, readAhead: false },
  { how: '2 worker threads, reading ahead', threads: WORKERS, intraOp: 1, readAhead: true },
];
const BATCHES = [250, 500, 1000, 2000];

/**
 * A file of 2.4 million images and their labels, from its opening to the count of right predictions, on two cores.
 *
 * @param {{ rounds?: number, log: (line: string) => void }} options
 * @returns {Promise<import('./lib/report.js').Report>}
 */
export async function measureIdx({ rounds = 11, log }) {
  const { evaluate, openModel } = await loadDigitflow();
  const { network } = openModel('sigmoid');
  log('idx: writing the file');
  const { images, labels } = await repeatedTrainingSet(IMAGES);
  const files = { images, labels, first: 0, count: IMAGES };

  const ours = counting('digitflow', `${WORKERS} workers`, async () => {
    const { evaluation } = await evaluate({ images, labels, workers: WORKERS });
    return evaluation.correct;
  });
  const contenders = [ours];
  const ort = await loadOnnxRuntime();
  if (ort !== null) {
    const best = await findBest(ort, network, files, log);
    for (const pixels of ['scaled', 'folded', 'int16', 'int8']) {
      contenders.push(theirs(ort, network, files, { ...best, pixels }));
    }
    if (best.threads > 0) contenders.push(await warmThreads(network, files, { ...best, pixels: 'scaled' }));
  }
  const absent = ort === null ? ['onnxruntime-node'] : [];
  // As many threads as served each best: on two cores a second one slows PyTorch down, in a layer as small as these.
  for (const [kind, name, threads] of [
    ['torch', 'PyTorch', 1],
    ['sklearn', 'scikit-learn', WORKERS],
  ]) {
    const peer = await PythonPeer.open(kind, network, threads);
    if (peer === null) absent.push(name);
    else contenders.push(python(peer, name, threads, { images, labels }));
  }
  const samples = await alternate(contenders, {
    rounds,
    onRound: (round) => log(`idx: round ${round + 1} of ${rounds}`),
  });
  for (const { close } of contenders) await close?.();
  return describe(contenders, absent, samples, rounds);
}

/** A contender that remembers how many predictions were right. */
function counting(name, setting, score, close = undefined) {
  const contender = {
    name,
    setting,
    correct: 0,
    close,
    async run() {
      contender.correct = await score();
    },
  };
  return contender;
}

function theirs(ort, network, files, { pixels, how, threads, intraOp, readAhead, batch }) {
  const model = onnxModel(network, { pixels, verdict: 'outputs' });
  const task = { ...files, batch, readAhead };
  const score =
    threads === 0
      ? async () => (await prepareFileScoring(ort, model, intraOp))(task)
      : async () => {
          const pool = new OnnxRuntimeThreads(model, threads);
          const correct = await pool.score(task);
          await pool.close();
          return correct;
        };
  return counting(`onnxruntime-node, ${pixels}`, `${how}, ${batch} a run`, score);
}

/** A Python process that runs already and reads pieces of 2,500 images, the best size of `npm run bench -- kernel` or near it. */
function python(peer, name, threads, files) {
  const order = { do: 'file', ...files, count: IMAGES, batch: 2500, threads };
  return counting(
    name,
    `${peer.version}, one process, threads: ${threads}, started before`,
    async () => (await peer.ask(order)).correct,
    () => peer.close(),
  );
}

/** Threads that run already: what the start of theirs costs is not counted, though that of ours is. */
async function warmThreads(network, files, { pixels, how, threads, readAhead, batch }) {
  const pool = new OnnxRuntimeThreads(onnxModel(network, { pixels, verdict: 'outputs' }), threads);
  return counting(
    `onnxruntime-node, ${pixels}, started before`,
    `${how}, ${batch} a run`,
    () => pool.score({ ...files, batch, readAhead }),
    () => pool.close(),
  );
}

/** First the arrangement, then the size of a run. */
async function findBest(ort, network, files, log) {
  const fastest = async (settings) => {
    const contenders = settings.map((setting, i) => ({
      ...theirs(ort, network, files, setting),
      name: `${i}`,
    }));
    const samples = await alternate(contenders, { rounds: 3, warmups: 0 });
    const medians = settings.map((_, i) => spread(samples.get(`${i}`).wallMs).median);
    settings.forEach(({ how, batch }, i) => {
      log(
        `idx: onnxruntime-node, ${how}, ${batch} a run: ${(IMAGES / medians[i] / 1000).toFixed(2)} M images/s`,
      );
    });
    return settings[medians.indexOf(Math.min(...medians))];
  };
  const best = await fastest(ARRANGEMENTS.map((setting) => ({ ...setting, pixels: 'scaled', batch: 1000 })));
  return fastest(BATCHES.map((batch) => ({ ...best, batch })));
}

function describe(contenders, absent, samples, rounds) {
  const [ours] = contenders;
  const oursMs = samples.get(ours.name).wallMs;
  const isRight = ({ correct }) => Math.abs(correct - ours.correct) <= TOLERANCE * IMAGES;
  const rows = contenders.map((contender) => {
    const { name, setting, correct } = contender;
    const { wallMs, cpuMs } = samples.get(name);
    if (!isRight(contender)) return [name, setting, '', '', DOES_NOT_COUNT, correct.toLocaleString('en')];
    return [
      name,
      setting,
      showSpread(spread(wallMs.map((ms) => IMAGES / ms / 1000)), 2),
      // What a Python process spends is not seen from here.
      cpuMs.every((ms) => ms < 50) ? '' : showSpread(spread(cpuMs.map((ms) => ms / 1000)), 2),
      showSpread(ratio(wallMs, oursMs), 2),
      correct.toLocaleString('en'),
    ];
  });
  for (const name of absent) rows.push([name, 'absent', '', '', '', '']);
  const targets = [];
  for (const { name } of contenders.slice(1).filter(isRight)) {
    if (!name.includes('scaled')) continue;
    const times = ratio(samples.get(name).wallMs, oursMs).median;
    targets.push({
      what: `beside ${name}`,
      goal: 'at least 2 times, 3 is the aim',
      measured: times.toFixed(2),
      met: times >= 2,
    });
  }
  if (targets.length === 0) {
    targets.push({
      what: 'beside onnxruntime-node',
      goal: 'at least 1.7 times',
      measured: 'absent',
      met: false,
    });
  }
  return {
    title: 'idx: a file of 2.4 million images on two cores',
    tables: [
      {
        head: ['contender', 'setting', 'M images/s', 'CPU seconds', 'digitflow is faster by', 'right'],
        rows,
      },
    ],
    targets,
    notes: [
      `${rounds} rounds; median (quartiles); page cache warm`,
      'whole calls: opening, starting threads and sessions, reading, scoring, counting, closing; digitflow counts ' +
        'confusion, loss, calibration and the worst mistakes as well, its peer only what is right',
    ],
    bars: {
      unit: 'million images/s',
      digits: 2,
      bars: [
        ...contenders.map((contender) => ({
          label: contender.name,
          spread: isRight(contender)
            ? spread(samples.get(contender.name).wallMs.map((ms) => IMAGES / ms / 1000))
            : null,
          isOurs: contender === ours,
          without: DOES_NOT_COUNT,
        })),
        ...absent.map((name) => ({ label: name, spread: null })),
      ],
    },
    samples: Object.fromEntries(samples),
  };
}
