import type { Command } from 'commander';
import type { DriftOptions } from '../../../pipelines/judging/drifting.js';
import { DigitflowError } from '../../errors.js';
import type { DriftSummary } from '../../judging/drift.js';
import { driftSummaryWords } from '../../judging/drift-words.js';
import { realNumber, wholeNumber } from '../options.js';

/** The flags that watch for drift. */
export interface DriftFlags {
  readonly drift?: string;
  readonly driftWindow?: number;
  readonly maxDrift?: number;
}

/** So many notes are told as it begins; the last line has their number. */
const MOST_NOTES = 5;

export function addDriftOptions(command: Command): Command {
  const bound = realNumber((value) => value > 0, 'Give a number above 0; a PSI of 0.25 is a large change.');
  return command
    .option(
      '--drift <reference>',
      'note where images are not like those that the network was trained on: images of these, or default for 500 of MNIST',
    )
    .option(
      '--drift-window <count>',
      'with --drift: compare so many images at a time (default: 1000)',
      wholeNumber(100),
    )
    .option(
      '--max-drift <psi>',
      'with --drift: the stability index that is too much (default: 0.25), and exit with 1 where it is more',
      bound,
    );
}

/** @throws DigitflowError USAGE for flags that do not go together */
export function checkDriftFlags(
  paths: readonly string[],
  { drift, driftWindow, maxDrift }: DriftFlags,
): void {
  const usage = (message: string) => new DigitflowError('USAGE', `${message}; see digitflow score --help`);
  for (const [flag, value] of [
    ['--drift-window', driftWindow] as const,
    ['--max-drift', maxDrift] as const,
  ]) {
    if (value !== undefined && drift === undefined) {
      throw usage(`${flag}: only with --drift, the images to compare with`);
    }
  }
  if (drift === '') throw usage('--drift: expected default, or a path, found nothing');
  if (drift === '-' && paths.includes('-')) throw usage('-: stdin can be read once only');
}

/** What a pipeline is told; undefined where there is nothing to watch. */
export function driftOptionsOf(
  { drift, driftWindow, maxDrift }: DriftFlags,
  note: (text: string) => void,
): DriftOptions | undefined {
  if (drift === undefined) return undefined;
  let told = 0;
  return {
    ...{ reference: drift, window: driftWindow, bound: maxDrift },
    onWindow: (_, words) => {
      if (words !== null && told++ < MOST_NOTES) note(words);
    },
  };
}

/** Tells how much of a run has drifted; returns whether that is too much. */
export function tellDrift(
  { maxDrift }: DriftFlags,
  summary: DriftSummary | undefined,
  note: (text: string) => void,
): boolean {
  const words = summary && driftSummaryWords(summary);
  if (words) note(words);
  return maxDrift !== undefined && (summary?.drifted ?? 0) > 0;
}
