import { filter, lastValueFrom, type Observable, takeUntil } from 'rxjs';
import { openTextScorer } from '../src/engine/open-scorer.js';
import type { TextScorer } from '../src/engine/scorer.js';
import { chooseTextWorkers } from '../src/engine/sizes.js';
import { DigitflowError } from '../src/errors.js';
import type { CsvInput } from '../src/inputs/csv-cursor.js';
import { CsvSource } from '../src/inputs/csv-source.js';
import { openModel } from '../src/inputs/open-model.js';
import type { Network } from '../src/network/network.js';
import type { Normalization } from '../src/network/normalization.js';
import { batch } from '../src/operators/batch.js';
import { forward } from '../src/operators/forward.js';
import { inOrder } from '../src/operators/in-order.js';
import { normalize } from '../src/operators/normalize.js';
import { sink } from '../src/operators/sink.js';
import type { ScoreOptions, ScoreResult } from '../src/outputs/score-options.js';
import { aborted, unlessAborted } from './evaluation-input.js';
import { orientedAs } from './oriented-as.js';
import { scoreIdx } from './score-idx.js';
import { ScoreInputs } from './score-input.js';
import { ScoreWriter } from './score-writer.js';
import { withScorer } from './with-scorer.js';

export type {
  ScoreOptions,
  ScorePosition,
  ScoreProgress,
  ScoreResult,
} from '../src/outputs/score-options.js';

const DEFAULT_MAX_WAIT_MS = 50;

/**
 * Scores images from CSV or IDX, and hands what it found to `write`, in input order.
 *
 * @throws DigitflowError for all that can be wrong with input, network and machine, when all rows before it were written;
 *   its `code` says which
 */
export async function score(options: ScoreOptions): Promise<ScoreResult> {
  const { from } = options;
  if (options.inputs.length === 0)
    throw new DigitflowError('USAGE', 'expected at least one input, found none');
  const { network } = openModel(options.model ?? 'sigmoid');
  const inputs = new ScoreInputs(options.inputs, network, options.csv ?? {}, (input) =>
    options.onOpened?.(input),
  );
  try {
    const looking = inputs.lookForIdx(from?.file ?? 0);
    const idx = await unlessAborted(looking, options.signal).catch((error) => {
      // Not awaited: a stream may take for ever to give its first line.
      looking.then(() => inputs.close()).catch(() => {});
      throw error;
    });
    return await (idx === null ? scoreCsv(network, inputs, options) : scoreIdx(network, idx, options));
  } finally {
    await inputs.close();
  }
}

async function scoreCsv(network: Network, inputs: ScoreInputs, options: ScoreOptions): Promise<ScoreResult> {
  const { from, batchSize, withOutputs } = options;
  const first = from?.file ?? 0;
  const size = await inputs.sizeAhead(first);
  const bytes = size === null ? null : size - (from?.bytes ?? 0);
  const workers = options.workers ?? chooseTextWorkers(bytes);
  // Before the inputs are understood: threads take as long to start as that takes. So it is not known yet whether there are
  // ids: there is room for them, which costs addresses, but no memory as long as nobody writes there.
  const scorer = await openTextScorer(network, {
    ...{ workers, batchSize, withOutputs, withIds: true },
    bytes: bytes ?? undefined,
  });
  const writer = new ScoreWriter(options, bytes);
  return withScorer(scorer, async () => {
    // A stream may have given no more than a header; when the inputs are closed, what is still being opened ends.
    await unlessAborted(inputs.openAhead(first), options.signal);
    const startMs = performance.now();
    options.onStarted?.({ workers });
    const source = new CsvSource(
      async (index) => unlabelled((await inputs.open(index))?.csv),
      scorer.slots.size,
      { input: first, bytes: from?.bytes ?? 0 },
    );
    const own = network.normalization;
    const normalization = options.normalization?.(own) ?? own;
    await lastValueFrom(scoreFlow(source, scorer, writer, normalization, options), { defaultValue: 0 });
    return {
      ...writer.progress,
      inputs: inputs.opened.map(({ file, name, format, guesses }) => ({ file, name, format, guesses })),
      workers,
      seconds: (performance.now() - startMs) / 1000,
      partial: !source.isComplete,
    };
  }).finally(() => writer.idle);
}

/** The whole of it: emits, after every batch that was written, how many rows it had. */
function scoreFlow(
  source: CsvSource,
  scorer: TextScorer,
  writer: ScoreWriter,
  normalization: Normalization,
  { signal, maxWaitMs = DEFAULT_MAX_WAIT_MS }: ScoreOptions,
): Observable<number> {
  return source.rows(scorer.slots).pipe(
    takeUntil(aborted(signal)),
    normalize(({ reading }) => orientedAs(reading.dialect, normalization)),
    batch(scorer.slots, { maxWaitMs }),
    forward(scorer),
    inOrder(),
    // What turned out to be cut at a wrong place is read again, and what grew meanwhile is read on.
    filter((scored) => source.accept(scored)),
    sink((scored) => writer.write(scored)),
  );
}

/** Whatever stands where the truth would is passed over: a prediction needs none. */
function unlabelled(csv: CsvInput | undefined): CsvInput | null {
  return csv ? { ...csv, dialect: { ...csv.dialect, label: null } } : null;
}
