import { lastValueFrom, tap } from 'rxjs';
import { type Evaluation, type OtherReading, summarize } from '../src/counting/evaluation.js';
import { EvaluationTally } from '../src/counting/evaluation-tally.js';
import { PictureTally } from '../src/counting/pictures-seen.js';
import { ReadingSample, WELL_READ } from '../src/counting/reading-sample.js';
import type { Mistake, ScoredRecords } from '../src/counting/scored-records.js';
import { type openScorer, type Scorer, withScorer } from '../src/engine/open-scorer.js';
import { checkCounts } from '../src/engine/sizes.js';
import { checkMisplaced } from '../src/formats/reading.js';
import type { ChooseReading } from '../src/inputs/candidate-readings.js';
import type { DigestMode } from '../src/inputs/data-stream.js';
import type { ImageFiles, Input } from '../src/inputs/input.js';
import { Inputs, type InputsOptions } from '../src/inputs/inputs.js';
import { type AnyModelOptions, anyModelOf, type Model } from '../src/inputs/models/open-model.js';
import { findImages, type ImagesSpec } from '../src/inputs/open-inputs.js';
import type { ReadOptions } from '../src/inputs/read-inputs.js';
import type { ReadRecords } from '../src/insight/readings.js';
import { lossOf } from '../src/network/network.js';
import { describeNormalization, type Normalization, saidOf } from '../src/network/normalization.js';
import { accept } from '../src/operators/accept.js';
import { batch } from '../src/operators/batch-records.js';
import { decode } from '../src/operators/decode.js';
import { forward } from '../src/operators/forward.js';
import { inOrder } from '../src/operators/in-order.js';
import { normalize, orientedAs } from '../src/operators/normalize.js';
import { notePictures } from '../src/operators/note-pictures.js';
import { takeRecords, takeScored } from '../src/operators/take-records.js';
import { tally } from '../src/operators/tally.js';
import { abortOr, unlessAborted, untilAborted } from '../src/operators/until-aborted.js';
import type { ReadingOptions } from './hold.js';
import { describeData, describeModel } from './judging/describe-evaluated.js';
import type { GateOptions } from './judging/gated.js';
import type { SliceBy, Slicing } from './judging/slicing.js';
import { openModelScorer } from './open-model-scorer.js';

/** What to evaluate, and how. All of it has a default: the bundled test set and network, on all cores. */
export interface EvaluateOptions extends ImagesSpec, ReadingOptions, AnyModelOptions, GateOptions {
  /** Whether to digest the raw content. Default `auto`: when it is not too long. */
  readonly digest?: DigestMode | undefined;
  /** How a pixel becomes a brightness, given the network's own way. Default: that. */
  readonly normalization?: ((own: Normalization) => Normalization) | undefined;
  /** Threads; 0 does without. Default: the cores there are, fewer for a small input. */
  readonly workers?: number | undefined;
  /** Records in a batch, at least 1. Default: by the input and the threads. */
  readonly batchSize?: number | undefined;
  /** Evaluate only the first records. Default: all. */
  readonly limit?: number | undefined;
  /** How many of the worst mistakes to keep. Default 10. */
  readonly mistakes?: number | undefined;
  /** What to cut the evaluation by. Default: nothing. */
  readonly slices?: readonly SliceBy[] | undefined;
  /** Whether to evaluate all outputs of each image as well: the evaluation has `outputs` then. Default false. */
  readonly metrics?: boolean | undefined;
  /**
   * Aborting it stops the reading; what was read is evaluated, and the result is marked partial. Where not even so much
   * was read as tells how to read it there is no result: `evaluate` rejects with the signal's reason.
   */
  readonly signal?: AbortSignal | undefined;
  /** Sees every batch that is counted, before `onProgress`; its arrays are views: read at once, never kept. */
  readonly onBatch?: ((records: ScoredRecords) => void) | undefined;
  /** Is told the running tally after every batch; `total` is what the header announces, or the limit. */
  readonly onProgress?: ((running: EvaluationTally, total: number | undefined) => void) | undefined;
}

/** An evaluation, and the pixels of its mistakes. */
export interface EvaluateResult {
  /** What `--format json` prints. */
  readonly evaluation: Evaluation;
  /** As in `evaluation`, each with its pixels as stored. */
  readonly mistakes: readonly Mistake[];
  readonly normalization: Normalization;
}

/**
 * Evaluates a network on labelled images of any format, known by its content.
 *
 * @throws DigitflowError for all that can be wrong with input, network and machine
 */
export async function evaluate(options: EvaluateOptions = {}): Promise<EvaluateResult> {
  return evaluateModel(await anyModelOf(options, options.signal), options);
}

/** `evaluate` for a network that is open. */
export async function evaluateModel(model: Model, options: EvaluateOptions): Promise<EvaluateResult> {
  const files = await findImages(options, 'test');
  const { gates, baseline, verdicts } = options;
  if ((gates ?? baseline ?? verdicts) === undefined) return evaluateFiles(model, files, options);
  const { evaluateGated } = await import('./judging/gated.js');
  const read = [options.images, options.labels, options.model, ...(options.slices ?? [])];
  const paths = read.filter((path) => typeof path === 'string');
  return evaluateGated(model, paths, options, (besides) =>
    evaluateFiles(model, files, { ...options, ...besides }),
  );
}

/** A part of an evaluation of files that were found, and what is to be refused of them once they are open. */
export interface EvaluateFilesOptions extends EvaluateOptions, ReadOptions, Pick<InputsOptions, 'onInput'> {}

