import type { RunPosition } from '../engine/records.js';
import type { Guess } from '../formats/reading.js';
import type { FormatName } from '../formats/recognize.js';

/** The name and version of a plan's JSON. */
export const PLAN_SCHEMA = 'digitflow.plan/1';

/**
 * How one run is divided among many machines, exactly as `plan.json` has it. Its identity is the SHA-256 of that file's bytes:
 * every shard carries it.
 */
export interface Plan {
  readonly schema: typeof PLAN_SCHEMA;
  /** What the network is called, as `--model` had it, and the digest of its file. */
  readonly model: { readonly name: string; readonly sha256: string };
  /** As `--normalize` has it; null for the network's own way. */
  readonly normalize: string | null;
  /** What flags say of how the data is to be read, each as the command line takes it. */
  readonly reading: Readonly<Record<string, string>>;
  readonly inputs: readonly PlannedInput[];
  /** Records of all inputs; null where one was not counted. */
  readonly records: number | null;
  /** In the order of the inputs, without a gap. */
  readonly shards: readonly PlannedShard[];
}

/** An input as it was when it was planned. */
export interface PlannedInput {
  /** What outputs call it: a path as it was given, relative to the root, or a URL. Labels come after images. */
  readonly path: string;
  readonly format: FormatName;
  /** How `score` understands it. */
  readonly guesses: readonly Guess[];
  /** Records it has; null where they were not counted, as in gzip. */
  readonly records: number | null;
  /** Where the records begin in its unpacked content, and how many lines end before them. */
  readonly dataStart: number;
  readonly linesBefore: number;
  /** Images, then labels where they are a file of their own. */
  readonly files: readonly PlannedFile[];
}

/** A file, and what tells whether it is still the same. */
export interface PlannedFile {
  readonly path: string;
  /** Its size as it lies there, packed or not. */
  readonly bytes: number;
  /** When it was changed, in milliseconds of 1970; null where that is not known, as of some URLs. */
  readonly modifiedMs: number | null;
  /** What a server calls this version of it; left out of files. */
  readonly etag?: string | undefined;
  /** SHA-256 of the unpacked content, as an evaluation has it; null where it is too long for that. */
  readonly sha256: string | null;
}

/** Records that follow each other, of one input or of several. */
export interface PlannedShard {
  /** Where it begins; of `rows` null where an input before it was not counted. */
  readonly from: Omit<RunPosition, 'rows' | 'rejected'> & { readonly rows: number | null };
  readonly until: ShardEnd;
  /** How many records it has; null where they were not counted. */
  readonly records: number | null;
  /** How many bytes of its inputs it takes, as they lie there. */
  readonly bytes: number;
  /** SHA-256 of what lies in these bytes, where the plan was made with `--digest`. */
  readonly sha256?: string | undefined;
}

/** Where a shard ends: before this place of its last input; null for that input's end. */
export interface ShardEnd {
  readonly file: number;
  /** Bytes of text, at the start of a row. */
  readonly bytes: number | null;
  /** Records of a binary format. */
  readonly row: number | null;
}
