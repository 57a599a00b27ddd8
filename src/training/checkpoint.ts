import { readFileSync } from 'node:fs';
import { DigitflowError, inputError } from '../errors.js';
import { readSafetensors, type Tensor } from '../network/formats/safetensors.js';
import { writeSafetensors } from '../network/formats/write-safetensors.js';
import type { SharedTraining } from './shared-training.js';
import type { EpochReport, TrainingProgress } from './training-epochs.js';
import { SETTING_FLAGS, SETTING_NAMES, settingText } from './training-report.js';

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

const REPORTS_KEY = 'epochs';

/** A training between two epochs: what came of it, and how all its epochs went. */
export interface TrainingState {
  readonly progress: TrainingProgress;
  readonly reports: EpochReport[];
}

/** A checkpoint with the reports of its epochs, so that log and curve of a resumed training are whole. */
export function checkpointBytes(
  shared: SharedTraining,
  { progress, reports }: TrainingState,
  digest: string,
): Uint8Array {
  const { tensors, metadata } = readSafetensors(saveTraining(shared, progress, digest), 'checkpoint');
  return writeSafetensors({
    tensors,
    metadata: new Map([...metadata, [REPORTS_KEY, JSON.stringify(reports)]]),
  });
}

/**
 * Puts a training where its checkpoint left off.
 *
 * @throws DigitflowError INPUT_MISSING, INPUT_READ; NETWORK_FILE when it is damaged; CHECKPOINT_MISMATCH when it is of
 *   another training, naming what differs
 */
export function resumeTraining(shared: SharedTraining, path: string, digest: string): TrainingState {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw inputError(error, path);
  }
  const { metadata } = readSafetensors(bytes, path);
  checkSameTraining(shared, metadata.get('checkpoint'), digest, path);
  const progress = restoreTraining(shared, bytes, digest, path);
  return { progress, reports: reportsOf(metadata.get(REPORTS_KEY), path) };
}

/** Says what differs; that nothing does is made sure by `restoreTraining`, which also finds what is no checkpoint. */
function checkSameTraining(
  { options }: SharedTraining,
  head: string | undefined,
  digest: string,
  path: string,
): void {
  const made = madeBy(head);
  if (made === null) return;
  const name = SETTING_NAMES.find(
    (key) => key in made && settingText(made, key) !== settingText(options, key),
  );
  const refuse = (found: string, expected: string) => {
    const message = `${path}: a checkpoint of another training: made with ${found}, to be resumed with ${expected}`;
    return new DigitflowError('CHECKPOINT_MISMATCH', `${message}; give what it was made with, or start anew`);
  };
  if (name !== undefined) {
    const flag = SETTING_FLAGS[name];
    throw refuse(`${flag} ${settingText(made, name)}`, `${flag} ${settingText(options, name)}`);
  }
  if (made.data?.digest !== digest) throw refuse('other images or labels', 'these');
}

type Made = SharedTraining['options'] & { readonly data?: { readonly digest?: string } };

function madeBy(head: string | undefined): Made | null {
  try {
    return JSON.parse(JSON.parse(head ?? '').training);
  } catch {
    return null;
  }
}

function reportsOf(json: string | undefined, path: string): EpochReport[] {
  const asNumber = (value: number | null) => value ?? Number.NaN;
  try {
    const reports: EpochReport[] = JSON.parse(json ?? '');
    // JSON has no NaN: these are the numbers that may be none.
    return reports.map((report) => ({
      ...report,
      loss: asNumber(report.loss),
      validationLoss: asNumber(report.validationLoss),
      validationAccuracy: asNumber(report.validationAccuracy),
    }));
  } catch (cause) {
    const message = `${path}: expected a checkpoint with the reports of its epochs, found none; start anew`;
    throw new DigitflowError('NETWORK_FILE', message, { cause });
  }
}
