import { type Evaluation, type OtherReading, summarize } from '../../src/counting/evaluation.js';
import { EvaluationTally } from '../../src/counting/evaluation-tally.js';
import { ReadingSample, WELL_READ } from '../../src/counting/reading-sample.js';
import type { ScoredRecords } from '../../src/counting/scored-records.js';
import type { Slots } from '../../src/engine/slots.js';
import type { ReadingFlags } from '../../src/formats/reading.js';
import type { Input } from '../../src/inputs/input.js';
import type { ImagesSpec } from '../../src/inputs/open-inputs.js';
import { lossOf } from '../../src/network/network.js';
import { describeNormalization, type Normalization } from '../../src/network/normalization.js';
import type { Contender } from './contenders.js';
import { describeModel } from './describe-evaluated.js';

/** Counts what one of several networks says, as `evaluate` does. */
export interface Judge {
  readonly images: number;
  add(records: ScoredRecords): void;
  /** @param normalization how the network saw the pixels of this input */
  evaluation(normalization: Normalization, context: JudgeContext): Promise<Evaluation>;
}

/** What a judge cannot know of its evaluation. */
export interface JudgeContext extends Pick<Evaluation, 'data' | 'workers' | 'seconds' | 'partial'> {
  readonly guesses: Input['guesses'];
  readonly spec: ImagesSpec;
  readonly reading: ReadingFlags | undefined;
}

/** A judge of a network; `slots` are those of its scorer. */
export function judgeOf(
  { model }: Contender,
  { outputsAreProbabilities }: Pick<Slots, 'outputsAreProbabilities'>,
): Judge {
  const { network } = model;
  const { classes } = network;
  const counted = new EvaluationTally({ classes: classes.length, outputsAreProbabilities });
  const sample = new ReadingSample();
  return {
    get images() {
      return counted.images;
    },
    add: (records) => {
      sample.add(records);
      counted.add(records);
    },
    evaluation: async (normalization, { guesses, spec, reading = {}, ...context }) => {
      const isLow = model.runtime === undefined && (counted.accuracy ?? 1) < WELL_READ;
      let otherReading: OtherReading | null = null;
      if (isLow) {
        const { findOtherReading } = await import('../other-reading.js');
        const records = { ...sample.records, normalization };
        otherReading = await findOtherReading({ network, spec, guesses, reading, records });
      }
      return summarize(counted, {
        ...{ ...context, model: describeModel(model), classes, otherReading },
        ...{ normalization: describeNormalization(normalization), lossName: lossOf(network) },
      });
    },
  };
}
