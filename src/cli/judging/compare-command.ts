import { type Command, Option } from 'commander';
import { type CompareOptions, compare } from '../../../pipelines/judging/compare.js';
import {
  type ComparisonFormat,
  comparisonPage,
  comparisonText,
} from '../../../pipelines/judging/comparison-text.js';
import { DigitflowError } from '../../errors.js';
import type { AnyModelOptions } from '../../inputs/models/open-model.js';
import { filesOf } from '../../inputs/open-inputs.js';
import type { Comparison } from '../../judging/comparison.js';
import { KeptFile } from '../../outputs/kept-file.js';
import { checkFiles, keptFiles } from '../../outputs/same-file.js';
import { ProgressLine } from '../../views/terminal/progress.js';
import { LANGUAGES, type Language } from '../../views/words/words.js';
import { addEvaluationOptions, type EvaluationFlags } from '../evaluation-options.js';
import { addNetworkFlags, addRuntimeOption, modelOptionsOf } from '../networks/model-options.js';
import { isWhole, noteReading, onOpened, onPictures, runningOptionsOf, wholeNumber } from '../options.js';
import { interruptibly, sayNote, stdoutOptions, writeOut } from '../process.js';
import { comparedWords, type NamedNetwork } from './compare-arguments.js';

const FORMATS: readonly ComparisonFormat[] = ['table', 'json', 'markdown', 'csv'];

interface CompareFlags extends Omit<EvaluationFlags, 'model'> {
  readonly format: ComparisonFormat;
  readonly examples?: number;
  readonly out?: string;
  readonly lang: Language;
  readonly images?: string;
  readonly labels?: string;
}

/** As many as a report shows of mistakes. */
const PAGE_EXAMPLES = 24;

const EXAMPLES = `
Networks come first: names or files, known by their content. What follows is images, then labels, as
digitflow evaluate reads them; with --images or --labels all words are networks. Images are read
once, and each of them goes to all networks.

Which one is better is McNemar's exact test on the images that only one of two reads right; the
interval of the difference is Newcombe's for pairs. Of three networks or more each is compared
with each, and p-values are adjusted by Holm.

Examples:
  $ digitflow compare sigmoid relu                     the bundled networks on the MNIST test set
  $ digitflow compare old.pt new.pt mnist_test.csv     two files on labelled images
  $ digitflow compare relu a.onnx b.onnx images labels three networks, each with each
  $ zcat images.gz | digitflow compare old.pt new.pt - labels.gz
  $ digitflow compare *.onnx --images mnist.npz        all words are networks
  $ digitflow compare old.pt new.pt -o compare.html    and a page of it, with the images won and lost
  $ digitflow compare old.pt new.pt --format json | jq '.pairs[0].test.p'

Exit codes: 0 well, whichever is better, 2 usage, 65 bad data, 66 no such input, 70 our own
fault, 74 input/output, 130 interrupted (what was read until then is compared).`;

/** Gives `digitflow compare` its arguments, flags and action. */
export function defineCompare(command: Command): void {
  const help =
    'networks (two or more: sigmoid, relu, or files), then images and labels (default: the MNIST test set)';
  command
    .argument('[networks...]', help)
    .addOption(new Option('-f, --format <format>', 'what to print').choices(FORMATS).default('table'))
    .option('--images <path>', 'the images; then all words are networks')
    .option('--labels <path>', 'their labels; then all words are networks')
    .option(
      '--examples <count>',
      'how many images to keep that only one of two reads right; a terminal shows 10 (default: 24)',
      wholeNumber(0),
    )
    .option(
      '-o, --out <file>',
      'write a page, too: one HTML file, with the images; - for stdout, in place of the text',
    )
    .addOption(
      new Option('--lang <language>', "the page's language").choices(Object.keys(LANGUAGES)).default('en'),
    );
  addEvaluationOptions(addRuntimeOption(addNetworkFlags(command)))
    .addHelpText('after', EXAMPLES)
    .action(runCompare);
}

async function runCompare(words: readonly string[], flags: CompareFlags): Promise<void> {
  await interruptibly(flags, async (signal) => {
    const { networks, images, labels } = await comparedWords(words, flags, signal);
    // First: that it cannot be written, or is an input, is told before the work, not after it.
    const inputs = [...networks.map(({ path }) => path), images, labels].filter((path) => path !== undefined);
    const files = flags.out === undefined || flags.out === '-' ? [] : keptFiles('--out', flags.out);
    checkFiles(await filesOf(inputs), files);
    const file = flags.out === undefined || flags.out === '-' ? undefined : new KeptFile(flags.out);
    let progress: ProgressLine | undefined;
    try {
      const { normalization, reading, workers, batchSize } = runningOptionsOf({ ...flags, model: '' });
      const result = await compare({
        networks: networkOptions(networks, flags),
        ...{ images, labels, normalization, reading, workers, batchSize, signal },
        ...{ limit: flags.limit, examples: flags.examples ?? PAGE_EXAMPLES, onOpened: onOpened(flags) },
        onPictures: (seen) => {
          progress?.clear();
          onPictures(flags)(seen);
        },
        onProgress: (done, total) => {
          if (flags.quiet) return;
          progress ??= new ProgressLine({
            stream: process.stderr,
            now: () => process.uptime() * 1000,
            total,
          });
          progress.update({ done });
        },
      } satisfies CompareOptions);
      progress?.clear();
      for (const { name, turned } of result.comparison.networks)
        if (turned !== null) sayNote(flags, `${name}: pixels turned for it, ${turned}`);
      if (file !== undefined) {
        // Labels, and the files of a folder, are found as it goes.
        checkFiles(
          result.comparison.data.files.map(({ path }) => path),
          files,
        );
        await file.deliver(await comparisonPage(result, flags.lang));
      }
      const isPage = flags.out === '-';
      await writeOut(
        isPage
          ? await comparisonPage(result, flags.lang)
          : await comparisonText(result, flags.format, stdoutOptions()),
      );
      if (isPage || flags.format !== 'table') noteReadings(result.comparison, flags);
      return isWhole(result.comparison.partial, [images, labels]);
    } finally {
      progress?.clear();
    }
  });
}

/** Each network's own options: a flag about networks is for those whose files do not say it, and must be for one of them. */
function networkOptions(networks: readonly NamedNetwork[], flags: CompareFlags): AnyModelOptions[] {
  const { runtime, activations, classes } = flags;
  const says = activations !== undefined || classes !== undefined;
  if (says && networks.every(({ isOwn }) => isOwn)) {
    const flag = activations === undefined ? '--classes' : '--activations';
    throw unused(flag, 'a network whose file does not say it', 'files that say all of themselves');
  }
  if (runtime !== undefined && !networks.some(({ isOnnx }) => isOnnx))
    throw unused('--runtime', 'an ONNX file', 'other networks');
  const ofAll = modelOptionsOf({ ...flags, model: '' });
  return networks.map(({ path, isOwn, isOnnx }) => ({
    ...ofAll,
    model: path,
    modelFlags: isOwn ? undefined : ofAll.modelFlags,
    runtime: isOnnx ? runtime : undefined,
  }));
}

function unused(flag: string, expected: string, found: string): DigitflowError {
  return new DigitflowError('USAGE', `${flag}: expected ${expected}, found ${found} alone; leave it out`);
}

/** Notes of each network that it reads the images badly. */
function noteReadings({ networks }: Comparison, flags: CompareFlags): void {
  for (const { name, ...facts } of networks) noteReading(flags, facts, `${name}: `);
}
