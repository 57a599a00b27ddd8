import { lastValueFrom } from 'rxjs';
import { FirstImages, type OddImages } from '../src/counting/first-images.js';
import { PictureTally } from '../src/counting/pictures-seen.js';
import type { ScoredRecords } from '../src/counting/scored-records.js';
import { type openScorer, type Scorer, withScorer } from '../src/engine/open-scorer.js';
import type { RunEnd } from '../src/engine/records.js';
import { checkCounts } from '../src/engine/sizes.js';
import { DigitflowError, quoteValue } from '../src/errors.js';
import { checkMisplaced } from '../src/formats/reading.js';
import type { ByteInput } from '../src/inputs/bytes/open-bytes.js';
import type { ImageFiles } from '../src/inputs/input.js';
import { Inputs, type InputsOptions } from '../src/inputs/inputs.js';
import { type AnyModelOptions, anyModelOf, type Model } from '../src/inputs/models/open-model.js';
import { findEach } from '../src/inputs/open-inputs.js';
import { invertedOf, type Normalization, saidOf } from '../src/network/normalization.js';
import { accept } from '../src/operators/accept.js';
import { batch } from '../src/operators/batch-records.js';
import { decode } from '../src/operators/decode.js';
import { forward } from '../src/operators/forward.js';
import { inOrder } from '../src/operators/in-order.js';
import { normalize, orientedAs } from '../src/operators/normalize.js';
import { notePictures } from '../src/operators/note-pictures.js';
import { sink } from '../src/operators/sink.js';
import { abortOr, unlessAborted, untilAborted } from '../src/operators/until-aborted.js';
import {
  type RowsTaken,
  type ScoreResult,
  type ScoreStart,
  ScoreWriter,
} from '../src/outputs/score-writer.js';
import type { ReadingOptions } from './hold.js';
import type { Drifting, DriftOptions } from './judging/drifting.js';
import { openModelScorer } from './open-model-scorer.js';

/** How long a row waits for its batch to fill: shorter than what a person notices. */
const DEFAULT_MAX_WAIT_MS = 50;

