import { readFileSync } from 'node:fs';
import { DigitflowError } from '../src/errors.js';
import { readSafetensors } from '../src/network/safetensors.js';
import { writeSafetensors } from '../src/network/write-safetensors.js';
import { inputError } from '../src/sources/input-error.js';
import { restoreTraining, saveTraining } from '../src/training/checkpoint.js';
import type { SharedTraining } from '../src/training/shared-training.js';
import type { EpochReport, TrainingProgress } from '../src/training/training-epochs.js';
import { SETTING_FLAGS, SETTING_NAMES, settingText } from './training-command.js';

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
