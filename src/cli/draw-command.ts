import type { Command } from 'commander';
import { type DrawOptions, draw } from '../../pipelines/draw.js';
import { grouped } from '../counting/wording.js';
import { filesOf } from '../inputs/open-inputs.js';
import { KeptFile } from '../outputs/kept-file.js';
import { checkFiles, keptFiles } from '../outputs/same-file.js';
import type { Language } from '../views/words/words.js';
import { imagesOf, type LookFlags } from './look/look-options.js';
import { addModelOption } from './networks/model-options.js';
import { addReadingOptions, isWhole } from './options.js';
import { interruptibly, sayNote, writeOut } from './process.js';

interface DrawFlags extends Omit<LookFlags, 'format'> {
  readonly out: string;
  readonly lang: Language;
  readonly film?: string | false;
}

const EXAMPLES = `
Examples:
  $ digitflow draw                            draw.html with both bundled networks and MNIST
  $ digitflow draw --model my.safetensors     your own network
  $ digitflow draw my-test.csv --model my.safetensors   with images of your own to try
  $ digitflow draw --model my.safetensors --film my.film.json   with the film that train --film recorded
  $ digitflow draw --lang ja -o draw.ja.html  in Japanese to begin with; the page can switch
  $ digitflow draw -o - > draw.html           to stdout

The page is one file that needs no network: open it in a browser, draw a digit, and the network lights up.
A picture that it saves is read by \`digitflow look digit\`, rows that it saves by \`evaluate\` and \`train\`.

Exit codes: 0 well, 2 usage, 65 bad data, 66 no such input, 70 our own fault, 74 input/output, 130 interrupted.`;

/** Gives `digitflow draw` its arguments, flags and action. */
export function defineDraw(command: Command): void {
  const images =
    'labelled images to try: IDX, CSV, NumPy, a folder, an http(s) URL, or - (default: the MNIST test set)';
  const labels = 'their labels (default: those that come with the images, or lie beside them)';
  addModelOption(command.argument('[images]', images).argument('[labels]', labels))
    .option('-o, --out <file>', 'where the page goes; - for stdout', 'draw.html')
    .option(
      '--film <file>',
      'the training to watch, from train --film (default: that of sigmoid, if in the page)',
    )
    .option('--no-film', 'no training to watch: a smaller page')
    .option('-q, --quiet', 'say nothing on stderr but errors');
  addReadingOptions(command).addHelpText('after', EXAMPLES).action(runDraw);
}

async function runDraw(
  images: string | undefined,
  labels: string | undefined,
  flags: DrawFlags,
): Promise<void> {
  const files = flags.out === '-' ? [] : keptFiles('--out', flags.out);
  const inputs = [images, labels, flags.film].filter((path) => typeof path === 'string');
  checkFiles(await filesOf(inputs), files);
  const file = flags.out === '-' ? null : new KeptFile(flags.out);
  await interruptibly(flags, async (signal) => {
    const { onLabelsLeftOut, ...read } = imagesOf({ ...flags, format: 'table' });
    const { film } = flags;
    const onOtherFilm = () =>
      sayNote(flags, `${film}: of a network that is not in the page; give that one with --model`);
    const options: DrawOptions = { ...read, images, labels, language: flags.lang, film, onOtherFilm, signal };
    const html = await draw(options);
    const isDone = isWhole(false, [images, labels]);
    if (file === null) {
      await writeOut(html);
      return isDone;
    }
    await file.deliver(html);
    const kilobytes = grouped(Math.ceil(Buffer.byteLength(html) / 1000));
    sayNote(flags, `${flags.out}: ${kilobytes} kB, open it in a browser`);
    return isDone;
  });
}
