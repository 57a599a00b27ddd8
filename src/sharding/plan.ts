import type { RunPosition } from '../engine/records.js';
import type { Guess, ReadingFlags } from '../formats/reading.js';
import type { FormatName } from '../formats/recognize.js';

/** The name and version of a plan's JSON. */
export const PLAN_SCHEMA = 'digitflow.plan/1';

/**
 * How one run is divided among many machines. Its identity is the SHA-256 of the bytes of its file, `plan.json`: every shard
 * carries it.
 */
export interface Plan {
  readonly schema: typeof PLAN_SCHEMA;
  /** What the network is called, as `--model` had it, and the digest of its file. */
  readonly model: { readonly name: string; readonly sha256: string };
  /** As `--normalize` has it; null for the network's own way. */
  readonly normalize: string | null;
  /** What flags say of how the data is to be read. */
  readonly reading: ReadingFlags;
  /** In the order in which they were given. */
  readonly inputs: readonly PlannedInput[];
  /** Records of all inputs; null where one was not counted. */
  readonly records: number | null;
  /** In the order of the inputs, without a gap; at least one. */
  readonly shards: readonly PlannedShard[];
}

/** An input as it was when it was planned. */
export interface PlannedInput {
  /** What outputs call it: a path as it was given, relative to the root, or a URL. Of pictures side by side, what they are called together. */
  readonly path: string;
  /** By its content. */
  readonly format: FormatName;
  /** How `score` understands it. */
  readonly guesses: readonly Guess[];
  /** Records it has; null where they were not counted, as in gzip. */
  readonly records: number | null;
  /** Where the records begin in its unpacked content, and how many lines end before them. */
  readonly dataStart: number;
  readonly linesBefore: number;
  /** Images, then labels where they are a file of their own; a folder of pictures, or each of the pictures side by side. */
  readonly files: readonly PlannedFile[];
  /**
   * What an evaluation says of its files: SHA-256 of their unpacked content, null where it is too long for that. Empty where
   * there are several inputs, and for pictures.
   */
  readonly digests: readonly { readonly path: string; readonly sha256: string | null }[];
}

/** A file, or a folder of pictures, and what tells whether it is still the same. */
export interface PlannedFile {
  /** As it was given, relative to the root, or a URL. */
  readonly path: string;
  /** Its size as it lies there, packed or not; of a folder, that of its pictures together. */
  readonly bytes: number;
  /** When it was changed, in milliseconds of 1970, of a folder its latest picture; null where that is not known, as of some URLs. */
  readonly modifiedMs: number | null;
  /** What a server calls this version of it; left out of files. */
  readonly etag?: string | undefined;
}

/** Records that follow each other, of one input or of several. */
export interface PlannedShard {
  /** Where it begins; all but `file` and `rows` is 0 at the start of an input. Of `rows` null where an input before it was not counted. */
  readonly from: Omit<RunPosition, 'rows' | 'rejected'> & { readonly rows: number | null };
  /** Where it ends. */
  readonly until: ShardEnd;
  /** How many records it has; null where they were not counted. */
  readonly records: number | null;
  /** How many bytes of its inputs it takes, as they lie there: what stands before the first record of an input, too. */
  readonly bytes: number;
  /**
   * SHA-256 of these bytes, of all its inputs one after the other, where the plan was made with `--digest`: of images, not of
   * labels beside them.
   */
  readonly sha256?: string | undefined;
}

/** Where a shard ends: before this place of its last input; null for that input's end. */
export interface ShardEnd {
  /** Which input, from 0. */
  readonly file: number;
  /** Bytes of text, at the start of a row. */
  readonly bytes: number | null;
  /** Records of a binary format. */
  readonly row: number | null;
}
