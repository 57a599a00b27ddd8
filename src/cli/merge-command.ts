import { type Command, Option } from 'commander';
import { type MergeResult, merge } from '../../pipelines/sharding/merge.js';
import { counted, grouped, percent } from '../counting/wording.js';
import { OutputClosed } from '../outputs/rows/row-output.js';
import type { Language } from '../views/words/words.js';
import { EVALUATION_FORMATS } from './evaluate-command.js';
import { addGateOptions, type GateFlags, gatesFrom } from './judging/gate-options.js';
import type { GateRun } from './judging/gate-run.js';
import { addErrorOptions, noteReading, onPictures, wholeNumber } from './options.js';
import { interruptibly, sayNote, stdoutOptions } from './process.js';
import { progressLine } from './progress-line.js';

interface MergeFlags extends GateFlags {
  readonly out?: string;
  readonly rejects?: string;
  readonly summary?: string;
  readonly format?: (typeof EVALUATION_FORMATS)[number];
  readonly mistakes?: number;
  readonly report?: string;
  readonly lang: Language;
  readonly model?: string;
}

/** Exit code of a merge of rows of which some were bad, as that of `score`. */
const EXIT_BAD_ROWS = 65;

const EXAMPLES = `
Examples:
  $ digitflow plan night.csv --shards 8                     plan.json: where each shard begins
  $ digitflow score --plan plan.json --shard 0-7 --out d    here, or each on a machine of its own
  $ digitflow merge plan.json d -o predictions.csv          what score night.csv would have written
  $ digitflow merge plan.json a b c -o predictions.csv      shards that lie in several folders
  $ digitflow merge plan.json d -o f.csv --rejects bad.csv --summary f.json
  $ digitflow merge plan.json d --format json | jq .accuracy   shards of evaluate
  $ digitflow merge plan.json d --report report.html        of shards made with --with-report

Nothing is written where a shard is missing, broken, or of another plan or other options: all of these are named.
In JSON and summary, seconds are those of all shards together, and workers the most that one shard had.

Exit codes: 0 well, 1 not as good as it was to be, 2 usage, 65 a shard that is broken or another's (or some rows were bad),
66 a shard is missing, 70 our own fault, 74 input/output, 130 interrupted.`;

/** Gives `digitflow merge` its arguments, flags and action. */
export function defineMerge(command: Command): void {
  const format = new Option('-f, --format <format>', 'evaluate: how it is written (default: table)');
  command
    .argument('<plan>', 'the plan that the shards are of')
    .argument('<folders...>', 'where they lie: the --out of score or evaluate; several may each have some')
    .option('-o, --out <file>', 'where rows, or an evaluation, go (default: stdout)')
    .option('--rejects <file>', 'score: where bad rows go that --on-error reject has set aside')
    .option('--summary <file>', 'score: where to write what was counted, as JSON (digitflow.score/1)')
    .addOption(format.choices(EVALUATION_FORMATS))
    .option(
      '--mistakes <count>',
      'evaluate: how many of the worst mistakes to show, no more than the shards kept (default: as they were told)',
      wholeNumber(0),
    )
    .option('--report <file>', 'evaluate: where the page of a report goes, of shards made --with-report')
    .option(
      '-m, --model <file>',
      'evaluate: where the network of the plan lies here (default: where the plan says)',
    );
  addErrorOptions(addGateOptions(command, 'evaluate: ')).addHelpText('after', EXAMPLES).action(runMerge);
}

async function runMerge(plan: string, folders: readonly string[], flags: MergeFlags): Promise<void> {
  const { lang, out, rejects, summary, format, mistakes, report, model } = flags;
  const outputs = { '--out': out === '-' ? undefined : out, '--report': report };
  const gates = await gatesFrom(flags, { inputs: [plan, model], outputs });
  const progress = progressLine();
  const note = (text: string): void => {
    progress.clear();
    sayNote(flags, text);
  };
  await interruptibly({ ...flags, next: 'nothing is written' }, async (signal) => {
    try {
      const result = await merge({
        ...{ plan, folders, signal, language: lang, out: outputs['--out'] },
        ...{ rejects, summary, format, mistakes, report, model, ...gates.options },
        command: Object.keys(gates.options).length === 0 ? undefined : 'evaluate',
        render: out === undefined || out === '-' ? stdoutOptions() : undefined,
        onNote: note,
        onPictures: onPictures(flags, note),
        onProgress: ({ bytes, totalBytes }) => {
          if (!flags.quiet) progress.show((seconds) => copyWords(bytes, totalBytes, seconds));
        },
      });
      progress.clear();
      await end(result, flags, gates);
    } catch (error) {
      // Its reader has seen enough.
      if (!(error instanceof OutputClosed)) throw error;
    } finally {
      progress.clear();
    }
    return true;
  });
}

async function end(
  { shards, records, rejected, evaluation }: MergeResult,
  flags: MergeFlags,
  gates: GateRun,
): Promise<void> {
  const ofShards = counted(shards, 'shard');
  if (evaluation === null) {
    const bad = rejected > 0 ? `, ${grouped(rejected)} of them rejected` : '';
    sayNote(flags, `${ofShards}, ${counted(records, 'row')}${bad}`);
    if (rejected > 0) process.exitCode = EXIT_BAD_ROWS;
    return;
  }
  sayNote(flags, `${ofShards}, ${counted(records, 'image')}, ${percent(evaluation.accuracy, 2, '-')} right`);
  if (flags.format !== undefined && flags.format !== 'table') noteReading(flags, evaluation);
  process.exitCode = await gates.end(evaluation);
}

function copyWords(bytes: number, totalBytes: number, seconds: number): string {
  const rate = `${grouped(Math.round(bytes / 1e6 / seconds))} MB/s`;
  return `${Math.floor((100 * bytes) / Math.max(1, totalBytes))} %  ${grouped(Math.round(bytes / 1e6))} MB, ${rate}`;
}
