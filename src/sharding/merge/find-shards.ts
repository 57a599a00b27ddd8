import { existsSync, opendirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { State } from '../../counting/state.js';
import { DigitflowError, inputError, quoteValue } from '../../errors.js';
import { plannedRecords, type ReadPlan } from '../plan-file.js';
import { type FoundShard, readShardHead, shardPath } from '../shard-file.js';
import { ShardKinds } from './shard-kinds.js';

/** A plan, and where its shards may lie. */
export interface ShardsOfPlan extends ReadPlan {
  /** At least one. */
  readonly folders: readonly string[];
}

const turn = promisify(setImmediate);
/** After so many the event loop may see to a signal. */
const SHARDS_A_TURN = 16;

/** A shard, and where it lies. */
export interface ShardAt extends FoundShard {
  readonly path: string;
  /** Which of the folders it lies in. */
  readonly folder: number;
}

/**
 * Looks at what all shards of a plan say of themselves, in order; of what they hold nothing is read. All of them are of this
 * plan, of the same command and options, and where there are two of the same number they do not differ.
 *
 * @param take sees each one, as long as nothing is wrong
 * @param note is told what is left out
 * @throws DigitflowError that names all that are missing (SHARD_MISSING), broken (SHARD_BROKEN), or not what they should be
 *   (SHARD_MISMATCH); INPUT_MISSING, INPUT_READ for a folder
 */
export async function lookAtShards(
  wanted: ShardsOfPlan,
  take: (shard: ShardAt) => void,
  { note, signal }: { readonly note: (text: string) => void; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  for (const folder of wanted.folders) noteStrangers(folder, wanted, note);
  const [faults, doubles, versions] = [kindsOf(wanted), kindsOf(wanted), kindsOf(wanted)];
  let first: ShardAt | undefined;
  for (let shard = 0; shard < wanted.plan.shards.length; shard++) {
    if (shard % SHARDS_A_TURN === 0) await turn();
    signal?.throwIfAborted();
    const found = findOne(wanted, shard, faults, doubles);
    if (found === null) continue;
    first ??= found;
    const [own, other] = [found.head.version, first.head.version];
    if (own !== other)
      versions.add(
        'SHARD_MISMATCH',
        `made by digitflow ${own}, shard ${first.head.shard} by ${other}`,
        shard,
      );
    const difference = differenceOf(found, first);
    if (difference !== null) faults.add('SHARD_MISMATCH', `of other options (${difference})`, shard);
    else if (faults.areNone) take(found);
  }
  faults.raise();
  // Another version may compute otherwise.
  for (const words of [...doubles.words, ...versions.words]) note(words);
}

/** The shard of that number which lies in one of the folders, or in several: then they say the same. */
function findOne(
  { plan, sha256, folders }: ShardsOfPlan,
  shard: number,
  faults: ShardKinds,
  doubles: ShardKinds,
): ShardAt | null {
  const whole: ShardAt[] = [];
  let broken: string | undefined;
  for (const [folder, name] of folders.entries()) {
    const path = shardPath(name, shard);
    if (!existsSync(path)) continue;
    try {
      whole.push({ path, folder, ...checkedShard(readShardHead(path), path) });
    } catch (error) {
      if (!(error instanceof DigitflowError) || error.code !== 'SHARD_BROKEN') throw error;
      // What to do is told once, at the end.
      broken ??= error.message.replace(/; [^;]*$/, '');
    }
  }
  const [found] = whole;
  const fail = (what: string): null => {
    faults.add('SHARD_MISMATCH', what, shard);
    return null;
  };
  if (found === undefined) {
    if (broken === undefined) faults.add('SHARD_MISSING', 'missing', shard);
    else faults.add('SHARD_BROKEN', `broken (${broken})`, shard);
    return null;
  }
  const strange = whole.find(({ head }) => head.plan !== sha256);
  if (strange !== undefined) return fail(`of another plan (${strange.path})`);
  const misnamed = whole.find(({ head }) => head.shard !== shard);
  if (misnamed !== undefined)
    return fail(`under a wrong name (${misnamed.path}: shard ${misnamed.head.shard})`);
  const other = whole.slice(1).find((one) => contentOf(one) !== contentOf(found));
  if (other !== undefined) return fail(`not the same in two folders (${found.path}, ${other.path})`);
  const records = plannedRecords(plan, shard, found.head.command);
  if (records !== null && found.head.records !== records) {
    const counts = `${found.path}: ${found.head.records}, planned ${records}`;
    return fail(`of another number of records (${counts})`);
  }
  if (whole.length > 1)
    doubles.add('SHARD_MISMATCH', `there twice and equal (${found.path} is taken)`, shard);
  else if (broken !== undefined)
    doubles.add('SHARD_BROKEN', `broken in one folder (${broken}) and whole in another`, shard);
  return found;
}

function kindsOf({ folders, plan }: ShardsOfPlan): ShardKinds {
  return new ShardKinds(folders, plan.shards.length);
}

/** What it says, once that has the right types. Throws SHARD_BROKEN. */
function checkedShard(found: FoundShard, path: string): FoundShard {
  const head = new State(found.head, path);
  for (const key of ['plan', 'command', 'version', 'rowsHead']) head.get(key).text();
  for (const name of head.get('classes').list()) name.text();
  for (const key of ['shard', 'workers']) head.get(key).whole();
  head.get('rejected').whole(0, head.get('records').whole());
  for (const key of ['rows', 'rejects']) {
    head.get(key).get('bytes').whole();
    head
      .get(key)
      .get('crc32')
      .whole(0, 2 ** 32 - 1);
  }
  // Whatever they are, there are some.
  head.get('options').get('');
  const seconds = head.get('seconds');
  if (!(seconds.number() >= 0)) throw seconds.wrong('a time');
  return found;
}

/** All that two tries of a shard have in common. */
function contentOf({ head: { workers: _, seconds: __, version: ___, ...content } }: ShardAt): string {
  return JSON.stringify(content);
}

/** What is other than in the first shard: `--top 3, not without it as …/00000.shard`; null where nothing is. */
function differenceOf({ path, head }: ShardAt, first: ShardAt): string | null {
  const differs = (what: string, own: unknown, other: unknown) =>
    `${path}: ${what} ${wordsOf(own)}, ${first.path}: ${wordsOf(other)}`;
  if (head.command !== first.head.command) return differs('made by', head.command, first.head.command);
  const { options } = first.head;
  for (const name of new Set([...Object.keys(options), ...Object.keys(head.options)])) {
    if (head.options[name] !== options[name]) return differs(`--${name}`, head.options[name], options[name]);
  }
  if (head.rowsHead !== first.head.rowsHead) return differs('rows after', head.rowsHead, first.head.rowsHead);
  return null;
}

function wordsOf(value: unknown): string {
  return value === undefined ? 'not given' : typeof value === 'string' ? quoteValue(value) : `${value}`;
}

/** Notes what looks like shards and is none of this plan's. */
function noteStrangers(folder: string, { plan }: ShardsOfPlan, note: (text: string) => void): void {
  const strangers: string[] = [];
  let count = 0;
  try {
    const entries = opendirSync(folder);
    for (let entry = entries.readSync(); entry !== null; entry = entries.readSync()) {
      const { name } = entry;
      if (!name.endsWith('.shard')) continue;
      const shard = Number(name.slice(0, -'.shard'.length));
      const isOwn = shard < plan.shards.length && shardPath('', shard) === name;
      if (!isOwn && ++count === 1) strangers.push(name);
    }
    entries.closeSync();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOTDIR') throw inputError(error, folder);
    const message = `${folder}: expected a folder of shards, found a file; give the folder that it lies in`;
    throw new DigitflowError('USAGE', message);
  }
  if (count === 0) return;
  const others = count === 1 ? '' : ` and ${count - 1} more`;
  note(
    `${join(folder, strangers[0])}${others}: no shard of this plan, which has ${plan.shards.length}; left out`,
  );
}
