import { type Command, Option } from 'commander';
import { type CompareResult, compare } from '../../../pipelines/judging/compare.js';
import {
  type ComparisonFormat,
  comparisonPage,
  comparisonText,
} from '../../../pipelines/judging/comparison-text.js';
import { DigitflowError } from '../../errors.js';
import type { AnyModelOptions } from '../../inputs/models/open-model.js';
import { filesOf } from '../../inputs/open-inputs.js';
import { KeptFile } from '../../outputs/kept-file.js';
import { checkFiles, keptFiles } from '../../outputs/same-file.js';
import type { Language } from '../../views/words/words.js';
import { addInputOptions, type EvaluationFlags, tellingOf } from '../evaluation-options.js';
import { addNetworkFlags, addRuntimeOption, modelOptionsOf } from '../networks/model-options.js';
import { isWhole, noteReading, onOpened, runningOptionsOf, wholeNumber } from '../options.js';
import { interruptibly, sayNote, stdoutOptions, writeOut } from '../process.js';
import { comparedWords, type NamedNetwork } from './compare-arguments.js';

const FORMATS: readonly ComparisonFormat[] = ['table', 'json', 'markdown', 'csv'];

interface CompareFlags extends Omit<EvaluationFlags, 'model' | 'slice'> {
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
  $ digitflow compare relu a.onnx b.onnx photos        three networks, each with each
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
    );
  addInputOptions(addRuntimeOption(addNetworkFlags(command)))
    .addHelpText('after', EXAMPLES)
    .action(runCompare);
}

async function runCompare(words: readonly string[], flags: CompareFlags): Promise<void> {
  await interruptibly(flags, async (signal) => {
    const { networks, images, labels } = await comparedWords(words, flags, signal);
    const inputs = [...networks.map(({ path }) => path), images, labels].filter((path) => path !== undefined);
    const page = await pageOf(flags, inputs);
    const telling = tellingOf(flags);
    const { normalization, reading, workers, batchSize } = runningOptionsOf({ ...flags, model: '' });
    const { limit, examples = PAGE_EXAMPLES } = flags;
    const result = await compare({
      networks: networkOptions(networks, flags),
      ...{ images, labels, normalization, reading, workers, batchSize, limit, examples, signal },
      ...{ onOpened: onOpened(flags), onPictures: telling.onPictures },
      onProgress: (done, total) => telling.progress({ done }, total),
    }).finally(telling.end);
    const { comparison } = result;
    for (const { name, turned } of comparison.networks)
      if (turned !== null) sayNote(flags, `${name}: pixels turned for it, ${turned}`);
    const isPage = flags.out === '-';
    await page?.write(result);
    await writeOut(
      await (isPage
        ? comparisonPage(result, flags.lang)
        : comparisonText(result, flags.format, stdoutOptions())),
    );
    // The table ends with it.
    if (isPage || flags.format !== 'table')
      for (const { name, ...facts } of comparison.networks) noteReading(flags, facts, `${name}: `);
    return isWhole(comparison.partial, [images, labels]);
  });
}

/** The file of the page; null where none is written. That it cannot be, or is an input, is told before the work, not after it. */
async function pageOf({ out, lang }: CompareFlags, inputs: readonly string[]) {
  if (out === undefined || out === '-') return null;
  const files = keptFiles('--out', out);
  checkFiles(await filesOf(inputs), files);
  const file = new KeptFile(out);
  return {
    write: async (result: CompareResult): Promise<void> => {
      // Labels, and the files of a folder, are found as it goes.
      checkFiles(
        result.comparison.data.files.map(({ path }) => path),
        files,
      );
      await file.deliver(await comparisonPage(result, lang));
    },
  };
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
