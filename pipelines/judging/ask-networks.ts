import { DigitflowError } from '../../src/errors.js';
import type { ReadingFlags } from '../../src/formats/reading.js';
import { type ChooseReading, type ChosenReading, flagsOf } from '../../src/inputs/candidate-readings.js';
import { type AskOptions, askNetwork } from '../ask-network.js';
import type { Contender } from './contenders.js';

/** How one network takes pixels turned: `--transpose no: the network reads 97 % so, 9 % with --transpose yes`. */
export interface Turn {
  readonly flags: ReadingFlags;
  /** Null where it takes them as they are. */
  readonly words: string | null;
}

/** The choice of several networks. */
export interface ChoiceOfAll {
  readonly choose: ChooseReading;
  /** How each network takes the pixels turned, in their order, once it was asked; none where that is the same for all. */
  readonly turns: readonly Turn[];
}

/**
 * Asks several networks how an input is to be read. What holds for the input, such as where labels stand, they must agree on;
 * how its pixels lie may be another thing for each, as each has learned from images of its own. What runs elsewhere is not asked.
 *
 * The choice rejects with READING_UNCLEAR where the networks contradict each other, or none can tell.
 */
export function askNetworks(contenders: readonly Contender[], options: AskOptions): ChoiceOfAll {
  const turns: Turn[] = [];
  const choose: ChooseReading = async (name, candidates, recordsOf) => {
    const answers: (ChosenReading | DigitflowError | null)[] = [];
    // One after the other: each looks ahead in the same stream.
    for (const { model, normalization } of contenders) {
      const ask = model.runtime === undefined ? askNetwork(model.network, normalization, options) : null;
      answers.push(ask && (await ask(name, candidates, recordsOf).catch(unclear)));
    }
    const told = answers.filter((answer) => answer !== null && 'at' in answer);
    const [first] = told;
    if (first === undefined) throw answers.find((answer) => answer !== null);
    const other = told.find(({ at }) => at !== first.at);
    if (other !== undefined) {
      const said = [first, other].map((answer) => {
        const reader = contenders[answers.indexOf(answer)].model.name;
        return `${candidates[answer.at].words} by ${reader} (${flagsOf(candidates[answer.at])})`;
      });
      const message = `${name}: expected one way to read it, found ${said.join(' and ')}; say which`;
      throw new DigitflowError('READING_UNCLEAR', message);
    }
    const turnWords = (turn: ReadingFlags) => flagsOf({ flags: turn });
    if (told.every(({ turn }) => turnWords(turn) === turnWords(first.turn))) return first;
    for (const answer of answers) {
      const { turn: flags, because } = answer !== null && 'at' in answer ? answer : { turn: {}, because: '' };
      turns.push({ flags, words: turnWords(flags) === '' ? null : `${turnWords(flags)}: ${because}` });
    }
    return { ...first, turn: {}, unturned: {} };
  };
  return { choose, turns };
}

function unclear(error: unknown): DigitflowError {
  if (error instanceof DigitflowError && error.code === 'READING_UNCLEAR') return error;
  throw error;
}
