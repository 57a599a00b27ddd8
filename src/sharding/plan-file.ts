import { createHash } from 'node:crypto';
import { quoteValue } from '../errors.js';
import { checkReadingValues } from '../formats/reading.js';
import { FORMAT_TITLES } from '../formats/recognize.js';
import { readWholeNow } from '../inputs/bytes/read-whole.js';
import { Checked, notAPlan } from './checked-json.js';
import { PLAN_SCHEMA, type Plan, type PlannedFile, type PlannedInput, type PlannedShard } from './plan.js';

/** Where a shard begins, and the digest of its bytes: all that the file says of it. What else a plan says of it follows. */
export type ShardStart = Omit<PlannedShard['from'], 'rows'> & Pick<PlannedShard, 'sha256'>;

/** The shards of inputs, by where each begins. */
export function shardsFrom(inputs: readonly PlannedInput[], starts: readonly ShardStart[]): PlannedShard[] {
  let rows: number | null = 0;
  return starts.map(({ sha256, ...place }, index) => {
    const from = { ...place, rows };
    const next = starts[index + 1] ?? startOf(inputs.length);
    const { records, bytes } = extent(inputs, place, next);
    rows = plus(rows, records);
    const until = {
      file: next.row === 0 ? next.file - 1 : next.file,
      bytes: next.row > 0 && inputs[next.file].format === 'csv' ? next.bytes : null,
      row: next.row > 0 && inputs[next.file].format !== 'csv' ? next.row : null,
    };
    return { from, until, records, bytes, ...(sha256 === undefined ? {} : { sha256 }) };
  });
}

/** The start of an input. */
export function startOf(file: number): ShardStart {
  return { file, bytes: 0, line: 0, row: 0 };
}

/** What lies between two places. */
function extent(
  inputs: readonly PlannedInput[],
  from: ShardStart,
  until: ShardStart,
): { readonly records: number | null; readonly bytes: number } {
  let records: number | null = until.row - from.row;
  let bytes = until.bytes - from.bytes;
  for (let file = from.file; file < until.file; file++) {
    records = plus(records, inputs[file].records);
    bytes += bytesOf(inputs[file]);
  }
  return { records, bytes };
}

/** How many bytes the images of an input take, as they lie there. */
export function bytesOf(input: Pick<PlannedInput, 'format' | 'files'>): number {
  return imageFilesOf(input).reduce((sum, { bytes }) => sum + bytes, 0);
}

/** The files of an input without labels. */
export function imageFilesOf({
  format,
  files,
}: Pick<PlannedInput, 'format' | 'files'>): readonly PlannedFile[] {
  return format === 'pictures' ? files : files.slice(0, 1);
}

/**
 * How many records a command finds in a shard; null where the plan does not say. A folder of pictures may have two halves, of which
 * an evaluation takes one.
 */
export function plannedRecords(
  { inputs, shards }: Plan,
  shard: number,
  command: 'score' | 'evaluate',
): number | null {
  const { from, records } = shards[shard];
  return command === 'evaluate' && inputs[from.file].format === 'pictures' ? null : records;
}

function plus(count: number | null, more: number | null): number | null {
  return count === null || more === null ? null : count + more;
}

/** A plan as its file has it: a shard a line. */
export function planText({ shards, inputs, ...plan }: Plan): string {
  const start = ({ from: { rows: _, ...from }, sha256 }: PlannedShard) => JSON.stringify({ ...from, sha256 });
  const lists = [inputs.map((input) => JSON.stringify(input)), shards.map(start)];
  const [inputLines, shardLines] = lists.map((lines) => `[\n${lines.join(',\n')}\n]`);
  return `${JSON.stringify(plan).slice(0, -1)},\n"inputs":${inputLines},\n"shards":${shardLines}}\n`;
}

/** More shards than anyone has: twenty million. */
const MOST_PLAN_BYTES = 2 ** 30;

/** A plan, and what tells it from all others. */
export interface ReadPlan {
  /** What the file says. */
  readonly plan: Plan;
  /** SHA-256 of the bytes of its file, in hexadecimal. */
  readonly sha256: string;
}

/**
 * Reads a plan, and makes sure that it is one and whole.
 *
 * @throws DigitflowError PLAN_FILE, INPUT_MISSING, INPUT_READ; USAGE for a pipe
 */
