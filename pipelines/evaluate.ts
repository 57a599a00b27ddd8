import { fromEvent, lastValueFrom, NEVER, type Observable, takeUntil, tap } from 'rxjs';
import { lossOf } from '../src/network/cost.js';
import { layerSizes, parameterCount } from '../src/network/network.js';
import type { Normalization } from '../src/network/normalization.js';
import { describeNormalization } from '../src/network/parse-normalization.js';
import { batch } from '../src/operators/batch.js';
import { decode } from '../src/operators/decode.js';
import { forward } from '../src/operators/forward.js';
import { normalize } from '../src/operators/normalize.js';
import { takeRecords } from '../src/operators/take-records.js';
import { tally } from '../src/operators/tally.js';
import { chooseWorkers } from '../src/pool/choose-workers.js';
import { openScorer } from '../src/pool/open-scorer.js';
import { checkFitsNetwork } from '../src/sources/check-fits-network.js';
import type { IdxSource } from '../src/sources/idx-source.js';
import { knownDataset } from '../src/sources/known-datasets.js';
import { type LabelledInput, openLabelledImages } from '../src/sources/open-images.js';
import { type Model, openModel } from '../src/sources/open-model.js';
import type { Evaluation } from '../src/tally/evaluation.js';
import { EvaluationTally, type EvaluationTallyOptions } from '../src/tally/evaluation-tally.js';
import type { Mistake } from '../src/tally/mistakes.js';
import { summarize } from '../src/tally/summarize.js';

/** What to evaluate, and how. All of it has a default: the bundled test set and network, on all cores. */
export interface EvaluateOptions extends LabelledInput {
  /** The name of a bundled network, or a path. Default `sigmoid`. */
  readonly model?: string | undefined;
  /** How a pixel becomes a brightness, given the network's own way. Default: that. */
  readonly normalization?: ((own: Normalization) => Normalization) | undefined;
  /** Threads; 0 does without. Default: the cores there are, fewer for a small input. */
  readonly workers?: number | undefined;
  /** Records in a batch, at least 1. Default: as many as 4 MiB hold. */
  readonly batchSize?: number | undefined;
  /** Evaluate only the first records. Default: all. */
  readonly limit?: number | undefined;
  /** How many of the worst mistakes to keep. Default 10. */
  readonly mistakes?: number | undefined;
  /** Aborting it stops the reading; what was read is evaluated, and the result is marked partial. */
  readonly signal?: AbortSignal | undefined;
  /** Is told the running tally after every batch; `total` is what the header announces, or the limit. */
  readonly onProgress?: ((running: EvaluationTally, total: number) => void) | undefined;
}

/** An evaluation, and the pixels of its mistakes. */
export interface EvaluateResult {
  readonly evaluation: Evaluation;
  /** As in `evaluation`, each with its pixels as stored. */
  readonly mistakes: readonly Mistake[];
  readonly normalization: Normalization;
}

/**
 * Evaluates a network on labelled images.
 *
 * @throws DigitflowError for all that can be wrong with input, network and machine; its `code` says which
 */
export async function evaluate(options: EvaluateOptions = {}): Promise<EvaluateResult> {
  const { model, source } = await openBoth(options);
  const { network } = model;
  try {
    checkFitsNetwork(source.format, network);
    const { limit = Number.POSITIVE_INFINITY } = options;
    const total = Math.min(limit, source.format.count);
    const workers = options.workers ?? chooseWorkers(total);
    const normalization = options.normalization?.(network.normalization) ?? network.normalization;
    const lastActivation = network.layers[network.layers.length - 1].activation;
    const counting: EvaluationTallyOptions = {
      classes: network.classes.length,
      mistakes: options.mistakes ?? 10,
      outputsAreProbabilities: lastActivation === 'sigmoid' || lastActivation === 'softmax',
    };

    const scorer = await openScorer(network, { workers, batchSize: options.batchSize });
    try {
      const startMs = performance.now();
      const running = source.chunks(scorer.slots).pipe(
        decode(source.format, network.classes.length),
        // Not where all are wanted: the source is to be read to its end, and checked there.
        takeRecords(limit < source.format.count ? limit : Number.POSITIVE_INFINITY),
        takeUntil(aborted(options.signal)),
        normalize(normalization),
        batch(scorer.slots),
        forward(scorer),
        tally(counting),
        tap((counted) => options.onProgress?.(counted, total)),
      );
      const counted = await lastValueFrom(running, { defaultValue: new EvaluationTally(counting) });
      const evaluation = summarize(counted, {
        model: describeModel(model),
        data: describeData(source),
        classes: network.classes,
        normalization: describeNormalization(normalization),
        lossName: lossOf(network),
        workers,
        seconds: (performance.now() - startMs) / 1000,
        partial: counted.images < source.format.count,
      });
      return { evaluation, mistakes: counted.mistakes.worst, normalization };
    } finally {
      await scorer.close();
    }
  } finally {
    await source.close();
  }
}

/** The images are opened while the network is read. */
async function openBoth(options: EvaluateOptions): Promise<{ model: Model; source: IdxSource }> {
  const opening = openLabelledImages(options);
  try {
    return { model: openModel(options.model ?? 'sigmoid'), source: await opening };
  } catch (error) {
    await opening.then(
      (source) => source.close(),
      () => {},
    );
    throw error;
  }
}

function aborted(signal: AbortSignal | undefined): Observable<unknown> {
  return signal === undefined ? NEVER : fromEvent(signal, 'abort');
}

function describeModel({ network, name, sha256 }: Model): Evaluation['model'] {
  return {
    name,
    sha256,
    layers: layerSizes(network),
    activations: network.layers.map((layer) => layer.activation),
    parameters: parameterCount(network),
  };
}

function describeData({ format, files }: IdxSource): Evaluation['data'] {
  const present = [files.images, ...(files.labels ? [files.labels] : [])];
  return {
    name: format.imagesName,
    dataset: knownDataset(files.images.sha256, files.labels?.sha256)?.name ?? null,
    files: present.map(({ name, sha256 }) => ({ path: name, sha256 })),
    height: format.height,
    width: format.width,
  };
}
