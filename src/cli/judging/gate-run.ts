import type { Evaluation } from '../../counting/evaluation.js';
import type { GateResult } from '../../counting/gate-result.js';
import { DigitflowError, reasonOf } from '../../errors.js';
import type { Gates } from '../../judging/gates.js';
import { KeptFile } from '../../outputs/kept-file.js';
import { checkFiles, keptFiles } from '../../outputs/same-file.js';
import { sayLine, sayNote } from '../process.js';

/** Flags that say what gates are held against, and where what was found is told. */
export interface TellingFlags {
  readonly baseline?: string;
  readonly junit?: string;
  readonly quiet?: boolean;
}

/** What a pipeline is given of these flags. */
export interface GivenGates {
  readonly gates?: Gates;
  readonly baseline?: string;
}

/** Paths that a command reads, as far as they are known, and those that it writes, by their flags. */
export interface GatedFiles {
  readonly inputs: readonly (string | undefined)[];
  readonly outputs?: Readonly<Record<string, string | undefined>>;
}

/** Gates of a command that runs. */
export interface GateRun {
  readonly options: GivenGates;
  /** Says which ones failed, where all of it is to be said; resolves to the exit code, 1 where one did. */
  end(evaluation: Evaluation): Promise<number>;
}

/**
 * Makes sure that what is said of gates can be written.
 *
 * @throws DigitflowError USAGE, OUTPUT_WRITE
 */
export async function openGates(
  options: GivenGates,
  flags: TellingFlags,
  { inputs, outputs }: GatedFiles,
): Promise<GateRun> {
  const { junit, baseline } = flags;
  if (Object.keys(options).length === 0) {
    const message = '--junit: expected a gate to tell of, such as --min-accuracy, found none; give one';
    throw new DigitflowError('USAGE', message);
  }
  const others = Object.entries({ ...outputs, '--junit': junit });
  const files = others.flatMap(([name, path]) => (path === undefined ? [] : keptFiles(name, path)));
  const read = [...inputs, baseline].filter((path) => path !== undefined);
  checkFiles(read, files);
  if (baseline !== undefined && files.length > 0) {
    const { readBaseline, verdictPlaces } = await import('../../../pipelines/judging/open-baseline.js');
    checkFiles(verdictPlaces(readBaseline(baseline)), files);
  }
  const file = junit === undefined ? undefined : new KeptFile(junit);
  return {
    options,
    end: async (evaluation) => {
      const { gates, data } = evaluation;
      if (gates === undefined) return 0;
      // Labels, and the files of a folder, are found as it goes.
      checkFiles(
        data.files.map(({ path }) => path),
        files,
      );
      if (file !== undefined) {
        const { junitXml } = await import('../../outputs/judging/junit.js');
        await file.deliver(junitXml(evaluation, new Date()));
      }
      if (process.env.GITHUB_ACTIONS === 'true') await tellGithub(evaluation, gates, flags);
      else for (const gate of gates) if (!gate.passed) sayNote(flags, failureWords(gate));
      noteUnpaired(gates, flags);
      return gates.every(({ passed }) => passed) ? 0 : 1;
    },
  };
}

function failureWords({ name, expected, found }: GateResult): string {
  return `${name}: expected ${expected}, found ${found}`;
}

/** Its runner looks for commands in stderr as well: stdout may be JSON. */
async function tellGithub(
  evaluation: Evaluation,
  gates: readonly GateResult[],
  flags: TellingFlags,
): Promise<void> {
  const { appendJobSummary, errorAnnotation } = await import('../../outputs/judging/github.js');
  for (const gate of gates) if (!gate.passed) sayLine(errorAnnotation(gate.name, failureWords(gate)));
  const path = process.env.GITHUB_STEP_SUMMARY;
  if (path === undefined || path === '') return;
  try {
    appendJobSummary(path, evaluation);
  } catch (error) {
    sayNote(flags, `${path}: the job summary could not be written: ${reasonOf(error)}`);
  }
}

function noteUnpaired(gates: readonly GateResult[], flags: TellingFlags): void {
  for (const { against, limit } of gates) {
    if (against === undefined || against.pairs !== null || limit !== null) continue;
    const advice = 'a smaller one is found where the baseline is made with --verdicts';
    const found = `${against.path}: not compared image by image, so that only a large drop is found`;
    sayNote(flags, `${found}; ${advice}`);
  }
}
