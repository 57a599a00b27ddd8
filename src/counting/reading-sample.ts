import type { ScoredRecords } from './scored-records.js';

const MOST_RECORDS = 1000;
const MOST_BYTES = 16 * 2 ** 20;
/** A batch of which more is right is read as it should be: nothing of it is kept, and nothing is lost on it. */
export const WELL_READ = 0.85;

/**
 * Copies of records of batches that a network reads badly, to see whether it reads them better another way: the first of
 * each class, as many of each, so that a sorted input is judged by more than its first class.
 */
export class ReadingSample {
  readonly #pixels: Uint8Array[] = [];
  readonly #labels: number[] = [];
  readonly #countOf = new Uint32Array(256);

  /** `(count, recordBytes)` u8 as stored, and `(count)` u8 class indices. */
  get records(): { readonly count: number; readonly pixels: Uint8Array; readonly labels: Uint8Array } {
    const count = this.#labels.length;
    const bytes = this.#pixels[0]?.length ?? 0;
    const pixels = new Uint8Array(count * bytes);
    this.#pixels.forEach((own, at) => {
      pixels.set(own, at * bytes);
    });
    return { count, pixels, labels: Uint8Array.from(this.#labels) };
  }

  add(records: ScoredRecords): void {
    const { count, labels, classCount } = records;
    const mostOfAClass = Math.floor(MOST_RECORDS / classCount);
    const isFull = this.#labels.length >= mostOfAClass * classCount;
    if (labels === null || isFull || correctOf(records) >= WELL_READ * count) return;
    for (let place = 0; place < count; place++) {
      const label = labels[place];
      if (this.#countOf[label] >= mostOfAClass) continue;
      const pixels = records.pixelsOf(place);
      if (this.#labels.length * pixels.length >= MOST_BYTES) return;
      this.#countOf[label]++;
      this.#pixels.push(Uint8Array.from(pixels));
      this.#labels.push(label);
    }
  }
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
