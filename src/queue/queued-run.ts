/** The name and version of an order. */
export const ORDER_SCHEMA = 'digitflow.queue/1';

/** How shards of rows are written: options of `scoreShard`. */
export interface QueuedScore {
  readonly format?: 'csv' | 'ndjson' | 'kaggle' | undefined;
  readonly probabilities?: boolean | undefined;
  readonly top?: number | undefined;
  readonly spreadsheetSafe?: boolean | undefined;
  readonly onError?: 'fail' | 'skip' | 'reject' | undefined;
}

/** What shards of an evaluation keep: options of `evaluateShard`. */
export interface QueuedEvaluation {
  readonly mistakes?: number | undefined;
  readonly withReport?: boolean | undefined;
}

/** What becomes of all shards: options of `merge`. */
export interface QueuedMerge {
  readonly out: string;
  /** Of `score`. */
  readonly rejects?: string | undefined;
  readonly summary?: string | undefined;
  /** Of `evaluate`. */
  readonly format?: 'table' | 'json' | 'markdown' | 'csv' | undefined;
  readonly report?: string | undefined;
  readonly language?: 'en' | 'ja' | undefined;
}

/** What is to be done, as Redis has it; its SHA-256 tells one run from another of the same name. */
export interface Order {
  readonly schema: typeof ORDER_SCHEMA;
  readonly name: string;
  /** SHA-256 of the bytes of the plan. */
  readonly plan: string;
  readonly shards: number;
  readonly command: 'score' | 'evaluate';
  /** The folder of the shards; a worker may have one of its own. */
  readonly out: string;
  /** How a shard is made, by the command. */
  readonly score?: QueuedScore;
  readonly evaluate?: QueuedEvaluation;
  /** How shards become one result; null where that is left to `digitflow merge`. */
  readonly merge: QueuedMerge | null;
}

/** What was put into the queue. */
export interface SubmittedRun {
  readonly name: string;
  readonly shards: number;
  /** False where it was all there before. */
  readonly isNew: boolean;
}

/** How far a run is. */
export interface RunStatus {
  readonly name: string;
  readonly state: 'submitting' | 'waiting' | 'running' | 'merging' | 'done' | 'failed';
  readonly command: 'score' | 'evaluate';
  /** SHA-256 of its plan. */
  readonly plan: string;
  readonly shards: number;
  readonly done: number;
  readonly running: readonly { readonly shard: number; readonly worker: string }[];
  /** Shards whose fault may pass: they wait until they are tried again. */
  readonly retrying: number;
  /** Shards that were set aside, and how many more there are than are named here. */
  readonly failed: readonly RunFault[];
  readonly unnamed: number;
  /** Why the run as a whole failed. */
  readonly fault: Omit<RunFault, 'shard'> | null;
  /** Null where nothing tells it. */
  readonly secondsLeft: number | null;
  /** Where all of it will be; null where that is left to `digitflow merge`. */
  readonly result: string | null;
}

/** Why a shard was set aside. */
export interface RunFault {
  readonly shard: number;
  readonly exitCode: number;
  readonly code: string;
  readonly message: string;
}
