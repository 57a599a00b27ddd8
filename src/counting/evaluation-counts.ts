import { EvaluationTally, type EvaluationTallyOptions } from './evaluation-tally.js';
import { PictureTally } from './pictures-seen.js';
import { ReadingSample } from './reading-sample.js';
import { ReportCollector } from './report-collector.js';
import type { RecordShape, ScoredRecords } from './scored-records.js';
import { State } from './state.js';

/** A batch of fewer records may be the rest of a larger one that a cut has divided. */
const LEAST_JUDGED = 100;

/**
 * All that one of many machines counts of its part of an evaluation. The parts of an input, merged in any order, give what one
 * machine would have counted of the whole, bit for bit; but for the first doubts about pictures, which want the order.
 */
export class EvaluationCounts {
  readonly tally: EvaluationTally;
  readonly sample = new ReadingSample(LEAST_JUDGED);
  readonly pictures = new PictureTally();
  /** Null where no report is wanted. */
  readonly report: ReportCollector | null;
  readonly #shape: RecordShape;

  /** @param withReport whether to keep what a report shows; default false */
  constructor(shape: RecordShape, options: Omit<EvaluationTallyOptions, 'classes'>, withReport = false) {
    this.#shape = shape;
    this.tally = new EvaluationTally({ ...options, classes: shape.classes });
    this.report = withReport ? new ReportCollector(shape.recordBytes, shape.classes) : null;
  }

  /** Counts a batch, in the order of the input. Throws what `EvaluationTally.add` throws. */
  add(records: ScoredRecords): void {
    this.sample.add(records);
    this.report?.add(records);
    this.tally.add(records);
  }

  /**
   * Adds what was counted of another part of the same input.
   *
   * @param state what its `toJSON` gave, parsed
   * @throws DigitflowError SHARD_BROKEN for a state that no such counts have, and where it lacks what a report shows; USAGE for
   *   one of another network or of another number of mistakes. Then these counts cannot be relied on.
   */
  addState(state: unknown): void {
    const own = state instanceof State ? state : new State(state, 'counts');
    this.tally.merge(EvaluationTally.from(own.get('tally'), this.#shape.recordBytes));
    this.sample.addState(own.get('sample'), this.#shape);
    this.pictures.addState(own.get('pictures'));
    this.report?.addState(own.get('report'));
  }

  /** The exact state. */
  toJSON(): object {
    const { tally, sample, pictures, report } = this;
    return { tally, sample, pictures, report };
  }
}
