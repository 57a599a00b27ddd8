import { percentage } from '../src/counting/wording.js';
import {
  type CandidateReading,
  type ChooseReading,
  flagsOf,
  unclearReading,
} from '../src/inputs/candidate-readings.js';
import { changedNormalization, type PixelChange } from '../src/insight/other-readings.js';
import { affordable, plainlyRight, rightOnes, shareOfRight } from '../src/insight/readings.js';
import type { Network } from '../src/network/network.js';
import { isSameNormalization, type Normalization } from '../src/network/normalization.js';
import { orientedAs } from '../src/operators/normalize.js';

/**
 * Chooses among readings by what a network makes of the first records: it takes the one that is right for more than half
 * of them, and for so many more than every other that no chance explains it.
 *
 * @throws DigitflowError READING_UNCLEAR where none is, or there are no labels to compare with
 */
export function askNetwork(network: Network, normalization: Normalization): ChooseReading {
  return async (name, candidates) => {
    const under = ({ records }: CandidateReading, change: PixelChange): Readable => {
      const { labels, transposed, ...images } = records;
      // Without labels none is right.
      if (labels === null) return { right: new Uint8Array(records.count), labels: [] };
      const oriented = changedNormalization(orientedAs({ transposed }, normalization), change);
      const asked = affordable(network, { ...images, labels, normalization: oriented }, candidates.length);
      return { right: rightOnes(network, asked), labels: asked.labels };
    };
    const rights = candidates.map((one) => under(one, AS_READ));
    const best = plainlyRight(rights);
    const shares = rights.map(({ right }) => `${percentage(shareOfRight(right), 0)} %`);
    if (best === null) {
      const why = undecided(rights[0].right.length, candidates, shares);
      // Of what flags turn already, other flags would have to be told.
      const isTurned = candidates.some(({ records }) => records.transposed ?? normalization.transposed);
      const canTurn = why !== '' && !isTurned && isSameNormalization(normalization, network.normalization);
      const turned = canTurn ? turnedWords(candidates, rights, under) : '';
      throw unclearReading(name, candidates, why + turned);
    }
    const others = candidates
      .map((one, at) => `${shares[at]} with ${flagsOf(one)}`)
      .filter((_, at) => at !== best);
    return {
      candidate: candidates[best],
      because: `the network reads ${shares[best]} so, ${others.join(', ')}`,
    };
  };
}

/** Where a plain difference may still be chance. */
const FEW_RECORDS = 60;

function undecided(
  count: number,
  candidates: readonly CandidateReading[],
  shares: readonly string[],
): string {
  if (count === 0 || candidates.every(({ records }) => records.labels === null)) return '';
  const why = count < FEW_RECORDS ? 'too few to decide it' : 'which does not decide it';
  return `; of the first ${count} records the network reads ${shares.join(' and ')}, ${why}`;
}

/** What the network reads of the first records under a reading. */
interface Readable {
  readonly right: Uint8Array;
  readonly labels: ArrayLike<number>;
}

const AS_READ: PixelChange = { transposed: false, inverted: false, white: null };
const TURNS = [
  { ...AS_READ, transposed: true },
  { ...AS_READ, inverted: true },
  { ...AS_READ, transposed: true, inverted: true },
];

/** What is read well where it is turned: `, but 97 % with --transpose yes --label-map 10=0`. */
function turnedWords(
  candidates: readonly CandidateReading[],
  rights: readonly Readable[],
  under: (candidate: CandidateReading, change: PixelChange) => Readable,
): string {
  const turned = candidates.flatMap((one) =>
    TURNS.map((change) => ({
      ...under(one, change),
      flags: [
        ...(change.transposed ? ['--transpose yes'] : []),
        ...(change.inverted ? ['--normalize inverted'] : []),
        flagsOf(one),
      ].join(' '),
    })),
  );
  const best = plainlyRight([...turned, ...rights]);
  if (best === null || best >= turned.length) return '';
  const { right, flags } = turned[best];
  return `, but ${percentage(shareOfRight(right), 0)} % with ${flags}`;
}
