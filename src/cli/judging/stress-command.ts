import { type Command, InvalidArgumentError, Option } from 'commander';
import { type StressOptions, stress } from '../../../pipelines/judging/stress.js';
import { type StressFormat, stressPageText, stressText } from '../../../pipelines/judging/stress-text.js';
import { CORRUPTION_NAMES, type CorruptionName } from '../../corruptions/corruptions.js';
import { filesOf } from '../../inputs/open-inputs.js';
import { KeptFile } from '../../outputs/kept-file.js';
import { checkFiles, keptFiles } from '../../outputs/same-file.js';
import type { ProgressLine } from '../../views/terminal/progress.js';
import type { Language } from '../../views/words/words.js';
import type { EvaluationFlags } from '../evaluation-options.js';
import { addModelOption } from '../networks/model-options.js';
import {
  addErrorOptions,
  addReadingOptions,
  isWhole,
  onOpened,
  runningOptionsOf,
  wholeNumber,
} from '../options.js';
import { interruptibly, stdoutOptions, writeOut } from '../process.js';
import { progressLine } from '../progress-line.js';

const FORMATS: readonly StressFormat[] = ['table', 'json', 'markdown', 'csv'];

interface StressFlags extends EvaluationFlags {
  readonly format: StressFormat;
  readonly corruptions?: readonly CorruptionName[];
  readonly seed: number;
  readonly flips: number;
  readonly out?: string;
  readonly lang: Language;
}

const EXAMPLES = `
Each image is made worse in twelve ways after MNIST-C, at five strengths each, as somebody would
see it, however it is stored. What is random is decided by --seed and the image's number alone:
the same images come out for any number of threads.

Examples:
  $ digitflow stress                              the bundled network on the MNIST test set
  $ digitflow stress --model relu --seed 7        another network, other random numbers
  $ digitflow stress --corruptions rotate,noise   only these
  $ digitflow stress --flips 100                  how few changes of pixels flip a verdict, too
  $ digitflow stress --flips 100 -o stress.html   a page with the curves and what it looks like
  $ digitflow stress photos.csv --format json | jq .mean

Exit codes: 0 well, 2 usage, 65 bad data, 66 no such input, 70 our own fault, 74 input/output,
130 interrupted.`;

/** Gives `digitflow stress` its arguments, flags and action. */
export function defineStress(command: Command): void {
  const images = 'IDX, CSV, NumPy, pictures, a folder, an http(s) URL, or - (default: the MNIST test set)';
  addModelOption(
    command
      .argument('[images]', images)
      .argument('[labels]', 'their labels (default: those that come with them)'),
  )
    .addOption(new Option('-f, --format <format>', 'what to print').choices(FORMATS).default('table'))
    .option('--corruptions <names>', `some of ${CORRUPTION_NAMES.join(', ')}, separated by commas`, names)
    .option(
      '--flips <count>',
      'of how many images to look for the nearest one with another verdict',
      wholeNumber(0),
      0,
    )
    .option(
      '-o, --out <file>',
      'write a page, too: one HTML file, with curves and images; - for stdout, in place of the text',
    )
    .option('--seed <number>', 'decides all that is random', wholeNumber(0), 1)
    .option('-n, --limit <count>', 'only the first images', wholeNumber(0))
    .option('--normalize <how>', "how a pixel becomes a brightness (default: the network's own way)")
    .option('-w, --workers <count>', 'threads; 0 does without (default: by the cores)', wholeNumber(0));
  addReadingOptions(addErrorOptions(command)).addHelpText('after', EXAMPLES).action(runStress);
}

function names(text: string): CorruptionName[] {
  return text.split(',').map((part) => {
    const name = CORRUPTION_NAMES.find((known) => known === part.trim());
    if (name !== undefined) return name;
    throw new InvalidArgumentError(`Give some of ${CORRUPTION_NAMES.join(', ')}, separated by commas.`);
  });
}

async function runStress(
  images: string | undefined,
  labels: string | undefined,
  flags: StressFlags,
): Promise<void> {
  const { out, lang } = flags;
  // First: that it cannot be written, or is an input, is told before the work, not after it.
  const files = out === undefined || out === '-' ? [] : keptFiles('--out', out);
  const given = await filesOf([images, labels].filter((path) => path !== undefined));
  checkFiles([flags.model, ...given], files);
  const file = out === undefined || out === '-' ? undefined : new KeptFile(out);
  await interruptibly(flags, async (signal) => {
    let progress: ProgressLine | undefined;
    try {
      const { batchSize: _, ...running } = runningOptionsOf(flags);
      const { corruptions, seed, flips, limit } = flags;
      const result = await stress({
        ...{ ...running, images, labels, corruptions, seed, flips, limit, signal },
        onOpened: onOpened(flags),
        onProgress: (done, total) => {
          if (flags.quiet) return;
          progress ??= progressLine(total);
          progress.update({ done });
        },
      } satisfies StressOptions);
      progress?.clear();
      if (file !== undefined) {
        // Labels, and the files of a folder, are found as it goes.
        const read = result.report.data.files.map(({ path }) => path);
        checkFiles(read, files);
        await file.deliver(await stressPageText(result, lang));
      }
      const text =
        out === '-'
          ? await stressPageText(result, lang)
          : await stressText(result, flags.format, stdoutOptions());
      await writeOut(text);
      return isWhole(result.report.partial, [images, labels]);
    } finally {
      progress?.clear();
    }
  });
}
