import { parentPort, workerData } from 'node:worker_threads';
import type { InferenceSession, ValueMetadata } from 'onnxruntime-node';
import { DigitflowError, quoteValue, reasonOf } from '../src/errors.js';
import type {
  SessionAnswer,
  SessionFile,
  SessionInput,
  SessionTask,
  SessionValue,
} from '../src/inputs/models/onnx-session.js';

/** A session, and what goes in and comes out of it. */
interface Opened {
  readonly runtime: typeof import('onnxruntime-node');
  readonly session: InferenceSession;
}

const file: SessionFile = workerData;
const opening = open(file);
// A fault is told to who asks first.
opening.catch(() => {});

/** `run` blocks this thread, not the one that reads and writes. */
async function open({ name, model, threads }: SessionFile): Promise<Opened> {
  const runtime = await load(name);
  const options = { executionProviders: ['cpu'], intraOpNumThreads: threads, logSeverityLevel: 4 };
  try {
    return { runtime, session: await runtime.InferenceSession.create(model, options) };
  } catch (error) {
    throw refused(name, error);
  }
}

async function load(name: string): Promise<typeof import('onnxruntime-node')> {
  try {
    return await import('onnxruntime-node');
  } catch (error) {
    const isMissing = /^(ERR_)?MODULE_NOT_FOUND$/.test(Object(error).code);
    const found = isMissing
      ? 'none; npm install onnxruntime-node'
      : `one that does not load: ${reasonOf(error)}`;
    const message = `${name}: --runtime onnxruntime: expected the package onnxruntime-node, found ${found}`;
    throw new DigitflowError('PEER_MISSING', message, { cause: error });
  }
}

function refused(name: string, error: unknown): DigitflowError {
  const message = `${name}: expected a network that onnxruntime runs, found that it says ${quoteValue(reasonOf(error))}; export it again`;
  return new DigitflowError('NETWORK_FILE', message, { cause: error });
}

function sessionValue({ name, isTensor, type, shape }: ValueMetadata): SessionValue {
  const dims = (shape ?? []).map((size) => (typeof size === 'number' && size > 0 ? size : null));
  return { name, type: isTensor ? type : 'no tensor', dims };
}

const ARRAYS = { float32: Float32Array, float64: Float64Array, uint8: Uint8Array } as const;

async function run({ runtime, session }: Opened, { data, count, input, output }: SessionInput) {
  const size = data.length / count;
  const step = input.batch ?? count;
  const rows: Float32Array[] = [];
  for (let first = 0; first < count; first += step) {
    const own = new ARRAYS[input.type](step * size);
    own.set(data.subarray(first * size, Math.min(count, first + step) * size));
    const tensor = new runtime.Tensor(input.type, own, [step, ...input.dims]);
    const { [output]: result } = await session.run({ [input.name]: tensor }, [output]);
    const wanted = (result.data.length / step) * Math.min(step, count - first);
    rows.push(Float32Array.from(result.data).subarray(0, wanted));
  }
  const outputs = new Float32Array(rows.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const row of rows) {
    outputs.set(row, at);
    at += row.length;
  }
  return outputs;
}

async function answer(task: SessionTask): Promise<SessionAnswer> {
  try {
    const opened = await opening;
    if (task.input === null) {
      const { inputMetadata, outputMetadata } = opened.session;
      return {
        id: task.id,
        inputs: inputMetadata.map(sessionValue),
        values: outputMetadata.map(sessionValue),
      };
    }
    return { id: task.id, outputs: await run(opened, task.input) };
  } catch (error) {
    const own = error instanceof DigitflowError ? error : refused(file.name, error);
    return { id: task.id, code: own.code, message: own.message };
  }
}

// One after the other: the runtime takes all threads that it may for each.
let last: Promise<unknown> = opening.catch(() => {});
parentPort?.on('message', (task: SessionTask) => {
  last = last.then(async () => parentPort?.postMessage(await answer(task)));
});
