import { DigitflowError, quoteValue } from '../errors.js';
import {
  readSafetensors,
  type Tensor,
  writeSafetensors,
} from '../network/formats/safetensors/safetensors.js';
import { parseShallowJson } from '../network/formats/shallow-json.js';
import { FilmedWeights } from './filmed-weights.js';
import type { SharedTraining } from './shared-training.js';
import type { EpochReport, TrainingProgress } from './training-epochs.js';
import { SETTING_NAMES, settingFlag, settingText, type TrainingOptions } from './training-options.js';

const SCHEMA = 'digitflow.checkpoint/1';

/** What a checkpoint says about itself, as JSON. */
interface CheckpointHead {
  readonly schema: string;
  /** JSON of the settings and of what the images are: these must be equal for an equal result. */
  readonly training: string;
  readonly epochsDone: number[];
  readonly divergedRuns: readonly number[];
  readonly best: EpochReport | null;
  /** Whether the weights of a film are there. */
  readonly film?: true;
}

/**
 * The state of a training as a safetensors file, from which `restoreTraining` goes on to the very same result. May be
 * called at any moment; an epoch that is under way is not in it.
 *
 * @param digest names the images, so that they cannot be mistaken for others
 */
export function saveTraining(
  shared: SharedTraining,
  { best, reports, film }: TrainingProgress,
  digest: string,
): Uint8Array {
  const head: CheckpointHead = {
    schema: SCHEMA,
    training: identityOf(shared, digest),
    epochsDone: shared.epochsDone,
    divergedRuns: [...shared.divergedRuns],
    best: best?.report ?? null,
    ...(film && { film: true }),
  };
  const tensors = new Map<string, Tensor>();
  for (const run of shared.layout.runs.keys()) tensors.set(`runs.${run}`, tensorOf(shared.keptState(run)));
  if (best) tensors.set('best', tensorOf(best.parameters));
  for (const [run, epochs] of film?.runs ?? []) {
    for (const [epoch, parameters] of epochs) tensors.set(filmTensor(run, epoch), tensorOf(parameters));
  }
  const metadata = new Map([
    ['checkpoint', JSON.stringify(head)],
    ['epochs', JSON.stringify(reports)],
  ]);
  return writeSafetensors({ tensors, metadata });
}

/**
 * Puts a fresh training where a checkpoint left off.
 *
 * @throws DigitflowError NETWORK_FILE when it is damaged; CHECKPOINT_MISMATCH, naming what differs, when it is of another
 *   training
 */
export function restoreTraining(
  shared: SharedTraining,
  bytes: Uint8Array,
  digest: string,
  fileName: string,
): TrainingProgress {
  const { tensors, metadata } = readSafetensors(bytes, fileName);
  const damaged = (message: string) => new DigitflowError('NETWORK_FILE', `${fileName}: ${message}`);
  const head = parsed<CheckpointHead>(metadata.get('checkpoint'));
  if (head?.schema !== SCHEMA) {
    const found = head === null ? 'a network, or other tensors' : quoteValue(head.schema);
    throw damaged(`expected ${SCHEMA}, found ${found}; give the file that train --checkpoint wrote`);
  }
  if (head.training !== identityOf(shared, digest)) throw mismatch(shared, head, fileName);
  const reports = parsed<EpochReport[]>(metadata.get('epochs'));
  if (!Array.isArray(reports)) {
    throw damaged('expected a checkpoint with the reports of its epochs, found none; start anew');
  }
  const valuesOf = (name: string, count: number) => {
    const values = tensors.get(name)?.values;
    if (values?.length === count) return values;
    throw damaged(`tensor ${name}: expected ${count} numbers, found ${values?.length ?? 'no such tensor'}`);
  };
  const states = shared.epochsDone.map((_, run) => valuesOf(`runs.${run}`, shared.keptState(run).length));
  const parametersOf = (name: string) => Float32Array.from(valuesOf(name, shared.layout.shape.bytes / 4));
  const best = head.best && { report: withNaN(head.best), parameters: parametersOf('best') };
  const { epochsDone } = head;
  const reached = { epochsDone, divergedRuns: new Set(head.divergedRuns), options: shared.options };
  const film =
    head.film &&
    FilmedWeights.restored(reached, head.best, (run, epoch) => parametersOf(filmTensor(run, epoch)));
  // Written only after all has been read: a bad checkpoint leaves the training as it was.
  states.forEach((state, run) => {
    shared.keptState(run).set(state);
    shared.epochsDone[run] = epochsDone[run];
  });
  for (const run of head.divergedRuns) shared.divergedRuns.add(run);
  return { best: best ?? undefined, reports: reports.map(withNaN), ...(film && { film }) };
}

function filmTensor(run: number, epoch: number): string {
  return `film.${run}.${epoch}`;
}

function identityOf({ options, images, start }: SharedTraining, digest: string): string {
  const { pixels, labels, image, classes } = images;
  const data = { digest, pixels: pixels.length, labels: labels.length, image, classes };
  const settings = { ...options, largestFirstWeight: String(options.largestFirstWeight) };
  return JSON.stringify({ ...settings, data, ...(start && { init: start.sha256 }) });
}

function tensorOf(values: Float32Array): Tensor {
  return { shape: [values.length], values: Float64Array.from(values) };
}

/** Names the first setting that differs; where none does, the images do. */
function mismatch(
  { options, start }: SharedTraining,
  head: CheckpointHead,
  fileName: string,
): DigitflowError {
  const made = parsed<TrainingOptions & { readonly init?: string }>(head.training);
  const name =
    made && SETTING_NAMES.find((key) => key in made && settingText(made, key) !== settingText(options, key));
  const isOfOther = made !== null && made.init !== start?.sha256;
  const [found, expected] = isOfOther
    ? [made.init, start?.sha256].map((sha256) =>
        sha256 ? `--init of a network with sha256 ${sha256}` : 'no --init',
      )
    : name
      ? [made, options].map((settings) => `${settingFlag(name)} ${settingText(settings, name)}`)
      : ['other images or labels', 'these'];
  return new DigitflowError(
    'CHECKPOINT_MISMATCH',
    `${fileName}: a checkpoint of another training: made with ${found}, to be resumed with ${expected}; ` +
      'give what it was made with, or start anew',
  );
}

/** What JSON says; null where it is none. */
function parsed<T>(json: string | undefined): T | null {
  return (parseShallowJson(json ?? '') ?? null) as T | null;
}

/** JSON has no NaN: it wrote these numbers as null. */
function withNaN(report: EpochReport): EpochReport {
  const { loss, validationLoss, validationAccuracy } = report;
  return {
    ...report,
    loss: loss ?? Number.NaN,
    validationLoss: validationLoss ?? Number.NaN,
    validationAccuracy: validationAccuracy ?? Number.NaN,
  };
}
