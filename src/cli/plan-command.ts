import { type Command, InvalidArgumentError } from 'commander';
import { plan } from '../../pipelines/sharding/plan-shards.js';
import { bytesWords, counted, durationWords, grouped } from '../counting/wording.js';
import { describeGuesses } from '../formats/reading.js';
import { expandPaths } from '../inputs/find-files.js';
import { BUNDLED_MODELS } from '../inputs/models/open-model.js';
import { KeptFile } from '../outputs/kept-file.js';
import { checkFiles, keptFiles } from '../outputs/same-file.js';
import type { Plan } from '../sharding/plan.js';
import { bytesOf, planText } from '../sharding/plan-file.js';
import { placeOf } from '../sharding/planned-files.js';
import {
  addErrorOptions,
  addReadingOptions,
  type ReadingFlagValues,
  readingFlagsOf,
  wholeNumber,
} from './options.js';
import { interruptibly, sayNote, writeOut } from './process.js';
import { progressLine } from './progress-line.js';

interface PlanFlags extends ReadingFlagValues {
  readonly model: string;
  readonly normalize?: string;
  readonly shards?: number;
  readonly shardRows?: number;
  readonly shardBytes?: number;
  readonly labels?: string;
  readonly root?: string;
  readonly digest?: boolean;
  readonly out: string;
  readonly quiet?: boolean;
}

/** The first inputs are told with their guesses; later ones only where these are new. */
const MOST_NOTES = 5;

const EXAMPLES = `
Examples:
  $ digitflow plan night.csv --shards 200                       plan.json: 200 shards of about as many bytes
  $ digitflow plan 'day-*.csv' --shard-bytes 256MiB             several files; small ones share a shard
  $ digitflow plan t10k-images-idx3-ubyte --shard-rows 50000    IDX, with the labels beside it for evaluate
  $ digitflow plan night.csv --shards 200 --root d --digest      known by content wherever it is copied to
  $ digitflow score --plan plan.json --shard 0 --out parts      on any machine, for each shard
  $ digitflow merge plan.json parts -o predictions.csv          the same bytes as one machine writes

CSV is cut where rows begin, IDX and .npy between images. What is packed, archives and pictures are not cut:
such an input is one shard. Each shard is scored with the flags of reading, network and --normalize given here.

Exit codes: 0 well, 2 usage, 65 bad data, 66 no such input, 70 our own fault, 74 input/output, 130 interrupted.`;

/** Gives `digitflow plan` its arguments, flags and action. */
export function definePlan(command: Command): void {
  const files = 'CSV, IDX, NumPy or picture files, http(s) URLs, folders of pictures, patterns such as *.csv';
  command
    .argument('<files...>', files)
    .option(
      '-m, --model <name>',
      `a network: ${BUNDLED_MODELS.join(', ')}, or a file that digitflow wrote`,
      BUNDLED_MODELS[0],
    )
    .option('--shards <count>', 'how many shards, about equal in bytes', wholeNumber(1))
    .option('--shard-rows <count>', 'how many records a shard has', wholeNumber(1))
    .option('--shard-bytes <size>', 'how large a shard is: 64MiB, 2GB, bytes (default: 1GiB)', byteCount)
    .option('-o, --out <file>', 'where the plan goes; - for stdout', 'plan.json')
    .option(
      '--labels <file>',
      'labels of IDX or .npy images, for evaluate (default: those beside the images)',
    )
    .option('--root <folder>', 'what paths are relative to: each machine says where it has it (default: .)')
    .option('--digest', 'SHA-256 of each shard: its bytes are compared, whatever their time says')
    .option(
      '--normalize <how>',
      "how a pixel becomes a brightness; see evaluate (default: the network's own way)",
    );
  addReadingOptions(addErrorOptions(command)).addHelpText('after', EXAMPLES).action(runPlan);
}

const UNITS: Readonly<Record<string, number>> = { k: 1, m: 2, g: 3, t: 4 };

/** Reads `64MiB`, `2GB` or a number of bytes; for commander. */
function byteCount(text: string): number {
  const [, digits = '', unit = '', binary] =
    /^(\d+(?:\.\d+)?) ?(?:([kmgt])(i)?b?|b)?$/i.exec(text.trim()) ?? [];
  const bytes = Math.floor(Number(digits) * (binary ? 1024 : 1000) ** (UNITS[unit.toLowerCase()] ?? 0));
  if (digits !== '' && bytes >= 1 && Number.isSafeInteger(bytes)) return bytes;
  throw new InvalidArgumentError('Give a number of bytes, 1 or more, such as 64MiB or 2GB.');
}

async function runPlan(paths: readonly string[], flags: PlanFlags): Promise<void> {
  const { root, shards, shardRows, shardBytes, labels, model, normalize, digest } = flags;
  const inputs = await expandPaths(paths, root);
  const isFile = flags.out !== '-';
  const read = [...inputs, labels].filter((path) => path !== undefined).map((path) => placeOf(path, root));
  checkFiles(read, isFile ? keptFiles('--out', flags.out) : []);
  const file = isFile ? new KeptFile(flags.out) : null;
  const progress = progressLine();
  const note = (text: string): void => {
    progress.clear();
    sayNote(flags, text);
  };
  const said = new Set<string>();
  await interruptibly({ ...flags, next: 'no plan is written' }, async (signal) => {
    const startMs = performance.now();
    const made = await plan({
      ...{ inputs, root, shards, shardRows, shardBytes, labels, model, normalize, digest, signal },
      reading: readingFlagsOf(flags),
      onNote: note,
      onOpened: ({ file: index, name, guesses }) => {
        const words = describeGuesses('', guesses);
        if (guesses.length > 0 && (!said.has(words) || index < MOST_NOTES))
          note(describeGuesses(name, guesses));
        said.add(words);
      },
      onProgress: ({ bytes, totalBytes, records }) => {
        const share = `${Math.floor((100 * bytes) / Math.max(1, totalBytes))} %`;
        if (!flags.quiet)
          progress.show(
            (seconds) =>
              `${share}  ${grouped(records)} records, ${bytesWords(Math.round(bytes / seconds))}/s`,
          );
      },
    }).finally(() => progress.clear());
    const text = planText(made);
    if (file === null) await writeOut(text);
    else await file.deliver(text);
    const took = durationWords((performance.now() - startMs) / 1000);
    note(`${isFile ? flags.out : 'plan'}: ${planWords(made)}, ${took}`);
    const asked = shards ?? 0;
    if (asked > made.shards.length)
      note(`${grouped(asked)} shards were asked for: no more places to cut were found`);
    return true;
  });
}

/** `200 shards of about 8.2 MB, 900,000 records in 1 input`; `350 records in 2 inputs, 1 input not counted`. */
function planWords({ shards, inputs }: Plan): string {
  const bytes = inputs.reduce((sum, input) => sum + bytesOf(input), 0);
  const each = `${shards.length === 1 ? 'of' : 'of about'} ${bytesWords(Math.round(bytes / shards.length))}`;
  const parts = [`${counted(shards.length, 'shard')} ${each}`];
  const known = inputs.flatMap(({ records }) => records ?? []);
  const records = known.reduce((sum, count) => sum + count, 0);
  if (known.length > 0) parts.push(`${counted(records, 'record')} in ${counted(known.length, 'input')}`);
  const rest = inputs.length - known.length;
  if (rest > 0) parts.push(`${counted(rest, 'input')} not counted`);
  return parts.join(', ');
}
