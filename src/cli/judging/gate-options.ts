import { type Command, InvalidArgumentError } from 'commander';
import type { Evaluation } from '../../counting/evaluation.js';
import type { Gates } from '../../judging/gates.js';
import { share } from '../options.js';

/** The flags that say how good an evaluation is to be. */
export interface GateFlags {
  readonly minAccuracy?: number;
  readonly minRecall?: RecallFlag;
  readonly maxCalibrationError?: number;
  readonly baseline?: string;
  readonly margin?: number;
  readonly quiet?: boolean;
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

/** The options of a pipeline that these flags mean; none of them where none was given. */
export function gateOptionsOf(flags: GateFlags): { readonly gates?: Gates; readonly baseline?: string } {
  const { minAccuracy, minRecall, maxCalibrationError, margin, baseline } = flags;
  const of = minRecall?.of ?? [];
  const gates = {
    ...{ minAccuracy, minRecall: minRecall?.all, maxCalibrationError, margin },
    minRecallOf: of.length > 0 ? Object.fromEntries(of) : undefined,
  };
  const isGiven = Object.values(gates).some((value) => value !== undefined);
  return { ...(isGiven ? { gates } : {}), ...(baseline === undefined ? {} : { baseline }) };
}

/** The exit code of an evaluation: 1 where a gate failed, which is said. */
export async function gatesExitCode(evaluation: Evaluation, flags: GateFlags): Promise<number> {
  if (evaluation.gates === undefined) return 0;
  const { sayGates } = await import('./say-gates.js');
  return sayGates(evaluation.gates, flags);
}