/** What to score, and how. */
export interface ScoreOptions extends RowsTaken, ReadingOptions, AnyModelOptions {
  /** Of any format, known by content; not CSV and binary ones in one run. At least one. */
  readonly inputs: readonly ByteInput[];
  /** Where to stop: the start of a row, or of a record. Default: at the end of the last input. */
  readonly until?: RunEnd | undefined;
  /** How a pixel becomes a brightness, given the network's own way. Default: that. */
  readonly normalization?: ((own: Normalization) => Normalization) | undefined;
  /** Threads, from 0 up; 0 scores on the calling thread. Default: the cores there are, fewer for a small input. */
  readonly workers?: number | undefined;
  /** Rows in a batch, roughly. Default: by the input. */
  readonly batchSize?: number | undefined;
  /** How long a row may wait for its batch to fill, in milliseconds. Default 50. */
  readonly maxWaitMs?: number | undefined;
  /** True to keep all outputs of every row. */
  readonly withOutputs?: boolean | undefined;
  /** Is told when all is ready for the first row: from here on `seconds` are counted. */
  readonly onStarted?: ((start: ScoreStart) => void) | undefined;
  /** Compare what streams through with what the network was trained on. Default: no. */
  readonly drift?: DriftOptions | undefined;
  /** Sees every batch once it is written, and how its pixels are stored; its arrays are views: read at once, never kept. */
  readonly onScored?: ((records: ScoredRecords, normalization: Normalization) => void) | undefined;
  /** Is told, once, where the first images do not look like what the network knows: transposed, inverted, too dark. */
  readonly onNote?: ((note: string) => void) | undefined;
  /** Aborting it stops the reading; what was read is scored and written. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Scores images of any format, and hands what it found to `write`, in input order.
 *
 * @throws DigitflowError for all that can be wrong with input, network and machine, after all rows before it were written
 */
export async function score(options: ScoreOptions): Promise<ScoreResult> {
  return scoreModel(await anyModelOf(options, options.signal), options);
}

/** `score` for a network that is open; `open` gives a scorer for it, which is closed at the end. */
export async function scoreModel(
  model: Model,
  options: ScoreOptions,
  open?: typeof openScorer,
): Promise<ScoreResult> {
  checkInputs(options.inputs);
  const files = findEach(options.inputs);
  return scoreFiles(model, await unlessAborted(files, options.signal), options, open);
}

/** Files that were found, and what is to be refused of them once they are open. */
export interface ScoreFilesOptions extends Omit<ScoreOptions, 'inputs'>, Pick<InputsOptions, 'onInput'> {}

/** `scoreModel` for files that were found. */
export async function scoreFiles(
  model: Model,
  files: readonly ImageFiles[],
  options: ScoreFilesOptions,
  open: typeof openScorer = (_, needs) => openModelScorer(model, needs ?? {}),
): Promise<ScoreResult> {
  checkOptions(options);
  const { network } = model;
  const { from, until, signal, workers, batchSize, withOutputs, reading, onInput, onOpened } = options;
  const wanted = options.normalization?.(network.normalization) ?? network.normalization;
  const known = { ...network, normalization: wanted, ...saidOf(wanted, network.normalization) };
  const drifting = options.drift && (await openDrift(model, options.drift, options));
  const opening = { network: known, reading, labelled: 'ignored', digest: 'never' } as const;
  const inputs = new Inputs(files, { ...opening, onInput, onOpened });
  try {
    const needs = await unlessAborted(inputs.look(from, until), signal);
    // Threads take as long to start as rows of text take to be understood. So it is not known yet whether there are ids:
    // room for them costs addresses, but no memory until something is written there.
    const scorer = await open(network, {
      ...{ ...needs, workers, batchSize, withIds: true },
      withOutputs: withOutputs || needs.withOutputs,
    });
    const writer = new ScoreWriter(options, needs.bytes ?? null);
    return await withScorer(scorer, () =>
      scoreInputs(inputs, scorer, writer, { model, wanted, drifting }, options),
    ).finally(() => writer.idle);
  } catch (error) {
    throw await abortOr(error, signal);
  } finally {
    await inputs.close();
  }
}

/** Scores the reference on the same network, read as the inputs are. */
async function openDrift(model: Model, drift: DriftOptions, options: ScoreFilesOptions): Promise<Drifting> {
  const { openDrifting } = await import('./judging/drifting.js');
  const { reading, normalization, workers, signal } = options;
  const shared = { ...{ workers, signal }, onBadRow: 'skip' as const, write: () => {} };
  return openDrifting(drift, model, (images, onScored) => {
    // Of what is bundled it is known how its pixels stand.
    const how = drift.reference === 'default' ? { normalization: usual } : { normalization, reading };
    return scoreModel(model, { ...shared, ...how, inputs: [images], onScored });
  });

  function usual(own: Normalization): Normalization {
    const said = normalization?.(own) ?? own;
    const upright = { ...said, transposed: own.transposed };
    return said.scale * own.scale < 0 ? invertedOf(upright) : upright;
  }
}

/** @throws DigitflowError USAGE for what makes no sense: a caller without types may give anything */
function checkInputs(inputs: unknown): void {
  if (!Array.isArray(inputs)) {
    const message = `inputs: expected a list of paths or streams, found ${typeof inputs}; give a list of one`;
    throw new DigitflowError('USAGE', message);
  }
  if (inputs.length === 0) throw new DigitflowError('USAGE', 'expected at least one input, found none');
}

/** As `checkInputs`. */
function checkOptions(options: ScoreFilesOptions): void {
  const { onBadRow = 'fail', maxErrors } = options;
  if (onBadRow !== 'fail' && onBadRow !== 'skip') {
    const message = `onBadRow: expected fail or skip, found ${quoteValue(onBadRow)}; say one of them`;
    throw new DigitflowError('USAGE', message);
  }
  checkMisplaced(options);
  checkCounts(options, { workers: 0, batchSize: 1 });
  if (maxErrors !== Number.POSITIVE_INFINITY) checkCounts({ maxErrors }, { maxErrors: 0 });
}

/** What a run scores with. */
interface ScoreRun {
  readonly model: Model;
  readonly wanted: Normalization;
  readonly drifting: Drifting | undefined;
}

/** From bytes to written rows. */
async function scoreInputs(
  inputs: Inputs,
  scorer: Scorer,
  writer: ScoreWriter,
  { model, wanted, drifting }: ScoreRun,
  options: ScoreFilesOptions,
): Promise<ScoreResult> {
  const { from, until, signal, maxWaitMs = DEFAULT_MAX_WAIT_MS, onStarted, onPictures } = options;
  const pictures = new PictureTally();
  // A stream may have given only a header. Closing the inputs ends what is still being opened.
  await unlessAborted(inputs.openAhead(from?.file, until?.file), signal);
  let oriented = wanted;
  const first = new FirstImages(wanted.scale < 0 !== (options.reading?.invert ?? false));
  const startMs = performance.now();
  onStarted?.({ workers: scorer.workers });
  const flow = inputs.pieces(scorer.slots, { from, until }).pipe(
    untilAborted(signal),
    decode(),
    normalize(wanted),
    batch(scorer.slots, { maxWaitMs }),
    forward(scorer),
    inOrder(),
    accept(inputs),
    notePictures(pictures),
    sink(async (scored) => {
      const odd = first.add(scored);
      await writer.write(scored);
      oriented = orientedAs(scored.reading, wanted);
      options.onScored?.(scored, oriented);
      drifting?.add(scored, oriented);
      await noteOdd(odd);
    }),
  );
  await lastValueFrom(flow, { defaultValue: 0 });
  await noteOdd(first.end());
  onPictures?.(pictures);
  return {
    ...writer.progress,
    inputs: inputs.opened.map(({ file, name, format, guesses }) => ({ file, name, format, guesses })),
    workers: scorer.workers,
    seconds: (performance.now() - startMs) / 1000,
    partial: !inputs.isComplete,
    ...(drifting === undefined ? {} : { drift: drifting.end() }),
  };

  async function noteOdd(odd: OddImages | null): Promise<void> {
    // Only a network of which we have the weights can be asked again.
    if (odd === null || model.runtime !== undefined) return;
    const { oddImagesWords } = await import('./other-reading.js');
    const [{ name, guesses }] = inputs.opened;
    const read = { network: model.network, guesses, reading: options.reading ?? {} };
    const words = oddImagesWords({ ...odd, normalization: oriented }, read);
    if (words !== null) options.onNote?.(`${name}: ${words}`);
  }
}
