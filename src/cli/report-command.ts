import type { Command } from 'commander';
import type { EvaluateOptions } from '../../pipelines/evaluate.js';
import { report } from '../../pipelines/report.js';
import { grouped } from '../counting/wording.js';
import { filesOf } from '../inputs/open-inputs.js';
import { KeptFile } from '../outputs/kept-file.js';
import { checkFiles, keptFiles } from '../outputs/same-file.js';
import type { Language } from '../views/words/words.js';
import {
  addEvaluationArguments,
  addEvaluationOptions,
  type EvaluationFlags,
  withEvaluation,
} from './evaluation-options.js';
import { addGateOptions, type GateFlags, gatesFrom } from './judging/gate-options.js';
import { isWhole, noteReading } from './options.js';
import { interruptibly, sayNote, writeOut } from './process.js';

interface ReportFlags extends EvaluationFlags, GateFlags {
  readonly out: string;
  readonly lang: Language;
}

const EXAMPLES = `
Examples:
  $ digitflow report                             report.html of the bundled network and the MNIST test set
  $ digitflow report -o relu.html --model relu   another network
  $ digitflow report --lang ja -o ja.html        in Japanese
  $ digitflow report my-digits.csv               any labelled images that evaluate takes
  $ digitflow report --min-accuracy 0.96         a verdict on the page; exit code 1 below it
  $ digitflow report -o - | gzip > r.html.gz     to stdout

The page is one file that needs no network and no script. The same input gives the same bytes.

Exit codes: 0 well, 1 not as good as it was to be, 2 usage, 65 bad data, 66 no such input,
70 our own fault, 74 input/output, 130 interrupted (the page then shows what was read until then).`;

/** Gives `digitflow report` its arguments, flags and action. */
export function defineReport(command: Command): void {
  addEvaluationArguments(command).option(
    '-o, --out <file>',
    'where the page goes; - for stdout',
    'report.html',
  );
  addEvaluationOptions(addGateOptions(command)).addHelpText('after', EXAMPLES).action(runReport);
}

async function runReport(
  images: string | undefined,
  labels: string | undefined,
  flags: ReportFlags,
): Promise<void> {
  // First: that it cannot be written, or is an input, is told before the work, not after it.
  const files = flags.out === '-' ? [] : keptFiles('--out', flags.out);
  const given = await filesOf([images, labels].filter((path) => path !== undefined));
  const inputs = [...given, flags.model, ...(flags.slice ?? [])];
  checkFiles(inputs, files);
  const file = flags.out === '-' ? null : new KeptFile(flags.out);
  const gates = await gatesFrom(flags, {
    inputs,
    outputs: { '--out': flags.out === '-' ? undefined : flags.out },
  });
  await interruptibly(flags, async (signal) => {
    const run = (options: EvaluateOptions) => report({ ...options, language: flags.lang, ...gates.options });
    const { html, evaluation } = await withEvaluation(images, labels, flags, signal, run);
    noteReading(flags, evaluation);
    const isDone = isWhole(evaluation.partial, [images, labels]);
    const end = async () => {
      if (isDone || !signal.aborted) process.exitCode = await gates.end(evaluation);
      return isDone;
    };
    if (file === null) {
      await writeOut(html);
      return end();
    }
    // Labels, and the files of a folder, are found as it goes.
    checkFiles(
      evaluation.data.files.map(({ path }) => path),
      files,
    );
    await file.deliver(html);
    const kilobytes = grouped(Math.ceil(Buffer.byteLength(html) / 1000));
    sayNote(flags, `${flags.out}: ${kilobytes} kB, open it in a browser`);
    return end();
  });
}
