import type { RecordShape, ScoredRecords } from './scored-records.js';
import { bytesText, State } from './state.js';

const MOST_RECORDS = 1000;
const MOST_BYTES = 16 * 2 ** 20;
/** A batch of which more is right is read as it should be: nothing of it is kept, and nothing is lost on it. */
export const WELL_READ = 0.85;

interface SampledRecord {
  /** In the whole input, from 0. */
  readonly index: number;
  readonly label: number;
  readonly pixels: Uint8Array;
}

/**
 * Copies of records of batches that a network reads badly, to see whether it reads them better another way: the first of
 * each class, as many of each, so that a sorted input is judged by more than its first class.
 */
export class ReadingSample {
  /** In the order of their indices. */
  #kept: SampledRecord[] = [];
  readonly #countOf = new Uint32Array(256);
  readonly #leastJudged: number;
  #mostOfAClass = Number.POSITIVE_INFINITY;

  /**
   * @param leastJudged how many records tell that a batch is read well; smaller ones are kept from whatever is right of them.
   *   Default 0. Where an input is read in parts, a small batch may be the rest of a large one.
   */
  constructor(leastJudged = 0) {
    this.#leastJudged = leastJudged;
  }

  /** `(count, recordBytes)` u8 as stored, and `(count)` u8 class indices. */
  get records(): { readonly count: number; readonly pixels: Uint8Array; readonly labels: Uint8Array } {
    const count = this.#kept.length;
    const bytes = this.#kept[0]?.pixels.length ?? 0;
    const pixels = new Uint8Array(count * bytes);
    for (const [at, own] of this.#kept.entries()) pixels.set(own.pixels, at * bytes);
    return { count, pixels, labels: Uint8Array.from(this.#kept, ({ label }) => label) };
  }

  /** Batches come in the order of the input. */
  add(records: ScoredRecords): void {
    const { count, labels, classCount } = records;
    if (labels === null || this.#kept.length >= this.#mostOfAClass * classCount) return;
    if (count >= this.#leastJudged && correctOf(records) >= WELL_READ * count) return;
    for (let place = 0; place < count; place++) {
      const label = labels[place];
      if (this.#countOf[label] >= this.#mostOfAClass) continue;
      const pixels = Uint8Array.from(records.pixelsOf(place));
      this.#mostOfAClass = mostOfAClass(classCount, pixels.length);
      this.#countOf[label]++;
      this.#kept.push({ index: records.first + place, label, pixels });
    }
  }

  /**
   * Adds the sample of a part of the same input, in any order of the parts.
   *
   * @param state what its `toJSON` gave, parsed
   * @throws DigitflowError SHARD_BROKEN
   */
  addState(state: unknown, { classes, recordBytes }: RecordShape): void {
    const own = state instanceof State ? state : new State(state, 'sample');
    const found = own.list().map((record) => ({
      index: record.get('index').whole(),
      label: record.get('label').whole(0, classes - 1),
      pixels: record.get('pixels').bytes(recordBytes),
    }));
    const most = mostOfAClass(classes, recordBytes);
    this.#mostOfAClass = most;
    this.#countOf.fill(0);
    this.#kept = [...this.#kept, ...found]
      .sort((a, b) => a.index - b.index)
      .filter(({ label }) => this.#countOf[label]++ < most);
  }

  /** The exact state. */
  toJSON(): object {
    return this.#kept.map(({ pixels, ...record }) => ({ ...record, pixels: bytesText(pixels) }));
  }
}

function mostOfAClass(classes: number, recordBytes: number): number {
  return Math.max(1, Math.floor(Math.min(MOST_RECORDS, MOST_BYTES / recordBytes) / classes));
}

/** Of a large batch the worker has counted them. */
function correctOf({ count, labels, predictions, classCount, counts }: ScoredRecords): number {
  let correct = 0;
  if (counts !== undefined) {
    for (let k = 0; k < classCount; k++) correct += counts.confusion[k * (classCount + 1)];
    return correct;
  }
  for (let i = 0; i < count; i++) if (labels?.[i] === predictions[i]) correct++;
  return correct;
}