/** `evaluateModel` for files that were found. */
export async function evaluateFiles(
  model: Model,
  files: ImageFiles,
  options: EvaluateFilesOptions,
  open: typeof openScorer = (_, needs) => openModelScorer(model, needs ?? {}),
): Promise<EvaluateResult> {
  checkMisplaced(options);
  checkCounts(options, { workers: 0, batchSize: 1, limit: 0, mistakes: 0 });
  const { network } = model;
  const { from, until, reading, digest, onInput, onOpened, signal, workers, batchSize, limit } = options;
  // Before anything is read: it may be refused.
  const normalization = options.normalization?.(network.normalization) ?? network.normalization;
  const asksTurns = options.normalization === undefined;
  const choose: ChooseReading = async (...given) => {
    const { askNetwork } = await import('./ask-network.js');
    return askNetwork(network, normalization, { asksTurns, limit })(...given);
  };
  const inputs = new Inputs([files], {
    network: { ...network, normalization, ...saidOf(normalization, network.normalization) },
    reading,
    // Of the bundled set all is known, and only a network of which we have the weights can be asked at once.
    choose: options.images === undefined || model.runtime !== undefined ? undefined : choose,
    ...{ digest, onInput, onOpened, columns: options.slices?.filter((by) => typeof by === 'string') },
  });
  try {
    const needs = await unlessAborted(inputs.look(from, until), signal);
    const { records = null } = needs;
    const most = Math.min(records ?? Number.POSITIVE_INFINITY, limit ?? Number.POSITIVE_INFINITY);
    const scorer = await open(network, {
      ...{ ...needs, workers, batchSize, withIds: options.slices !== undefined },
      records: Number.isFinite(most) ? most : null,
      withOutputs: options.metrics,
    });
    const run = { inputs, files, records, scorer, model, normalization };
    return await withScorer(scorer, () => evaluateInputs(run, options));
  } catch (error) {
    throw await abortOr(error, signal);
  } finally {
    await inputs.close();
  }
}

/** What is open for one evaluation. */
interface EvaluationRun {
  readonly inputs: Inputs;
  readonly files: ImageFiles;
  /** How many there are to be read; null where that is not known. */
  readonly records: number | null;
  readonly scorer: Scorer;
  readonly model: Model;
  readonly normalization: Normalization;
}

/** From bytes to a report. */
async function evaluateInputs(
  { inputs, files, records: recordCount, scorer, model, normalization: wanted }: EvaluationRun,
  options: EvaluateFilesOptions,
): Promise<EvaluateResult> {
  const {
    from,
    until,
    signal,
    limit = Number.POSITIVE_INFINITY,
    mistakes = 10,
    metrics: withOutputs,
    onBatch,
    onProgress,
    onPictures,
  } = options;
  const pictures = new PictureTally();
  const { classes } = model.network;
  const input = await unlessAborted(inputs.open(), signal);
  if (input === null) throw new TypeError('expected an input');
  const normalization = orientedAs(input, wanted);
  const { outputsAreProbabilities } = scorer.slots;
  const counting = { classes: classes.length, outputsAreProbabilities, mistakes, withOutputs };
  const total = Math.min(limit, recordCount ?? Number.POSITIVE_INFINITY);
  const sample = new ReadingSample();
  let slicing: Slicing | undefined;
  if (options.slices !== undefined) {
    const { openSlicing } = await import('./judging/slicing.js');
    slicing = await openSlicing(options.slices, { input, files, normalization, ...options.reading });
  }
  // The clock of node:perf_hooks takes a millisecond to load.
  const start = process.hrtime.bigint();
  const scored = inputs.pieces(scorer.slots, { from, until }).pipe(
    untilAborted(signal),
    decode(),
    // Only where not all are wanted: a source is checked at its end.
    takeRecords(limit < (recordCount ?? Number.POSITIVE_INFINITY) ? limit : Number.POSITIVE_INFINITY),
    normalize(wanted),
    batch(scorer.slots),
    forward(scorer),
    inOrder(),
    accept(inputs),
    notePictures(pictures),
  );
  const flow = scored.pipe(
    takeScored(limit),
    tap((records) => sample.add(records)),
    tap((records) => onBatch?.(records)),
    tap((records) => slicing?.add(records)),
    tally(counting),
    tap((counted) => onProgress?.(counted, Number.isFinite(total) ? total : undefined)),
  );
  const counted = await lastValueFrom(flow, { defaultValue: new EvaluationTally(counting) });
  onPictures?.(pictures);
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  const partial = !inputs.isComplete || inputs.rows - (from?.rows ?? 0) > counted.images;
  const isLow = model.runtime === undefined && (counted.accuracy ?? 1) < WELL_READ;
  const evaluation = summarize(counted, {
    model: describeModel(model),
    data: await describeData(input, !partial),
    classes,
    normalization: describeNormalization(normalization),
    lossName: lossOf(model.network),
    workers: scorer.workers,
    seconds,
    partial,
    slices: slicing?.finish(partial ? recordCount : counted.images),
    otherReading: isLow ? await otherReadingOf(input.guesses, { ...sample.records, normalization }) : null,
  });
  return { evaluation, mistakes: counted.mistakes.worst, normalization };

  async function otherReadingOf(
    guesses: Input['guesses'],
    records: ReadRecords,
  ): Promise<OtherReading | null> {
    const { findOtherReading } = await import('./other-reading.js');
    const { reading = {} } = options;
    return findOtherReading({ network: model.network, spec: options, guesses, reading, records });
  }
}
