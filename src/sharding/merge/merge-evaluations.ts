import { EvaluationCounts } from '../../counting/evaluation-counts.js';
import type { RecordShape } from '../../counting/scored-records.js';
import { State } from '../../counting/state.js';
import { DigitflowError } from '../../errors.js';
import { describeNormalization, isSameNormalization } from '../../network/normalization.js';
import { type ReadShardEvaluation, readShardEvaluation } from '../shard-evaluation.js';
import type { ShardAt } from './find-shards.js';

/** What the shards of an evaluation give together. */
export interface MergedEvaluation extends Omit<ReadShardEvaluation, 'counts'> {
  readonly counts: EvaluationCounts;
}

/** Adds up what the shards of an evaluation have counted, in memory that does not grow with their number. */
export class EvaluationMerger {
  readonly #shape: RecordShape;
  readonly #withReport: boolean;
  #merged: MergedEvaluation | undefined;

  /** @param withReport whether a report is wanted of it: all shards must have what it shows */
  constructor(shape: RecordShape, withReport: boolean) {
    this.#shape = shape;
    this.#withReport = withReport;
  }

  /**
   * Adds the next shard, in their order.
   *
   * @throws DigitflowError SHARD_BROKEN, SHARD_MISMATCH for one of an input that was understood otherwise
   */
  add({ path, head }: ShardAt): void {
    const own = readShardEvaluation(head.evaluation, path);
    this.#merged ??= this.#begin(own);
    const { counts, data, normalization } = this.#merged;
    this.#check(path, own, { data, normalization });
    const before = counts.tally.images;
    try {
      counts.addState(own.counts);
    } catch (error) {
      // Tallies that do not go together.
      if (!(error instanceof DigitflowError) || error.code !== 'USAGE') throw error;
      throw new DigitflowError('SHARD_BROKEN', `${path}: ${error.message}`);
    }
    const counted = counts.tally.images - before;
    if (counted !== head.records) {
      throw own.counts.wrong(`counts of ${head.records} records`, `of ${counted}`);
    }
  }

  /** To be asked for once all were added, one at least. */
  get merged(): MergedEvaluation {
    if (this.#merged === undefined) throw new TypeError('expected a shard at least');
    return this.#merged;
  }

  #begin({ counts: state, ...said }: ReadShardEvaluation): MergedEvaluation {
    const tally = state.get('tally');
    const mistakes = tally.get('mistakes').get('capacity').whole();
    // A report shows what all outputs tell: shards that were made for one have it.
    const withOutputs = this.#withReport || !tally.get('outputs').isNone;
    const counts = new EvaluationCounts(this.#shape, { mistakes, withOutputs }, this.#withReport);
    return { ...said, counts };
  }

  /** Only what was understood in the same way may be counted together. */
  #check(
    path: string,
    { data, normalization }: ReadShardEvaluation,
    first: Pick<ReadShardEvaluation, 'data' | 'normalization'>,
  ): void {
    const { height, width } = data;
    if (height * width !== this.#shape.recordBytes) {
      const size = new State(`${height} x ${width}`, `${path}.data`);
      throw size.wrong(`images of ${this.#shape.recordBytes} pixels`);
    }
    const dialect = JSON.stringify(data.dialect);
    const isSame =
      isSameNormalization(normalization, first.normalization) &&
      dialect === JSON.stringify(first.data.dialect);
    if (isSame && data.name === first.data.name) return;
    const words = (one: typeof first) =>
      [
        one.data.name,
        describeNormalization(one.normalization),
        ...(one.data.dialect ?? []).map(({ property, value }) => `${property} ${value}`),
      ].join(', ');
    const found = words({ data, normalization });
    const message = `${path}: expected what the first shard read (${words(first)}), found ${found}; score it again`;
    throw new DigitflowError('SHARD_MISMATCH', message);
  }
}
