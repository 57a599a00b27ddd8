import { DigitflowError } from '../errors.js';
import { readSafetensors, type Tensor } from '../network/safetensors.js';
import { writeSafetensors } from '../network/write-safetensors.js';
import type { SharedTraining } from './shared-training.js';
import type { EpochReport, TrainingProgress } from './training-epochs.js';

const SCHEMA = 'digitflow.checkpoint/1';

/** What a checkpoint says about itself, as JSON. */
interface CheckpointHead {
  readonly schema: string;
  /** The settings, and what the images are: what must be the same for the result to be. */
  readonly training: string;
  readonly epochsDone: readonly number[];
  readonly divergedRuns: readonly number[];
  readonly best: EpochReport | null;
}

/**
 * The complete state of a training between epochs, as a safetensors file: what `restoreTraining` goes on from to the
 * very same result. May be called at any moment; an epoch that is under way is not in it.
 *
 * @param dataDigest names the images, so that they cannot be mistaken for others
 */
export function saveTraining(
  shared: SharedTraining,
  progress: TrainingProgress,
  dataDigest: string,
): Uint8Array {
  const head: CheckpointHead = {
    schema: SCHEMA,
    training: identityOf(shared, dataDigest),
    epochsDone: shared.epochsDone,
    divergedRuns: [...shared.divergedRuns],
    best: progress.best?.report ?? null,
  };
  const tensors = new Map<string, Tensor>();
  for (const run of shared.layout.runs.keys()) tensors.set(`runs.${run}`, tensorOf(shared.keptState(run)));
  if (progress.best) tensors.set('best', tensorOf(progress.best.parameters));
  // JSON has no NaN: without held-out images two numbers of the report are restored as such.
  return writeSafetensors({ tensors, metadata: new Map([['checkpoint', JSON.stringify(head)]]) });
}

/**
 * Puts a fresh training where a checkpoint left off.
 *
 * @param fileName what to call the checkpoint in an error
 * @returns its progress
 * @throws DigitflowError NETWORK_FILE when the file is damaged, INPUT_SIZE when it is of another training
 */
export function restoreTraining(
  shared: SharedTraining,
  bytes: Uint8Array,
  dataDigest: string,
  fileName: string,
): TrainingProgress {
  const { tensors, metadata } = readSafetensors(bytes, fileName);
  const head = parseHead(metadata.get('checkpoint'), fileName);
  const expected = identityOf(shared, dataDigest);
  if (head.training !== expected) {
    throw new DigitflowError(
      'INPUT_SIZE',
      `${fileName}: expected a checkpoint of ${expected}, found one of ${head.training}: ` +
        'resume with the same options and images, or start anew',
    );
  }
  const states = Array.from(shared.layout.runs.keys(), (run) =>
    valuesOf(tensors, `runs.${run}`, shared.keptState(run).length, fileName),
  );
  const parameterCount = shared.layout.shape.bytes / 4;
  const best = head.best && {
    report: withNaN(head.best),
    parameters: Float32Array.from(valuesOf(tensors, 'best', parameterCount, fileName)),
  };
  // Nothing is written before all has been read: a bad checkpoint leaves the training as it was.
  states.forEach((state, run) => {
    shared.keptState(run).set(state);
    shared.epochsDone[run] = head.epochsDone[run];
  });
  for (const run of head.divergedRuns) shared.divergedRuns.add(run);
  return { best: best ?? undefined };
}

function identityOf({ options, images }: SharedTraining, dataDigest: string): string {
  const { pixels, labels, image, classes } = images;
  const data = { digest: dataDigest, pixels: pixels.length, labels: labels.length, image, classes };
  return JSON.stringify({ ...options, largestFirstWeight: String(options.largestFirstWeight), data });
}

function tensorOf(values: Float32Array): Tensor {
  return { shape: [values.length], values: Float64Array.from(values) };
}

function valuesOf(
  tensors: ReadonlyMap<string, Tensor>,
  name: string,
  count: number,
  fileName: string,
): Float64Array {
  const values = tensors.get(name)?.values;
  if (values?.length === count) return values;
  throw new DigitflowError(
    'NETWORK_FILE',
    `${fileName}: tensor ${name}: expected ${count} numbers, found ${values?.length ?? 'no such tensor'}`,
  );
}

function withNaN(report: EpochReport): EpochReport {
  if (report.validationImages > 0) return report;
  return { ...report, validationLoss: Number.NaN, validationAccuracy: Number.NaN };
}

function parseHead(json: string | undefined, fileName: string): CheckpointHead {
  try {
    const head: CheckpointHead = JSON.parse(json ?? '');
    if (head.schema === SCHEMA) return head;
  } catch {
    // Said below: no JSON at all is no better than another schema.
  }
  throw new DigitflowError('NETWORK_FILE', `${fileName}: expected a checkpoint (${SCHEMA}), found none`);
}
