import { clampConfidence } from './calibration.js';
import {
  type KeptRecord,
  type LabelledRecords,
  type RecordShape,
  recordFrom,
  recordJson,
  TopRecords,
  verdictAt,
} from './scored-records.js';
import { exactNumber, type State } from './state.js';

/** A record whose label may be wrong. */
export interface LabelSuspect extends KeptRecord {
  readonly loss: number;
}

/** Confidences are summed in whole units, so that the order of adding does not matter. */
const UNITS = 2 ** 20;

/**
 * Records whose label is suspect, in the manner of confident learning (Northcutt, Jiang and Chuang, 2021): the network is at
 * least as sure of another class as it is on average of the records that it rightly takes for that class.
 */
export class LabelSuspects {
  readonly #candidates: TopRecords<LabelSuspect>;
  readonly #corrects: Float64Array;
  readonly #units: bigint[];

  /** Looks among the `candidates` wrong predictions of largest loss, from 1 up, whatever the input's length. */
  constructor(classes: number, candidates: number) {
    this.#candidates = new TopRecords(candidates, ({ loss }) => loss);
    this.#corrects = new Float64Array(classes);
    this.#units = Array.from({ length: classes }, () => 0n);
  }

  /**
   * Adds what another one of as many classes and candidates has gathered: what its `toJSON` gave, parsed.
   *
   * @throws DigitflowError SHARD_BROKEN
   */
  addState(state: State, shape: RecordShape): void {
    const { classes } = shape;
    const corrects = state.get('corrects').counts(classes);
    const units = state.get('units').list(classes);
    for (let k = 0; k < classes; k++) {
      this.#corrects[k] += corrects[k];
      this.#units[k] += units[k].bigint();
    }
    for (const candidate of state.get('candidates').list()) {
      const loss = candidate.get('loss').number();
      this.#candidates.take({ ...recordFrom(candidate, shape), loss });
    }
  }

  /** The exact state. */
  toJSON(): object {
    return {
      corrects: Array.from(this.#corrects),
      units: this.#units.map(String),
      candidates: this.#candidates.kept.map((record) => ({
        ...recordJson(record),
        loss: exactNumber(record.loss),
      })),
    };
  }

  addAll(records: LabelledRecords): void {
    const { count, labels, predictions, confidences, losses } = records;
    const units = new Float64Array(this.#units.length);
    for (let i = 0; i < count; i++) {
      const truth = labels[i];
      if (truth === predictions[i]) {
        this.#corrects[truth]++;
        units[truth] += unitsOf(confidences[i]);
      } else if (losses[i] >= this.#candidates.floor) {
        this.#candidates.offer({ ...verdictAt(records, i), loss: losses[i] }, records, i);
      }
    }
    for (const [k, sum] of units.entries()) this.#units[k] += BigInt(sum);
  }

  /** At most `count`, the most suspect first. A class that was never recognised makes no suspects. */
  suspects(count: number): LabelSuspect[] {
    const isSuspect = ({ prediction, confidence }: LabelSuspect) => {
      const corrects = this.#corrects[prediction];
      return corrects > 0 && BigInt(unitsOf(confidence)) * BigInt(corrects) >= this.#units[prediction];
    };
    return this.#candidates.kept.filter(isSuspect).slice(0, count);
  }
}

function unitsOf(confidence: number): number {
  return Math.round(clampConfidence(confidence) * UNITS);
}
