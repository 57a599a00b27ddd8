import type { Evaluation } from '../../src/counting/evaluation.js';
import type { ScoredRecords } from '../../src/counting/scored-records.js';
import { DigitflowError } from '../../src/errors.js';
import type { DigestMode } from '../../src/inputs/data-stream.js';
import type { Model } from '../../src/inputs/models/open-model.js';
import { checkGates, checkGatesOf, checkGateValues, type Gates } from '../../src/judging/gates.js';
import { areProbabilities } from '../../src/network/activations.js';
import type { VerdictWriter } from '../../src/outputs/judging/verdict-file.js';
import type { OpenBaseline } from './open-baseline.js';

/** How good an evaluation is to be, and what is kept for the next one to be held against. */
export interface GateOptions {
  /** How good it is to be: `gates` of the evaluation says whether it is. */
  readonly gates?: Gates | undefined;
  /**
   * The path of an earlier evaluation's JSON, of the same images: the accuracy may not be significantly lower, or not by more than
   * `gates.margin`. Where that evaluation kept verdicts, both are compared image by image.
   */
  readonly baseline?: string | undefined;
  /** Where to keep label and prediction of every image: a NumPy array `(images, 2)` of uint8. Default: nowhere. */
  readonly verdicts?: string | undefined;
}

/** What the evaluation at hand is asked to do. */
interface GatedRun extends GateOptions {
  readonly limit?: number | undefined;
  readonly digest?: DigestMode | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onBatch?: ((records: ScoredRecords) => void) | undefined;
}

/**
 * Evaluates, keeps verdicts, and says whether the result is good enough. Of one that was interrupted nothing is said.
 *
 * @param inputs paths that are read, as far as they are known
 * @param evaluate is given what to do besides
 * @throws DigitflowError USAGE for gates that mean nothing to the network; what reading a baseline and keeping verdicts throw
 */
export async function evaluateGated<Result extends { readonly evaluation: Evaluation }>(
  model: Model,
  inputs: readonly string[],
  options: GatedRun,
  evaluate: (besides: Pick<GatedRun, 'onBatch' | 'digest'>) => Promise<Result>,
): Promise<Result> {
  const { gates = {}, verdicts, signal, digest, onBatch } = options;
  checkOptions(model, options);
  const against = await baselineOf(model, options);
  let writer: VerdictWriter | undefined;
  try {
    if (verdicts !== undefined) {
      const { VerdictWriter } = await import('../../src/outputs/judging/verdict-file.js');
      writer = new VerdictWriter(verdicts, [...inputs, ...(against?.paths ?? [])]);
    }
    const result = await evaluate({
      digest: against?.hasDigests && digest !== 'never' ? 'always' : digest,
      onBatch: (records) => {
        writer?.add(records);
        against?.add(records);
        onBatch?.(records);
      },
    });
    const { evaluation } = result;
    // Labels, and the files of a folder, are found as it goes.
    writer?.checkApart(evaluation.data.files.map(({ path }) => path));
    const isCutShort = evaluation.partial && signal?.aborted;
    const found = isCutShort ? [] : checkGates(evaluation, gates, against?.end(evaluation));
    return {
      ...result,
      evaluation: {
        ...evaluation,
        ...(writer === undefined ? {} : { verdicts: writer.end() }),
        ...(found.length === 0 ? {} : { gates: found }),
      },
    };
  } finally {
    against?.close();
    writer?.discard();
  }
}

/**
 * What `evaluateGated` says of an evaluation that is there already: without verdicts, and so not image by image.
 *
 * @throws DigitflowError as it does
 */
export async function gatesOf(
  evaluation: Evaluation,
  { gates = {}, baseline: path }: Pick<GateOptions, 'gates' | 'baseline'>,
): Promise<Pick<Evaluation, 'gates'>> {
  const baseline = path === undefined ? null : (await import('./open-baseline.js')).readBaseline(path);
  const against = baseline === null ? undefined : { baseline };
  const found = checkGates(evaluation, gates, against);
  return found.length === 0 ? {} : { gates: found };
}

/** @throws DigitflowError USAGE for gates that mean nothing to the network, or do not go together */
function checkOptions(model: Model, { gates = {}, baseline, limit }: GatedRun): void {
  const { classes, layers } = model.network;
  checkGateValues(gates, baseline !== undefined);
  checkGatesOf(gates, { classes, hasProbabilities: areProbabilities(layers[layers.length - 1].activation) });
  if (baseline === undefined || limit === undefined) return;
  const message =
    '--limit: expected all images, which a baseline is of, found a limit; leave one of them out';
  throw new DigitflowError('USAGE', message);
}

async function baselineOf({ network }: Model, { baseline }: GatedRun): Promise<OpenBaseline | null> {
  if (baseline === undefined) return null;
  return (await import('./open-baseline.js')).openBaseline(baseline, network.classes);
}
