import { WELL_READ } from '../src/counting/reading-sample.js';
import { percentage } from '../src/counting/wording.js';
import type { ReadingFlags } from '../src/formats/reading.js';
import {
  type CandidateReading,
  type CandidateRecords,
  type ChooseReading,
  type ChosenReading,
  flagsOf,
  unclearReading,
} from '../src/inputs/candidate-readings.js';
import { affordable, evenly, plainlyRight, rightOnes, shareOfRight } from '../src/insight/readings.js';
import type { Network } from '../src/network/network.js';
import type { Normalization } from '../src/network/normalization.js';
import { orientedAs } from '../src/operators/normalize.js';

/** So many of the first records tell whether an input is read well of which so many are wrong, where there is one way to read it. */
const LOOKS = [
  { count: 8, wrong: 0 },
  { count: 16, wrong: 1 },
  { count: 32, wrong: 4 },
] as const;
/** So many are looked at where it is not, or where there are several; and so many of those, evenly, turned. */
const MOST = 1000;
const MOST_TURNED = 256;

/**
 * Chooses among readings by what a network makes of the first records: it takes the one that is right for more than half
 * of them, and for so many more than every other that no chance explains it. Where records are read badly, their pixels are
 * also tried turned and inverted, unless a flag says how they are.
 *
 * @param options.asksTurns false where the normalization was given, which says how pixels are
 * @param options.limit so many records are wanted: where they are read well, no more are waited for
 * @throws DigitflowError READING_UNCLEAR where none of several is right, or there are no labels to compare with
 */
export function askNetwork(
  network: Network,
  normalization: Normalization,
  { asksTurns = true, limit = MOST }: AskOptions = {},
): ChooseReading {
  const ask = (records: readonly CandidateRecords[], readings: readonly Turned[], most = MOST): Asked[] =>
    readings.map((reading) => {
      const { labels, transposed, inverted, ...images } = records[reading.at];
      const { transpose = transposed, invert = inverted } = reading.turn;
      // Without labels none is right.
      if (labels === null) return { ...reading, right: new Uint8Array(images.count), labels: [] };
      const oriented = orientedAs({ transposed: transpose, inverted: invert }, normalization);
      const some = evenly({ ...images, labels, normalization: oriented }, most);
      const asked = affordable(network, some, readings.length);
      return { ...reading, right: rightOnes(network, asked), labels: asked.labels };
    });

  return async (name, candidates, recordsOf) => {
    const isOne = candidates.length === 1;
    const plain = candidates.map((_, at): Turned => ({ at, turn: {}, unturned: {} }));
    const asItIs = { ...plain[0], because: '' };
    if (isOne && !asksTurns) return asItIs;
    for (const { count, wrong } of isOne ? LOOKS : []) {
      const [{ right, labels }] = ask(await recordsOf(Math.min(count, limit)), plain);
      // Digits of one class may look alike however they are turned.
      const isVaried = new Set(Array.from(labels)).size > 1;
      if (labels.length === 0 || (isVaried && right.filter((is) => !is).length <= wrong)) return asItIs;
    }
    const records = await recordsOf(MOST);
    const asRead = ask(records, plain);
    const best = plainlyRight(asRead);
    if (asksTurns && (best === null || shareOfRight(asRead[best].right) < WELL_READ)) {
      const turned = ask(
        records,
        plain.flatMap(({ at }) => turnsOf(at, records[at], normalization)),
        MOST_TURNED,
      );
      const found = plainlyRight(turned);
      if (found !== null) return chosen(turned[found], turned, candidates);
    }
    if (best !== null) return chosen(asRead[best], asRead, candidates);
    if (isOne) return asItIs;
    throw unclearReading(name, candidates, undecided(candidates, records, asRead));
  };
}

/** How a network is asked. */
export interface AskOptions {
  readonly asksTurns?: boolean | undefined;
  readonly limit?: number | undefined;
}

/** A candidate, with its pixels turned; what asks for that, and for the contrary. */
type Turned = Omit<ChosenReading, 'because'>;

/** What the network reads of the first records under a reading. */
interface Asked extends Turned {
  readonly right: Uint8Array;
  readonly labels: ArrayLike<number>;
}

/** All ways in which the pixels of a candidate may be turned; first as they are. */
function turnsOf(at: number, { transposed, inverted }: CandidateRecords, normalization: Normalization) {
  const asStored: readonly ReadingFlags[] = [{}];
  const transposes = transposed === null ? [...asStored, { transpose: !normalization.transposed }] : asStored;
  const inverts = inverted === undefined ? [...asStored, { invert: true }] : asStored;
  return inverts.flatMap((invert) =>
    transposes.map((transpose): Turned => {
      const turn = { ...transpose, ...invert };
      const unturned = Object.fromEntries(Object.entries(turn).map(([flag, value]) => [flag, !value]));
      return { at, turn, unturned };
    }),
  );
}

/** Why a reading was taken: what it is compared with differs in one thing. */
function chosen(
  { right, ...reading }: Asked,
  all: readonly Asked[],
  candidates: readonly CandidateReading[],
): ChosenReading {
  const { at, turn, unturned } = reading;
  const words = flagsOf({ flags: turn });
  const others = all.flatMap((other) => {
    const otherWords = flagsOf({ flags: other.turn });
    if (other.at !== at && otherWords === words)
      return [`${shareWords(other)} with ${flagsOf(candidates[other.at])}`];
    const isUnturned = other.at === at && otherWords === '' && words !== '';
    return isUnturned ? [`${shareWords(other)} with ${flagsOf({ flags: unturned })}`] : [];
  });
  return {
    at,
    turn,
    unturned,
    because: `the network reads ${shareWords({ right })} so, ${others.join(', ')}`,
  };
}

function shareWords({ right }: Pick<Asked, 'right'>): string {
  return `${percentage(shareOfRight(right), 0)} %`;
}

/** Where a plain difference may still be chance. */
const FEW_RECORDS = 60;

function undecided(
  candidates: readonly CandidateReading[],
  records: readonly CandidateRecords[],
  asRead: readonly Asked[],
): string {
  const { length: count } = asRead[0].right;
  if (count === 0 || records.every(({ labels }) => labels === null)) return '';
  const why = count < FEW_RECORDS ? 'too few to decide it' : 'which does not decide it';
  const shares = candidates.map((_, at) => shareWords(asRead[at]));
  return `; of the first ${count} records the network reads ${shares.join(' and ')}, ${why}`;
}
