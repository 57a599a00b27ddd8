/** The name and version of an order. */
export const ORDER_SCHEMA = 'digitflow.queue/1';

/** How shards of rows are written: options of `scoreShard`. */
export interface QueuedScore {
  /** How rows are written. Default `csv`. */
  readonly format?: 'csv' | 'ndjson' | 'kaggle' | undefined;
  /** True for all outputs of a row. */
  readonly probabilities?: boolean | undefined;
  /** So many of the best classes. */
  readonly top?: number | undefined;
  /** CSV: an apostrophe before what a spreadsheet would take for a formula. */
  readonly spreadsheetSafe?: boolean | undefined;
  /** What a bad row does. */
  readonly onError?: 'fail' | 'skip' | 'reject' | undefined;
}

/** What shards of an evaluation keep: options of `evaluateShard`. */
export interface QueuedEvaluation {
  /** How many of the worst are kept. */
  readonly mistakes?: number | undefined;
  /** Whether what a report shows is kept, too. */
  readonly withReport?: boolean | undefined;
}

/** What becomes of all shards: options of `merge`. */
export interface QueuedMerge {
  /** Where the rows or the evaluation go. */
  readonly out: string;
  /** Of `score`. */
  readonly rejects?: string | undefined;
  /** Of `score`: where the summary goes. */
  readonly summary?: string | undefined;
  /** Of `evaluate`. */
  readonly format?: 'table' | 'json' | 'markdown' | 'csv' | undefined;
  /** Of `evaluate`: where the page goes. */
  readonly report?: string | undefined;
  /** Of that page. */
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
  /** What the run is called. */
  readonly name: string;
  /** How many it has. */
  readonly shards: number;
  /** False where it was all there before. */
  readonly isNew: boolean;
}

/** How far a run is. */
export interface RunStatus {
  /** What it is called. */
  readonly name: string;
  /** How far it is as a whole. */
  readonly state: 'submitting' | 'waiting' | 'running' | 'merging' | 'done' | 'failed';
  /** What its shards are of. */
  readonly command: 'score' | 'evaluate';
  /** SHA-256 of its plan. */
  readonly plan: string;
  /** How many it has. */
  readonly shards: number;
  /** How many of them are made. */
  readonly done: number;
  /** Those under way, and who makes them. */
  readonly running: readonly { readonly shard: number; readonly worker: string }[];
  /** Shards whose fault may pass: they wait until they are tried again. */
  readonly retrying: number;
  /** Shards that were set aside. */
  readonly failed: readonly RunFault[];
  /** How many more were set aside than are named there. */
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
  /** Which one, from 0. */
  readonly shard: number;
  /** As the command line would end with it. */
  readonly exitCode: number;
  /** That of the error. */
  readonly code: string;
  /** One line. */
  readonly message: string;
}