export function readPlan(path: string): ReadPlan {
  const bytes = readWholeNow(path, {
    ...{ title: 'a plan', mostBytes: MOST_PLAN_BYTES, tooLarge: 'PLAN_FILE' },
    check: (start) => {
      if (start[0] !== 0x7b) throw notAPlan(path, `a plan (${PLAN_SCHEMA})`, 'something else');
    },
  });
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return {
    plan: parsePlan(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString(), path),
    sha256,
  };
}

function parsePlan(text: string, name: string): Plan {
  const plan = Checked.parse(text, name);
  const schema = plan.given.schema;
  if (schema !== PLAN_SCHEMA) {
    const isOther = typeof schema === 'string' && schema.startsWith('digitflow.plan/');
    const found = isOther ? `${schema}, that of another digitflow` : quoteValue(schema);
    throw notAPlan(name, `a plan (${PLAN_SCHEMA})`, found);
  }
  const model = plan.child('model');
  const inputs = plan.children('inputs').map(plannedInput);
  const starts = plan.children('shards').map(shardStart);
  checkStarts(inputs, starts, name);
  const shards = shardsFrom(inputs, starts);
  const last = shards[shards.length - 1];
  const { normalize } = plan.given;
  const reading = plan.given.reading ?? {};
  try {
    checkReadingValues(reading);
  } catch (error) {
    throw notAPlan(name, 'what flags of reading say', error instanceof Error ? error.message : 'else');
  }
  return {
    schema: PLAN_SCHEMA,
    model: { name: model.text('name'), sha256: model.text('sha256') },
    normalize: normalize === null ? null : plan.text('normalize'),
    reading,
    inputs,
    records: plus(last.from.rows, last.records),
    shards,
  };
}

function plannedInput(input: Checked): PlannedInput {
  const format = input.text('format');
  if (!isFormat(format)) throw input.wrong('format', Object.keys(FORMAT_TITLES).join(' or '));
  const files = input.children('files').map((file) => ({
    ...(file.given as { etag?: string }),
    path: file.text('path'),
    bytes: file.count('bytes'),
    modifiedMs: file.given.modifiedMs === null ? null : file.number('modifiedMs'),
  }));
  if (files.length === 0) throw input.wrong('files', 'one or more files');
  return {
    path: input.text('path'),
    format,
    guesses: input
      .children('guesses')
      .map(({ given }) => given as unknown as PlannedInput['guesses'][number]),
    records: input.given.records === null ? null : input.count('records'),
    dataStart: input.count('dataStart'),
    linesBefore: input.count('linesBefore'),
    files,
    digests: input.children('digests').map((digest) => ({
      path: digest.text('path'),
      sha256: digest.given.sha256 === null ? null : digest.text('sha256'),
    })),
  };
}

function isFormat(name: string): name is PlannedInput['format'] {
  return Object.hasOwn(FORMAT_TITLES, name);
}

function shardStart(shard: Checked): ShardStart {
  const { sha256 } = shard.given;
  return {
    file: shard.count('file'),
    bytes: shard.count('bytes'),
    line: shard.count('line'),
    row: shard.count('row'),
    ...(sha256 === undefined ? {} : { sha256: shard.text('sha256') }),
  };
}

/** Makes sure that each shard begins after the one before it, at a record that its input has. */
function checkStarts(inputs: readonly PlannedInput[], starts: readonly ShardStart[], name: string): void {
  let before: ShardStart | undefined;
  for (const [index, start] of starts.entries()) {
    const { file, bytes, line, row } = start;
    const input = inputs[file];
    const isFirst = bytes === 0 && line === 0 && row === 0;
    const isWithin = input !== undefined && row > 0 && row < (input.records ?? 0) && bytes < bytesOf(input);
    const isAfter =
      before === undefined
        ? file === 0 && isFirst
        : file > before.file || (file === before.file && row > before.row && bytes > before.bytes);
    if (input === undefined || !(isFirst || isWithin) || !isAfter) {
      const found = `file ${file}, byte ${bytes}, line ${line}, record ${row}`;
      throw notAPlan(
        name,
        `shard ${index} to begin at a record of its inputs, after the shard before it`,
        found,
      );
    }
    before = start;
  }
  if (before === undefined) throw notAPlan(name, 'one or more shards', 'none');
}
