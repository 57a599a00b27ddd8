import { type Command, InvalidArgumentError } from 'commander';
import { share } from '../options.js';
import type { GatedFiles, GateRun, GivenGates, TellingFlags } from './gate-run.js';

/** The flags that say how good an evaluation is to be. */
export interface GateFlags extends TellingFlags {
  readonly minAccuracy?: number;
  readonly minRecall?: RecallFlag;
  readonly maxCalibrationError?: number;
  readonly margin?: number;
}

/** The least recall of all classes, and of some. */
interface RecallFlag {
  readonly all?: number;
  readonly of: readonly (readonly [name: string, least: number])[];
}

/** Adds what makes a command exit with 1. `ahead` begins each line of its help. */
export function addGateOptions(command: Command, ahead = ''): Command {
  return command
    .option(
      '--min-accuracy <share>',
      `${ahead}exit with 1 when the accuracy is lower, such as 0.94 or 94%`,
      share,
    )
    .option(
      '--min-recall <[class=]share>',
      `${ahead}exit with 1 when the recall of a class is lower, such as 8=0.9; without a class: of each one that has ` +
        'images and is not named (may be given again)',
      recall,
    )
    .option(
      '--max-calibration-error <share>',
      `${ahead}exit with 1 when the expected calibration error is higher, such as 0.02`,
      share,
    )
    .option(
      '--baseline <json>',
      `${ahead}exit with 1 when the accuracy is significantly lower than in this JSON of an earlier evaluation of the same ` +
        'images (p < 0.05; image by image where it was made with --verdicts)',
    )
    .option(
      '--margin <share>',
      `${ahead}with --baseline: exit with 1 only when the accuracy is lower by more than this, significantly or not, such as 0.5%`,
      share,
    )
    .option(
      '--junit <file>',
      `${ahead}where to write what was found as JUnit's XML, a test case for each of these`,
    );
}

function recall(text: string, before: RecallFlag = { of: [] }): RecallFlag {
  const [, name, value] = /^(?:(.+)=)?([^=]*)$/s.exec(text) ?? ['', '', text];
  const least = share(value);
  const isTwice = name === undefined ? before.all !== undefined : before.of.some(([other]) => other === name);
  if (isTwice)
    throw new InvalidArgumentError(name === undefined ? 'It is given twice.' : 'This class is given twice.');
  return name === undefined ? { ...before, all: least } : { ...before, of: [...before.of, [name, least]] };
}

/**
 * The gates that flags ask for.
 *
 * @throws DigitflowError USAGE, OUTPUT_WRITE for a file that cannot be written
 */
export async function gatesFrom(flags: GateFlags, files: GatedFiles): Promise<GateRun> {
  const options = gateOptionsOf(flags);
  if (Object.keys(options).length === 0 && flags.junit === undefined) return { options, end: async () => 0 };
  const { openGates } = await import('./gate-run.js');
  return openGates(options, flags, files);
}

function gateOptionsOf({
  minAccuracy,
  minRecall,
  maxCalibrationError,
  margin,
  baseline,
}: GateFlags): GivenGates {
  const of = minRecall?.of ?? [];
  const gates = {
    ...{ minAccuracy, minRecall: minRecall?.all, maxCalibrationError, margin },
    minRecallOf: of.length > 0 ? Object.fromEntries(of) : undefined,
  };
  const isGiven = Object.values(gates).some((value) => value !== undefined);
  return { ...(isGiven ? { gates } : {}), ...(baseline === undefined ? {} : { baseline }) };
}
