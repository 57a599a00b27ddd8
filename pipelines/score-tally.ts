import type { ScoredRows } from '../src/sinks/scored-rows.js';

/** What a run of scoring has counted. */
export interface ScoreCounts {
  /** Rows a class was predicted for, by the class's index. */
  readonly predictions: readonly number[];
  /** Rows that were rejected, by reason, without what differs from row to row. */
  readonly reasons: Readonly<Record<string, number>>;
}

/** Of so many kinds of reasons each is counted by itself. */
const MOST_REASONS = 50;
const OTHER_REASONS = 'other reasons';

/** Counts predictions a class, and rejects a reason. */
export class ScoreTally {
  readonly #predictions: number[];
  readonly #reasons: Map<string, number>;

  /** @param counts what an earlier run had counted */
  constructor(classCount: number, counts?: ScoreCounts) {
    this.#predictions = Array.from({ length: classCount }, (_, index) => counts?.predictions[index] ?? 0);
    this.#reasons = new Map(Object.entries(counts?.reasons ?? {}));
  }

  get counts(): ScoreCounts {
    return { predictions: [...this.#predictions], reasons: Object.fromEntries(this.#reasons) };
  }

  add({ count, predictions, rejects }: ScoredRows): void {
    for (let row = 0; row < count; row++) this.#predictions[predictions[row]]++;
    for (const { reason } of rejects) {
      const kind = kindOf(reason());
      const isCounted = this.#reasons.has(kind) || this.#reasons.size < MOST_REASONS;
      const name = isCounted ? kind : OTHER_REASONS;
      this.#reasons.set(name, (this.#reasons.get(name) ?? 0) + 1);
    }
  }
}

/** `column 12: expected 0 to 255, found 256` -> `expected 0 to 255`. */
function kindOf(reason: string): string {
  return reason.replace(/^column \d+: /, '').replace(/, found .*$/s, '');
}
