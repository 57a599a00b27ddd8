import type { Command } from 'commander';
import { type EpochTotals, type TrainResult, train } from '../../pipelines/train.js';
import { durationWords, grouped, percentage, rateWords } from '../counting/wording.js';
import { describeGuesses } from '../formats/csv/dialect.js';
import type { EpochReport } from '../training/training-epochs.js';
import { ProgressLine } from '../views/terminal/progress.js';
import { addViewOptions, wholeNumber } from './common-options.js';
import { addCsvOptions, type CsvFlagValues, checkCsvFlags, csvFlagsOf } from './csv-options.js';
import { renderTraining } from './describe-training.js';
import { EXIT_INTERRUPTED, onInterrupt, stdoutOptions, writeOut } from './process.js';
import { addTrainingOptions, settingsOf, type TrainingFlags } from './train-options.js';

interface TrainFlags extends TrainingFlags, CsvFlagValues {
  images?: string;
  labels?: string;
  workers?: number;
  checkpoint?: string;
  resume?: string;
  curve?: string;
  log?: string;
  out: string;
  format: 'table' | 'json';
  quiet?: boolean;
}

const EXAMPLES = `
Examples:
  $ digitflow train --out mine.safetensors             the network of the video, on MNIST
  $ digitflow evaluate --model mine.safetensors        how well it does
  $ digitflow train --images folder --out f            train-images-idx3-ubyte and its labels in a folder
  $ digitflow train --activation relu --output softmax --restarts 4 --out f
  $ digitflow train --checkpoint c --out f             then, after a kill: digitflow train --resume c --out f

The same images, settings and seed give the same file, byte for byte, for any number of workers.

Exit codes: 0 well, 2 usage, 65 bad data or a training that diverged, 66 no such input,
70 our own fault, 74 input/output, 130 interrupted (the best so far is kept).`;

/** Gives `digitflow train` its flags and action. */
export function defineTrain(command: Command): void {
  command
    .option(
      '--images <path>',
      'IDX, CSV or NumPy, a folder with the usual names, or - for stdin (default: the MNIST training set)',
    )
    .option('--labels <path>', 'their labels (default: those that come with the images, or lie beside them)')
    .requiredOption('-o, --out <file>', 'where the network goes, as .safetensors');
  addCsvOptions(addTrainingOptions(command))
    .option(
      '-w, --workers <count>',
      'threads, which share restarts and batches; 0 does without (default: by cores and work)',
      wholeNumber(0),
    )
    .option('--checkpoint <file>', 'keep the state of the training here as it goes')
    .option('--resume <file>', 'go on from a checkpoint, and keep it up to date')
    .option('--curve <file>', 'draw the learning curve, as SVG')
    .option('--log <file>', 'write every epoch as a line of JSON');
  addViewOptions(command).addHelpText('after', EXAMPLES).action(runTrain);
}

async function runTrain(flags: TrainFlags): Promise<void> {
  // Quiet: the note of an evaluation would speak of reading.
  const interruption = onInterrupt(true);
  const progress = new ProgressLine({ stream: process.stderr, now: () => performance.now() });
  const note = (line: string) => {
    progress.clear();
    if (!flags.quiet) process.stderr.write(`digitflow: ${line}\n`);
  };
  const { signal } = interruption;
  signal.addEventListener('abort', () =>
    note('interrupted; keeping the best so far (again to leave at once)'),
  );
  try {
    const { images, labels, workers, checkpoint, resume, curve, log, out, quiet } = flags;
    const result = await train({
      ...settingsOf(flags),
      ...{ images, labels, workers, checkpoint, resume, curve, log, out, signal },
      csv: csvFlagsOf(flags),
      onOpened: (input) => {
        checkCsvFlags(flags, input);
        if (input.guesses.length > 0) note(describeGuesses(input.name, input.guesses));
      },
      onEpoch: (report, totals) => {
        if (!quiet) progress.show((seconds) => progressWords(report, totals, seconds));
      },
    });
    progress.clear();
    for (const { run, epoch } of result.training.diverged) {
      note(`run ${run} diverged in epoch ${epoch} and was left; try a smaller --learning-rate`);
    }
    await writeOut(format(result, flags.format));
    if (result.training.partial) process.exitCode = EXIT_INTERRUPTED;
  } catch (error) {
    // Interrupted before an epoch had ended: there is nothing to keep.
    if (!signal.aborted || error !== signal.reason) throw error;
    process.exitCode = EXIT_INTERRUPTED;
  } finally {
    progress.clear();
    interruption.end();
  }
}

function format(result: TrainResult, name: TrainFlags['format']): string {
  if (name === 'json') return `${JSON.stringify(result.training, null, 2)}\n`;
  return renderTraining(result, stdoutOptions());
}

/** ` 35 %  21 of 60 epochs, loss 0.0712, validation 95.61 %, 512,000 images/s, 4.1 s left`. */
function progressWords(report: EpochReport, { done, toDo, images }: EpochTotals, seconds: number): string {
  const rate = seconds > 0 ? done / seconds : 0;
  const parts = [
    `${grouped(done)} of ${grouped(toDo)} epochs`,
    ...(report.isDiverged ? [`run ${report.run + 1} diverged`] : [`loss ${report.loss.toPrecision(3)}`]),
    ...(Number.isFinite(report.validationAccuracy)
      ? [`validation ${percentage(report.validationAccuracy, 2)} %`]
      : []),
    ...(rate > 0 ? [rateWords(rate * images), `${durationWords((toDo - done) / rate)} left`] : []),
  ];
  return `${percentage(done / toDo, 0).padStart(3)} %  ${parts.join(', ')}`;
}
