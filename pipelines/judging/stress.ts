import { lastValueFrom } from 'rxjs';
import { CORRUPTION_NAMES, CORRUPTIONS, type CorruptionName } from '../../src/corruptions/corruptions.js';
import { type KeptFlip, StressRun } from '../../src/corruptions/stress-run.js';
import type { Batch } from '../../src/engine/batch.js';
import { openReader, withScorer } from '../../src/engine/open-scorer.js';
import { checkCounts, usableCores } from '../../src/engine/sizes.js';
import { DigitflowError, quoteValue } from '../../src/errors.js';
import { checkMisplaced } from '../../src/formats/reading.js';
import type { ChooseReading } from '../../src/inputs/candidate-readings.js';
import { Inputs } from '../../src/inputs/inputs.js';
import { type Model, type ModelOptions, modelOf } from '../../src/inputs/models/open-model.js';
import { findImages, type ImagesSpec } from '../../src/inputs/open-inputs.js';
import { type StressReport, stressReport } from '../../src/judging/stress-report.js';
import { describeNormalization, type Normalization, saidOf } from '../../src/network/normalization.js';
import { accept } from '../../src/operators/accept.js';
import { batch } from '../../src/operators/batch-records.js';
import { decode } from '../../src/operators/decode.js';
import { forward } from '../../src/operators/forward.js';
import { inOrder } from '../../src/operators/in-order.js';
import { normalize, orientedAs } from '../../src/operators/normalize.js';
import { sink } from '../../src/operators/sink.js';
import { takeRecords } from '../../src/operators/take-records.js';
import { abortOr, unlessAborted, untilAborted } from '../../src/operators/until-aborted.js';
import type { ReadingOptions } from '../hold.js';
import { describeData, describeModel } from './describe-evaluated.js';
import { openStressor } from './stressor.js';

/** What to put under stress, and how. */
export interface StressOptions extends ImagesSpec, Omit<ReadingOptions, 'onPictures'>, ModelOptions {
  /** Which corruptions. Default: all. */
  readonly corruptions?: readonly CorruptionName[] | undefined;
  /** Decides all that is random: a whole number from 0 up. Default 1. */
  readonly seed?: number | undefined;
  /** Of how many images, the first ones, the nearest flip is looked for. Default 0. */
  readonly flips?: number | undefined;
  /** How a pixel becomes a brightness, given the network's own way. Default: that. */
  readonly normalization?: ((own: Normalization) => Normalization) | undefined;
  /** Threads; 0 does without. Default: the cores there are. */
  readonly workers?: number | undefined;
  /** Only the first images. Default: all. */
  readonly limit?: number | undefined;
  /**
   * Aborting it stops the reading: the report is of the images that threads had been given by then, and `partial`. Before an
   * input is open, `stress` rejects with the signal's reason.
   */
  readonly signal?: AbortSignal | undefined;
  /** Is told how many images are done; `total` is what the header announces, or the limit. */
  readonly onProgress?: ((done: number, total: number | undefined) => void) | undefined;
}

/** A stress test, and the images that belong to it. */
export interface StressResult {
  /** What `--format json` prints. */
  readonly report: StressReport;
  /** The first image, `(height * width)` u8 as stored; null of no images. */
  readonly example: Uint8Array | null;
  /** The first images whose nearest flip was looked for, with their pixels as stored. */
  readonly flips: readonly KeptFlip[];
  readonly normalization: Normalization;
  /** What the network's outputs stand for. */
  readonly classes: readonly string[];
}

/**
 * Makes labelled images worse in seeded ways, five strengths each, and counts how many the network still reads right. Images
 * are read once, from whatever they come; memory does not grow with them.
 *
 * @throws DigitflowError what `evaluate` throws; USAGE for an unknown corruption
 */
export async function stress(options: StressOptions = {}): Promise<StressResult> {
  checkMisplaced(options);
  checkCounts(options, { workers: 0, limit: 0, seed: 0, flips: 0 });
  const { corruptions = CORRUPTION_NAMES, signal, reading, onOpened } = options;
  checkNames(corruptions);
  const model = await modelOf(options, signal);
  const { network } = model;
  const wanted = options.normalization?.(network.normalization) ?? network.normalization;
  const asksTurns = options.normalization === undefined;
  const choose: ChooseReading = async (...given) => {
    const { askNetwork } = await import('../ask-network.js');
    return askNetwork(network, wanted, { asksTurns, limit: options.limit })(...given);
  };
  const inputs = new Inputs([await findImages(options, 'test')], {
    network: { ...network, normalization: wanted, ...saidOf(wanted, network.normalization) },
    // Of the bundled set all is known.
    choose: options.images === undefined ? undefined : choose,
    ...{ reading, onOpened },
  });
  try {
    return await stressInputs(inputs, { model, wanted }, options);
  } catch (error) {
    throw await abortOr(error, signal);
  } finally {
    await inputs.close();
  }
}

function checkNames(names: readonly string[]): void {
  const odd = names.find((name) => !(CORRUPTION_NAMES as readonly string[]).includes(name));
  if (odd === undefined) return;
  const message = `corruptions: expected some of ${CORRUPTION_NAMES.join(', ')}, found ${quoteValue(odd)}`;
  throw new DigitflowError('USAGE', `${message}; leave it out`);
}

/** From bytes to a report. */
async function stressInputs(
  inputs: Inputs,
  { model, wanted }: { readonly model: Model; readonly wanted: Normalization },
  options: StressOptions,
): Promise<StressResult> {
  const { corruptions = CORRUPTION_NAMES, seed = 1, limit = Number.POSITIVE_INFINITY, signal } = options;
  const { network } = model;
  const needs = await unlessAborted(inputs.look(), signal);
  const input = await unlessAborted(inputs.open(), signal);
  if (input === null) throw new TypeError('expected an input');
  const normalization = orientedAs(input, wanted);
  const workers = options.workers ?? usableCores();
  const stressor = openStressor({ network, normalization, corruptions, seed }, workers);
  const most = Math.min(limit, input.records ?? Number.POSITIVE_INFINITY);
  const run = new StressRun(stressor, input.image.height * input.image.width, options, most);
  const start = process.hrtime.bigint();
  try {
    const reader = await openReader(input.image, network.classes.length, needs, (pixels) =>
      run.addPixels(pixels),
    );
    await withScorer(reader, ({ slots }) => {
      const flow = inputs.pieces(slots, { isCutHere: true }).pipe(
        untilAborted(signal),
        decode(),
        takeRecords(limit < (input.records ?? Number.POSITIVE_INFINITY) ? limit : Number.POSITIVE_INFINITY),
        normalize(wanted),
        batch(slots),
        forward(reader),
        inOrder(),
        accept(inputs),
        sink((read: Batch) => run.add(read)),
      );
      return lastValueFrom(flow, { defaultValue: 0 });
    });
    await run.end();
  } finally {
    await stressor.close();
  }
  const partial = !inputs.isComplete || inputs.rows > run.images;
  const report = stressReport({
    model: describeModel(model),
    data: await describeData(input, !partial),
    normalization: describeNormalization(normalization),
    ...{ seed, images: run.images, workers: stressor.workers, partial },
    seconds: Number(process.hrtime.bigint() - start) / 1e9,
    corruptions: CORRUPTIONS.filter(({ name }) => corruptions.includes(name)),
    corrects: run.corrects,
    flips: (options.flips ?? 0) === 0 ? null : run.flips.map(({ distances }) => distances),
  });
  return { report, example: run.example, flips: run.kept, normalization, classes: network.classes };
}
