import { NearestImages } from './metrics/nearest-images.js';
import {
  type KeptRecord,
  type LabelledRecords,
  type RecordShape,
  recordFrom,
  recordJson,
  TopRecords,
  verdictAt,
} from './scored-records.js';
import { bytesText, exactNumber, type State } from './state.js';

/** A record whose label may be wrong. */
export interface LabelSuspect extends KeptRecord {
  readonly loss: number;
  /** `(classes)` f32: each class's share of the outputs; where these are no probabilities 1 for the prediction. */
  readonly shares: Float32Array;
}

/**
 * How much the network's word counts beside that of the nearest images. Chosen on the last 10,000 training images with labels made
 * wrong, where more does hardly better: see test/fixtures/label-errors.
 */
const NETWORK_WEIGHT = 4;

/**
 * Records whose label is suspect. Two judges that err on different images look at each wrong prediction: the network, by each
 * class's share of its outputs, and the ten images most like it, by their labels. Where both taken together prefer another class to
 * the label by far, the label is suspected first.
 */
export class LabelSuspects {
  readonly #candidates: TopRecords<LabelSuspect>;
  readonly #nearest: NearestImages;
  readonly #shape: RecordShape;

  /** Looks among the `candidates` wrong predictions of largest loss, from 1 up, whatever the input's length. */
  constructor(shape: RecordShape, candidates: number) {
    this.#shape = shape;
    this.#candidates = new TopRecords(candidates, ({ loss }) => loss);
    this.#nearest = new NearestImages(shape.recordBytes);
  }

  /**
   * Adds what another one of the same shape and as many candidates has gathered: what its `toJSON` gave, parsed.
   *
   * @throws DigitflowError SHARD_BROKEN
   */
  addState(state: State): void {
    const { classes } = this.#shape;
    for (const candidate of state.get('candidates').list()) {
      const loss = candidate.get('loss').number();
      const shares = new Float32Array(candidate.get('shares').bytes(4 * classes).buffer);
      this.#candidates.take({ ...recordFrom(candidate, this.#shape), loss, shares });
    }
    this.#nearest.addState(state.get('nearest'), classes);
  }

  /** The exact state. */
  toJSON(): object {
    return {
      candidates: this.#candidates.kept.map(({ shares, loss, ...record }) => ({
        ...recordJson(record),
        loss: exactNumber(loss),
        shares: bytesText(new Uint8Array(shares.buffer)),
      })),
      nearest: this.#nearest,
    };
  }

  addAll(records: LabelledRecords): void {
    const { first, count, labels, predictions, losses } = records;
    for (let i = 0; i < count; i++) {
      if (this.#nearest.wants(first + i)) this.#nearest.add(first + i, labels[i], records.pixelsOf(i));
      // A loss that is NaN fails this comparison.
      if (labels[i] === predictions[i] || !(losses[i] >= this.#candidates.floor)) continue;
      const shares = sharesAt(records, i);
      this.#candidates.offer({ ...verdictAt(records, i), loss: losses[i], shares }, records, i);
    }
  }

  /** At most `count`, the most suspect first. */
  suspects(count: number): LabelSuspect[] {
    const suspects: { record: LabelSuspect; doubt: number }[] = [];
    const byNetwork = this.#candidates.kept
      .map((record) => ({ record, doubt: doubtOf(record) }))
      .sort((a, b) => b.doubt - a.doubt);
    for (const { record, doubt: own } of byNetwork) {
      // To look for the nearest images takes a millisecond, and their word adds 1 at most.
      if (own + 1 <= (suspects[count - 1]?.doubt ?? 0)) break;
      const { index, pixels, shares } = record;
      const doubt = doubtOf(record, this.#nearest.votes(index, pixels, shares.length));
      if (doubt > 0) suspects.push({ record, doubt });
      suspects.sort((a, b) => b.doubt - a.doubt);
    }
    return suspects.slice(0, count).map(({ record }) => record);
  }
}

/** By how much the network, with the votes of the nearest images where they are given, prefers another class to the label. */
function doubtOf({ truth, shares }: LabelSuspect, votes?: Float64Array): number {
  const words = Array.from(shares, (share, k) => NETWORK_WEIGHT * share + (votes?.[k] ?? 0));
  return Math.max(...words.filter((_, k) => k !== truth)) - words[truth];
}

function sharesAt(
  { classCount, outputs, outputsAreProbabilities, predictions }: LabelledRecords,
  place: number,
): Float32Array {
  const own = outputs?.slice(place * classCount, (place + 1) * classCount);
  const sum = own?.reduce((total, output) => total + output, 0) ?? 0;
  if (own?.length === classCount && outputsAreProbabilities && sum > 0) return own.map((x) => x / sum);
  return Float32Array.from({ length: classCount }, (_, k) => Number(k === predictions[place]));
}
