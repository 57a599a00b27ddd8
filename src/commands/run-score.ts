import { score } from '../../pipelines/score.js';
import { identityOf, journalPath } from '../../pipelines/score-journal.js';
import { ScoreOutputs } from '../../pipelines/score-outputs.js';
import { SummaryFile } from '../../pipelines/summary-file.js';
import { describeGuesses } from '../csv/describe-guesses.js';
import { parseNormalization } from '../network/parse-normalization.js';
import { ProgressLine } from '../render/progress-line.js';
import { scoreProgressWords, scoreSummaryWords } from '../render/score-words.js';
import { asidePath } from '../sinks/kept-file.js';
import { OutputClosed } from '../sinks/row-output.js';
import { expandPaths } from '../sources/expand-paths.js';
import { type Model, openModel } from '../sources/open-model.js';
import { checkFiles, type NamedFile, STDOUT } from './check-files.js';
import { csvFlagsOf } from './csv-options.js';
import { interruptibly } from './interrupt.js';
import type { ScoreFlags } from './score-flags.js';

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
