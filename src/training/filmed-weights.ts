import { DigitflowError } from '../errors.js';
import { MOST_FILM_WEIGHTS } from '../network/formats/film.js';
import type { SharedTraining } from './shared-training.js';

/** An epoch of a run: the run from 0, the epoch from 1. */
type RunEpoch = Readonly<Record<'run' | 'epoch', number>>;

/** Which epochs up to `last` a film shows: 0, the random start, 1, 2, 3, 4, 6, 8, 11, 15, 20, …: each some 30 % later. */
export function filmedEpochs(last: number): number[] {
  const epochs = [0];
  for (let epoch = 1; epoch <= last; epoch = Math.ceil((epoch * 13) / 10)) epochs.push(epoch);
  return epochs;
}

/** How far each run is. */
type RunsReached = Pick<SharedTraining, 'epochsDone' | 'divergedRuns' | 'options'>;

/** All weights and biases after the filmed epochs, f32, as `ParameterLayout` places them: of each run that may be chosen. */
export class FilmedWeights {
  /** By run, and then by epoch. */
  readonly runs: Map<number, Map<number, Float32Array>>;

  constructor(runs: Map<number, Map<number, Float32Array>>) {
    this.runs = runs;
  }

  /** Of a training that was kept; `read` throws where an epoch is missing. */
  static restored(
    reached: RunsReached,
    best: RunEpoch | null,
    read: (run: number, epoch: number) => Float32Array,
  ): FilmedWeights {
    const { epochsDone, options } = reached;
    const runs = Array.from(epochsDone.keys()).filter((run) => mayBeChosen(reached, run, best?.run));
    const framesOf = (run: number) =>
      filmedEpochs(Math.min(epochsDone[run], options.epochs)).map(
        (epoch) => [epoch, read(run, epoch)] as const,
      );
    return new FilmedWeights(new Map(runs.map((run) => [run, new Map(framesOf(run))])));
  }

  /** To be called after each epoch, once its state is kept. */
  keep(shared: SharedTraining, { run, epoch }: RunEpoch, best: RunEpoch | undefined): void {
    // Of a run that diverged, the last epoch was not kept.
    const isKept = shared.epochsDone[run] === epoch;
    if (isKept && filmedEpochs(epoch).includes(epoch)) this.runs.get(run)?.set(epoch, shared.result(run));
    for (const other of this.runs.keys()) if (!mayBeChosen(shared, other, best?.run)) this.runs.delete(other);
  }
}

/** It goes on, or it is the one that is best so far. */
function mayBeChosen(
  { epochsDone, divergedRuns, options }: RunsReached,
  run: number,
  best?: number,
): boolean {
  return run === best || (epochsDone[run] < options.epochs && !divergedRuns.has(run));
}

/**
 * Begins the film of a training at its random start.
 *
 * @param resume the checkpoint that it goes on from
 * @throws DigitflowError USAGE where the network is too large; CHECKPOINT_MISMATCH where the training has begun already
 */
export function beginFilm(shared: SharedTraining, resume?: string): FilmedWeights {
  if (resume !== undefined) {
    const message = `${resume}: expected a checkpoint of a training with a film, found one without`;
    throw new DigitflowError(
      'CHECKPOINT_MISMATCH',
      `${message}; go on without a film, or start anew with one`,
    );
  }
  const { runs, shape } = shared.layout;
  const count = shape.bytes / 4;
  // Some 20 states of each run are kept, in memory and in the checkpoint.
  if (count > MOST_FILM_WEIGHTS) {
    const expected = `film: expected a network of at most ${MOST_FILM_WEIGHTS} weights and biases, found ${count}`;
    throw new DigitflowError('USAGE', `${expected}; train smaller layers, or without a film`);
  }
  return new FilmedWeights(new Map(runs.map((_, run) => [run, new Map([[0, shared.result(run)]])])));
}
