import type { Evaluation } from '../counting/evaluation.js';
import type { EvaluationCounts } from '../counting/evaluation-counts.js';
import { State } from '../counting/state.js';
import type { Guess } from '../formats/reading.js';
import type { Normalization } from '../network/normalization.js';

/** What a shard of `evaluate` says, besides what any shard does. */
export interface ShardEvaluation {
  /** What it counted: as an object of that class, its `toJSON` makes the state. */
  readonly counts: EvaluationCounts;
  /** The input as it was understood; digests only where all of it was read. */
  readonly data: Evaluation['data'];
  readonly normalization: Normalization;
  /** What an evaluation of the shard alone says. */
  readonly otherReading: Evaluation['otherReading'];
}

/** The same after JSON: `counts` is a state for `EvaluationCounts.addState`. */
export interface ReadShardEvaluation extends Omit<ShardEvaluation, 'counts'> {
  readonly counts: State;
}

/**
 * What came as JSON from a shard.
 *
 * @param name what to call it in messages
 * @throws DigitflowError SHARD_BROKEN
 */
export function readShardEvaluation(value: unknown, name: string): ReadShardEvaluation {
  const own = new State(value, name);
  const [data, normalization, other] = ['data', 'normalization', 'otherReading'].map((key) => own.get(key));
  const textOrNull = (state: State) => (state.isNone ? null : state.text());
  return {
    counts: own.get('counts'),
    data: {
      name: data.get('name').text(),
      dataset: textOrNull(data.get('dataset')),
      files: data
        .get('files')
        .list()
        .map((file) => ({ path: file.get('path').text(), sha256: textOrNull(file.get('sha256')) })),
      height: data.get('height').whole(1),
      width: data.get('width').whole(1),
      ...(data.get('dialect').isNone ? {} : { dialect: data.get('dialect').list().map(guessFrom) }),
    },
    normalization: {
      scale: normalization.get('scale').number(),
      offset: normalization.get('offset').number(),
      transposed: normalization.get('transposed').boolean(),
    },
    otherReading: other.isNone
      ? null
      : {
          words: other.get('words').text(),
          flags: other.get('flags').text(),
          images: other.get('images').whole(),
          accuracy: other.get('accuracy').number(),
          accuracyAsRead: other.get('accuracyAsRead').number(),
        },
  };
}

/** As it came: the order of its keys is that of one machine. */
function guessFrom(state: State): Guess {
  for (const key of ['property', 'value', 'by']) state.get(key).text();
  for (const key of ['flag', 'because']) if (!state.get(key).isNone) state.get(key).text();
  const by = state.get('by');
  if (!['given', 'seen', 'guessed'].includes(by.text())) throw by.wrong('given, seen or guessed');
  return state.value as Guess;
}
