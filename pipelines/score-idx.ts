import { catchError, EMPTY, lastValueFrom, takeUntil } from 'rxjs';
import type { Batch } from '../src/engine/batch.js';
import { openScorer } from '../src/engine/open-scorer.js';
import type { Scorer } from '../src/engine/scorer.js';
import { chooseWorkers } from '../src/engine/sizes.js';
import { checkFitsNetwork } from '../src/inputs/check-fits-network.js';
import { type FirstBytes, nameOf } from '../src/inputs/first-bytes.js';
import type { IdxSource } from '../src/inputs/idx-source.js';
import type { Network } from '../src/network/network.js';
import { batch } from '../src/operators/batch.js';
import { decode } from '../src/operators/decode.js';
import { forward } from '../src/operators/forward.js';
import { inOrder } from '../src/operators/in-order.js';
import { normalize } from '../src/operators/normalize.js';
import { sink } from '../src/operators/sink.js';
import type { OpenedInput, ScoreOptions, ScoreResult } from '../src/outputs/score-options.js';
import type { ScoredRows } from '../src/outputs/scored-rows.js';
import { aborted, unlessAborted } from './evaluation-input.js';
import { contentOf, imageBytesAhead, openIdxInput } from './score-idx-inputs.js';

/** Length of the header of IDX images. */
const HEADER_BYTES = 16;

/** What is known before an input is scored. */
interface IdxRun {
  readonly network: Network;
  readonly options: ScoreOptions;
  readonly scorer: Scorer;
  readonly file: number;
  readonly name: string;
  readonly readByWorkers: boolean;
  /** Records of all inputs before this one. */
  readonly before: number;
}

/**
 * Scores images from IDX files, one behind the other. An earlier run's records are scored again, and not written.
 *
 * @param first the first input, where somebody has looked at it already
 * @throws DigitflowError what `openIdx` throws, when all records before it were written
 */
export async function scoreIdx(
  network: Network,
  first: FirstBytes,
  options: ScoreOptions,
): Promise<ScoreResult> {
  const { inputs, from, signal, batchSize, withOutputs } = options;
  const opened: OpenedInput[] = [];
  const firstFile = from?.file ?? 0;
  const aheadBytes = await unlessAborted(imageBytesAhead(inputs.slice(firstFile), network), signal);
  const pixels = network.image.height * network.image.width;
  const totalBytes = aheadBytes === null ? null : aheadBytes - (from?.row ?? 0) * pixels;
  const done = { rows: from?.rows ?? 0, rejected: 0, bytes: 0, totalBytes };
  let scorer: Scorer | undefined;
  let workers = options.workers ?? 0;
  let startMs = performance.now();
  let partial = false;
  try {
    for (let file = firstFile; file < inputs.length && !partial; file++) {
      const name = nameOf(inputs[file]);
      const images = opened.length === 0 ? contentOf(first) : inputs[file];
      const source = await openIdxInput(images, name, signal);
      try {
        checkFitsNetwork(source.format, network);
        const { count } = source.format;
        if (scorer === undefined) {
          const records = inputs.length === 1 ? count : undefined;
          workers = options.workers ?? chooseWorkers(records ?? Number.MAX_SAFE_INTEGER);
          scorer = await openScorer(network, { workers, batchSize, records, withOutputs });
          startMs = performance.now();
          options.onStarted?.({ workers });
        }
        const input: OpenedInput = { file, name, format: 'idx', guesses: [] };
        opened.push(input);
        options.onOpened?.(input);
        const readByWorkers = workers > 0 && source.canBeReadByWorkers;
        const passed = opened.length === 1 ? (from?.row ?? 0) : 0;
        const run = { network, options, scorer, file, name, readByWorkers, before: done.rows - passed };
        const read = await scoreOne(run, source, passed, (rows, recordBytes) => {
          done.rows += rows;
          done.bytes += rows * recordBytes;
          options.onProgress?.(done);
        });
        partial = read < count;
      } finally {
        await source.close();
      }
    }
  } catch (error) {
    scorer?.stop();
    throw error;
  } finally {
    await scorer?.close();
  }
  return { ...done, inputs: opened, workers, seconds: (performance.now() - startMs) / 1000, partial };
}

/** Scores one input. Returns how many of its records came, an earlier run's among them. */
async function scoreOne(
  { network, options, scorer, file, name, readByWorkers, before }: IdxRun,
  source: IdxSource,
  passed: number,
  onWritten: (rows: number, recordBytes: number) => void,
): Promise<number> {
  const { signal, maxWaitMs = 50, write } = options;
  const own = network.normalization;
  let read = 0;
  let writing: Promise<unknown> = Promise.resolve();
  let fault: { readonly error: unknown } | undefined;
  const flow = source.chunks(scorer.slots, { readByWorkers }).pipe(
    decode(source.format, network.classes.length),
    // Not raised before the records before it were written.
    catchError((error: unknown) => {
      fault = { error };
      return EMPTY;
    }),
    takeUntil(aborted(signal)),
    normalize(options.normalization?.(own) ?? own),
    batch(scorer.slots, { maxWaitMs }),
    forward(scorer),
    inOrder(),
    sink(async (scored) => {
      read = scored.first + scored.count;
      if (read <= passed) return;
      const rows = rowsOf(scored, Math.max(0, passed - scored.first), { file, name, before });
      const written = (async () => write(rows))();
      writing = written.catch(() => undefined);
      await written;
      onWritten(rows.count, scored.recordBytes);
    }),
  );
  try {
    await lastValueFrom(flow, { defaultValue: 0 });
  } finally {
    await writing;
  }
  if (fault !== undefined) throw fault.error;
  return read;
}

/** What a batch holds behind its first `skipped` records. */
function rowsOf(
  scored: Batch,
  skipped: number,
  { file, name, before }: { readonly file: number; readonly name: string; readonly before: number },
): ScoredRows {
  const { first, count, recordBytes, predictions, confidences, outputs } = scored;
  const none = new Uint8Array(0);
  return {
    count: count - skipped,
    predictions: predictions.subarray(skipped),
    confidences: confidences.subarray(skipped),
    outputs: outputs.subarray((outputs.length / count) * skipped),
    ...{ idEnds: new Uint32Array(0), ids: none, rejects: [] },
    place: {
      ...{ file, name, firstLine: 0, endLine: 0 },
      firstRow: first + skipped,
      firstOfAll: before + first + skipped,
      endBytes: HEADER_BYTES + (first + count) * recordBytes,
    },
  };
}
