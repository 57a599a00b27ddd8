import { percentage } from '../src/counting/wording.js';
import {
  type CandidateReading,
  type ChooseReading,
  flagsOf,
  unclearReading,
} from '../src/inputs/candidate-readings.js';
import { affordable, plainlyRight, rightOnes, shareOfRight } from '../src/insight/readings.js';
import type { Network } from '../src/network/network.js';
import type { Normalization } from '../src/network/normalization.js';
import { orientedAs } from '../src/operators/normalize.js';

/**
 * Chooses among readings by what a network makes of the first records: it takes the one that is right for more than half
 * of them, and for so many more than every other that no chance explains it.
 *
 * @throws DigitflowError READING_UNCLEAR where none is, or there are no labels to compare with
 */
export function askNetwork(network: Network, normalization: Normalization): ChooseReading {
  return async (name, candidates) => {
    const rights = candidates.map(({ records }) => {
      const { labels, transposed, ...images } = records;
      // Without labels none is right.
      if (labels === null) return { right: new Uint8Array(records.count), labels: [] };
      const oriented = orientedAs({ transposed }, normalization);
      const asked = affordable(network, { ...images, labels, normalization: oriented }, candidates.length);
      return { right: rightOnes(network, asked), labels: asked.labels };
    });
    const best = plainlyRight(rights);
    const shares = rights.map(({ right }) => `${percentage(shareOfRight(right), 0)} %`);
    if (best === null)
      throw unclearReading(name, candidates, undecided(rights[0].right.length, candidates, shares));
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
