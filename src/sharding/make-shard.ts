import type { PicturesSeen } from '../counting/pictures-seen.js';
import { digestWords } from '../counting/wording.js';
import type { InputDescription, RunEnd, RunPosition } from '../engine/records.js';
import { checkCounts } from '../engine/sizes.js';
import { DigitflowError } from '../errors.js';
import { loadModel, type Model } from '../inputs/models/open-model.js';
import { type Normalization, parseNormalization } from '../network/normalization.js';
import type { KeptScorers } from './kept-scorers.js';
import type { Plan } from './plan.js';
import { plannedRecords } from './plan-file.js';
import {
  findShard,
  readShardHead,
  type ShardHead,
  type ShardIdentity,
  type ShardResult,
  shardPath,
} from './shard-file.js';
import { checkRecords, checkShardInputs, checkUnchanged, measureShard } from './shard-inputs.js';
import { ShardWriter } from './shard-writer.js';

declare const DIGITFLOW_VERSION: string;

/** Which shard to make, and where. */
export interface ShardRun {
  /** What `readPlan` read. */
  readonly plan: Plan;
  /** SHA-256 of the bytes of the plan's file, in hexadecimal; `readPlan` gives both. */
  readonly planSha256: string;
  /** From 0. */
  readonly shard: number;
  /** The folder of all shards, which is made where it is missing. */
  readonly out: string;
  /** What the plan's paths are relative to, here. Default: the working folder. */
  readonly root?: string | undefined;
  /** Where the plan's network lies here. Default: as the plan has it. */
  readonly model?: string | undefined;
  /** Threads, from 0 up; 0 scores on the calling thread. Default: the cores there are, fewer for a small input. */
  readonly workers?: number | undefined;
  /** Records in a batch, roughly. Default: by the input. */
  readonly batchSize?: number | undefined;
  /** Keeps threads from one shard to the next, in the same process. Default: each shard starts its own. */
  readonly scorers?: KeptScorers | undefined;
  /** Is told how an input was understood, once it is opened. */
  readonly onOpened?: ((input: InputDescription) => void) | undefined;
  /** Is told what was done to pictures, and what is doubtful about them, after the last one. */
  readonly onPictures?: ((seen: PicturesSeen) => void) | undefined;
  /** Is told what is doubtful, and is no error. */
  readonly onNote?: ((note: string) => void) | undefined;
  /** Is told how many records of the shard are done. */
  readonly onProgress?: ((done: ShardProgress) => void) | undefined;
  /** Aborting it ends the shard: nothing is left of it then, and the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** How far a shard is. */
export interface ShardProgress {
  /** How many are done, scored or rejected. */
  readonly records: number;
  /** How many there are; null where that was not counted. */
  readonly total: number | null;
}

/** A shard that is there. */
export interface ShardDone {
  /** The file. */
  readonly path: string;
  /** What it says of itself. */
  readonly head: ShardHead;
  /** False where it was there before. */
  readonly isNew: boolean;
}

/** A shard of any command. */
export interface Making extends ShardRun {
  readonly command: ShardIdentity['command'];
  /** All that decides what is written, by the names of flags. */
  readonly made: ShardIdentity['options'];
}

/** What a run reads, and how: as the plan has it. */
export interface ShardReading
  extends Pick<ShardRun, 'workers' | 'batchSize' | 'signal' | 'onOpened' | 'onPictures' | 'onNote'> {
  readonly from: RunPosition;
  readonly until: RunEnd;
  readonly reading: Plan['reading'];
  readonly normalization: ((own: Normalization) => Normalization) | undefined;
  /** To be told how many records are done. */
  onRecords(done: number): void;
}

/** What a run over a shard has come to. */
export interface MadeShard extends Omit<ShardResult, keyof ShardIdentity | 'version' | 'classes'> {
  readonly partial: boolean;
}

/**
 * Makes one shard, by what a command does: looks whether it is there, compares network and inputs with the plan, before and after,
 * and leaves it whole or not at all.
 *
 * @throws DigitflowError SHARD_MISMATCH for another network than the plan's, and where a shard of another plan or other options lies
 *   there; INPUT_CHANGED, INPUT_MISSING, INPUT_READ; OUTPUT_WRITE; USAGE; what `make` throws
 */
export async function makeShard(
  options: Making,
  make: (model: Model, writer: ShardWriter, run: ShardReading) => Promise<MadeShard>,
): Promise<ShardDone> {
  const { planSha256, shard, out, command, made, signal, onNote = () => {} } = options;
  checkShard(options);
  const path = shardPath(out, shard);
  const identity = { plan: planSha256, shard, command, options: made };
  const found = findShard(out, identity);
  if (found !== null && !(found instanceof DigitflowError)) return { path, head: found, isNew: false };
  if (found !== null) onNote(`shard ${shard} is made anew: ${found.message}`);
  const model = await loadModel(options.model ?? options.plan.model.name, signal);
  checkPlannedModel(model, options.plan);
  const before = await measureShard(options);
  await checkShardInputs(options, before, onNote);
  const writer = new ShardWriter(out, shard);
  try {
    const { partial, ...result } = await make(model, writer, readingOf(options));
    if (partial) signal?.throwIfAborted();
    checkUnchanged(before, await measureShard(options));
    checkRecords(options, result.records);
    const version = typeof DIGITFLOW_VERSION === 'string' ? DIGITFLOW_VERSION : 'source';
    await writer.finish({ ...identity, version, classes: model.network.classes, ...result });
  } finally {
    writer.discard();
  }
  return { path, head: readShardHead(path).head, isNew: true };
}

/** @throws DigitflowError USAGE for what makes no sense: a caller without types may give anything */
function checkShard(options: Making): void {
  checkCounts(options, { workers: 0, batchSize: 1, shard: 0 });
  checkCounts(options.made, { top: 0, mistakes: 0 });
  checkShardNumber(options.plan, options.shard);
}

/** @throws DigitflowError USAGE for a shard that the plan does not have */
export function checkShardNumber({ shards }: Plan, shard: number): void {
  const last = shards.length - 1;
  if (shard <= last) return;
  const expected = last === 0 ? 'shard 0, the only one of this plan' : `a shard from 0 to ${last}`;
  throw new DigitflowError('USAGE', `--shard: expected ${expected}, found ${shard}; they are counted from 0`);
}

/** @throws DigitflowError SHARD_MISMATCH for another network than the plan's */
export function checkPlannedModel({ name, sha256 }: Model, { model }: Plan): void {
  if (sha256 === model.sha256) return;
  const expected = `${name}: expected the network of the plan (${digestWords(model.sha256)})`;
  const message = `${expected}, found another (${digestWords(sha256)}); say where it is with --model`;
  throw new DigitflowError('SHARD_MISMATCH', message);
}

function readingOf(options: Making): ShardReading {
  const { plan, shard, command, workers, batchSize, signal, onOpened, onPictures, onNote, onProgress } =
    options;
  const { from, until } = plan.shards[shard];
  const total = plannedRecords(plan, shard, command);
  const { normalize } = plan;
  return {
    from: { ...from, rows: from.rows ?? 0, rejected: 0 },
    ...{ until, reading: plan.reading, workers, batchSize, signal, onOpened, onPictures, onNote },
    normalization:
      normalize === null ? undefined : (own: Normalization) => parseNormalization(normalize, own),
    onRecords: (records: number) => onProgress?.({ records, total }),
  };
}
