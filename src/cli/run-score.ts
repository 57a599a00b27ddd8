import { fstatSync, type Stats, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { score } from '../../pipelines/score.js';
import { DigitflowError } from '../errors.js';
import { describeGuesses } from '../formats/csv/dialect.js';
import { expandPaths } from '../inputs/find-files.js';
import { type Model, openModel } from '../inputs/open-model.js';
import { parseNormalization } from '../network/normalization.js';
import { asidePath } from '../outputs/kept-file.js';
import { OutputClosed } from '../outputs/row-output.js';
import { identityOf, journalPath } from '../outputs/score-journal.js';
import { ScoreOutputs } from '../outputs/score-outputs.js';
import { SummaryFile } from '../outputs/score-summary.js';
import { ProgressLine, scoreProgressWords, scoreSummaryWords } from '../views/terminal/progress.js';
import { csvFlagsOf } from './common-options.js';
import { interruptibly } from './process.js';
import type { ScoreFlags } from './score-command.js';

/** Exit code of a run that went on over bad rows. */
const EXIT_BAD_ROWS = 65;
/** Of how many inputs it is said what was guessed; of those that follow, only where it is something new. */
const MOST_NOTES = 5;

/** Scores what the command line asks for, flags that go together. */
export async function runScore(paths: readonly string[], flags: ScoreFlags): Promise<void> {
  const model = openModel(flags.model);
  const summary = flags.summary === undefined ? undefined : new SummaryFile(flags.summary, model);
  const progress = new ProgressLine({ stream: process.stderr, now: () => performance.now() });
  const run: ScoreRun = { flags, model, summary, progress };
  await interruptibly(flags.quiet ?? false, async (signal) => {
    try {
      await scoreAll(run, paths, signal);
    } catch (error) {
      progress.clear();
      await endEarly(run, error, signal);
    }
  });
}

/** What belongs to one run, and what it has come to. */
interface ScoreRun {
  readonly flags: ScoreFlags;
  readonly model: Model;
  summary: SummaryFile | undefined;
  readonly progress: ProgressLine;
  /** Set once it is known where to begin. */
  outputs?: ScoreOutputs;
}

async function scoreAll(run: ScoreRun, paths: readonly string[], signal: AbortSignal): Promise<void> {
  const { flags, progress } = run;
  const inputs = await expandPaths(paths);
  try {
    checkFiles(inputs, outputFiles(flags));
  } catch (error) {
    // Least of all does a summary say so in that very file.
    run.summary = undefined;
    throw error;
  }
  const outputs = openOutputs(run, inputs);
  run.outputs = outputs;
  const { from } = outputs;
  const rowsBefore = from?.rows ?? 0;
  const { normalize } = flags;
  const { summary } = run;
  const said = new Set<string>();
  const result = await score({
    inputs,
    model: flags.model,
    csv: csvFlagsOf(flags),
    from,
    normalization: normalize === undefined ? undefined : (own) => parseNormalization(normalize, own),
    workers: flags.workers,
    batchSize: flags.batchSize,
    maxWaitMs: flags.maxWait,
    onBadRow: flags.onError === 'fail' ? 'fail' : 'skip',
    maxErrors: flags.maxErrors,
    withOutputs: flags.probabilities || flags.top > 0,
    signal,
    write: (rows) => outputs.write(rows),
    onOpened: (input) => {
      const { file, name, guesses } = input;
      summary?.opened(input);
      if (guesses.some(({ property, value }) => property === 'id' && value !== 'none')) outputs.carryIds();
      const isNew = !said.has(describeGuesses('', guesses));
      said.add(describeGuesses('', guesses));
      if (guesses.length > 0 && (isNew || file < MOST_NOTES)) note(flags, describeGuesses(name, guesses));
    },
    onStarted: (start) => summary?.started(start),
    onProgress: (done) => {
      if (!flags.quiet) progress.show((seconds) => scoreProgressWords({ ...done, rowsBefore }, seconds));
    },
  });
  progress.clear();
  await outputs.close(!result.partial);
  summary?.write(result, outputs);
  note(flags, scoreSummaryWords({ ...result, rowsBefore }));
  if (result.rejected > 0) process.exitCode = EXIT_BAD_ROWS;
}

/** All that a run writes to. */
function outputFiles({ out, rejects, summary }: ScoreFlags): NamedFile[] {
  const files: (NamedFile | null)[] = [
    out === undefined ? { name: 'stdout', at: STDOUT } : { name: '--out', at: out },
    ...(out === undefined ? [] : keptFile('the progress of --out', journalPath(out))),
    rejects === undefined ? null : { name: '--rejects', at: rejects },
    ...(summary === undefined ? [] : keptFile('--summary', summary)),
  ];
  return files.filter((file) => file !== null);
}

/** A file that is written aside first. */
function keptFile(name: string, path: string): NamedFile[] {
  return [
    { name, at: path },
    { name: `${name} on its way`, at: asidePath(path) },
  ];
}

function openOutputs({ flags, model }: ScoreRun, inputs: readonly string[]): ScoreOutputs {
  const { normalize, probabilities = false, top, out, rejects } = flags;
  const format = flags.kaggle ? 'kaggle' : flags.format;
  return new ScoreOutputs({
    ...{ format, classes: model.network.classes, probabilities, top, out, rejects },
    note: (text) => note(flags, text),
    resume: flags.resume ?? false,
    run: {
      options: { model: model.sha256, format, probabilities, top, normalize, ...csvFlagsOf(flags) },
      inputs: out === undefined ? [] : inputs.map(identityOf),
    },
  });
}

/**
 * Leaves everything so that the run can be gone on with, and says in its summary how far it came.
 *
 * @throws the error, unless whoever read the output has seen enough: that is none
 */
async function endEarly(
  { flags, summary, outputs }: ScoreRun,
  error: unknown,
  signal: AbortSignal,
): Promise<void> {
  const isClosed = error instanceof OutputClosed;
  if (!isClosed) await outputs?.leave();
  const isNoFault = isClosed || (signal.aborted && error === signal.reason);
  try {
    summary?.writeEarly(outputs, isNoFault ? undefined : error);
  } catch (summaryError) {
    // What ended the run is what counts.
    if (isNoFault) throw summaryError;
    note(flags, `no summary: ${summaryError instanceof Error ? summaryError.message : summaryError}`);
  }
  if (!isClosed) throw error;
}

function note({ quiet }: ScoreFlags, text: string): void {
  if (!quiet) process.stderr.write(`digitflow: ${text}\n`);
}

/** Open from the start; to ask the streams would begin to read. */
const STDIN = 0;
export const STDOUT = 1;

/** A file by the name that the command line has for it: `--out f.csv`, and where it is, a path or an open file. */
export interface NamedFile {
  readonly name: string;
  readonly at: string | number;
}

/**
 * Refuses to write over what is read, and to write two things to one file: by whatever names or links they are given.
 * Files that are not there yet are told apart by their paths; what is no regular file, such as /dev/null, may be anything.
 *
 * @param inputs paths, `-` for stdin
 * @throws DigitflowError USAGE
 */
export function checkFiles(inputs: readonly string[], outputs: readonly NamedFile[]): void {
  const readAs = new Map<string, string>();
  for (const input of inputs) {
    const identity = sameFileKey(input === '-' ? STDIN : input);
    if (identity !== null) readAs.set(identity, input === '-' ? 'stdin' : input);
  }
  const writtenAs = new Map<string, string>();
  for (const { name, at } of outputs) {
    const identity = sameFileKey(at) ?? newFile(at);
    if (identity === null) continue;
    const input = readAs.get(identity);
    if (input !== undefined)
      throw usage(`${name}: expected another file than the input ${input}, found the same`);
    const other = writtenAs.get(identity);
    if (other !== undefined)
      throw usage(`${name}: expected another file than that of ${other}, found the same`);
    writtenAs.set(identity, name);
  }
}

/** What two names of one regular file have in common; null for anything else. */
function sameFileKey(at: string | number): string | null {
  const stats = statsOf(at);
  return stats?.isFile() ? `${stats.dev}:${stats.ino}` : null;
}

function statsOf(at: string | number): Stats | undefined {
  try {
    return typeof at === 'number' ? fstatSync(at) : statSync(at, { throwIfNoEntry: false });
  } catch {
    // What is wrong with it shows when it is opened.
    return undefined;
  }
}

function newFile(at: string | number): string | null {
  return typeof at === 'string' && statsOf(at) === undefined ? resolve(at) : null;
}

function usage(message: string): DigitflowError {
  return new DigitflowError('USAGE', `${message}; see digitflow score --help`);
}
