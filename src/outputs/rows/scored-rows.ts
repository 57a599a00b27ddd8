import type { RecordsPlace, RejectedRow } from '../../engine/records.js';

/** Rows as they were scored, in the order of the input: what a batch holds after `inOrder`. */
export interface ScoredRows {
  /** How many rows were scored. */
  readonly count: number;
  /** `(count)` u8 class indices. */
  readonly predictions: Uint8Array;
  /** `(count)` f32: the winner's activation. */
  readonly confidences: Float32Array;
  /** `(count, classes)` f32, row-major; empty where they are not kept. */
  readonly outputs: Float32Array;
  /** `(count)` u32: where each row's id ends in `ids`; empty where there are no ids. */
  readonly idEnds: Uint32Array;
  /** u8: the ids one after the other, unquoted, as their bytes came in. */
  readonly ids: Uint8Array;
  /** Rows that were not scored, in the order of the input. */
  readonly rejects: readonly RejectedRow[];
  readonly place: RecordsPlace;
}

/** What a scoring run has counted. */
export interface ScoreCounts {
  /** How many rows each class was predicted for, by its index. */
  readonly predictions: readonly number[];
  /** How many rows were rejected for each kind of reason. */
  readonly reasons: Readonly<Record<string, number>>;
}

/** More kinds of reasons are counted together. */
const MOST_REASONS = 50;
/** A part of a run keeps more of them: its others may be among the first of the whole. */
export const MOST_REASONS_OF_A_PART = 2000;
const OTHER_REASONS = 'other reasons';

/** Counts predictions by class, and rejects by reason. */
export class ScoreTally {
  readonly #predictions: number[];
  readonly #reasons: Map<string, number>;

  readonly #mostReasons: number;

  /**
   * @param counts what an earlier run had counted
   * @param mostReasons how many kinds of reasons are told apart; default 50
   */
  constructor(classCount: number, counts?: ScoreCounts, mostReasons = MOST_REASONS) {
    this.#mostReasons = mostReasons;
    this.#predictions = Array.from({ length: classCount }, (_, index) => counts?.predictions[index] ?? 0);
    this.#reasons = new Map(Object.entries(counts?.reasons ?? {}));
  }

  get counts(): ScoreCounts {
    return { predictions: [...this.#predictions], reasons: Object.fromEntries(this.#reasons) };
  }

  add({ count, predictions, rejects }: ScoredRows): void {
    for (let row = 0; row < count; row++) this.#predictions[predictions[row]]++;
    for (const { reason } of rejects) this.#addReason(kindOf(reason()), 1);
  }

  /** Adds what was counted of the rows that follow, by a network of the same classes. */
  addCounts({ predictions, reasons }: ScoreCounts): void {
    for (const index of this.#predictions.keys()) this.#predictions[index] += predictions[index];
    for (const [kind, count] of Object.entries(reasons)) this.#addReason(kind, count);
  }

  #addReason(kind: string, count: number): void {
    const name = this.#reasons.has(kind) || this.#reasons.size < this.#mostReasons ? kind : OTHER_REASONS;
    this.#reasons.set(name, (this.#reasons.get(name) ?? 0) + count);
  }
}

/** The reason without what differs from row to row: `column 12: expected 0 to 255, found 256` gives `expected 0 to 255`. */
function kindOf(reason: string): string {
  return reason.replace(/^column \d+: /, '').replace(/, found .*$/s, '');
}
