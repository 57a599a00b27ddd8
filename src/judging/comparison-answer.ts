import { chanceWords, counted, grouped } from '../counting/wording.js';
import type { ComparedPair, Comparison } from './comparison.js';

/** Which network is better, where that can be told. */
export type Finding =
  /** There was nothing to compare. */
  | { readonly kind: 'none' }
  /** Two networks are right on the very same images. */
  | { readonly kind: 'same' }
  /** One of two is better. */
  | { readonly kind: 'better'; readonly better: number; readonly pair: ComparedPair }
  /** No difference can be told between two. */
  | { readonly kind: 'open'; readonly pair: ComparedPair }
  /** Of several: the one that is right most often, which ones it is better than, and which it cannot be told from. */
  | {
      readonly kind: 'several';
      readonly best: number;
      readonly beaten: readonly number[];
      readonly open: readonly number[];
      /** The largest adjusted p-value among those that are beaten; the smallest among the others where none is. */
      readonly p: number;
    };

/** What a comparison found. */
export function findingOf({ images, networks, pairs }: Omit<Comparison, 'answer'>): Finding {
  if (images === 0) return { kind: 'none' };
  if (networks.length > 2) return findingOfSeveral({ networks, pairs });
  const [pair] = pairs;
  if (pair.onlyFirst + pair.onlySecond === 0) return { kind: 'same' };
  if (!pair.isDifferent) return { kind: 'open', pair };
  return { kind: 'better', better: pair.onlySecond > pair.onlyFirst ? pair.second : pair.first, pair };
}

function findingOfSeveral(of: Pick<Comparison, 'networks' | 'pairs'>): Finding {
  const correct = of.networks.map((network) => network.correct);
  const best = correct.indexOf(Math.max(...correct));
  const own = leadingPairs(of);
  const other = ({ first, second }: ComparedPair) => (first === best ? second : first);
  const [beaten, open] = [true, false].map((is) => own.filter(({ isDifferent }) => isDifferent === is));
  const ps = (some: readonly ComparedPair[]) => some.map(({ test }) => test.adjusted);
  const p = beaten.length > 0 ? Math.max(...ps(beaten)) : Math.min(...ps(open));
  return { kind: 'several', best, beaten: beaten.map(other), open: open.map(other), p };
}

/** The pairs of the network that is right most often with each other one, the closest first. */
export function leadingPairs({ networks, pairs }: Pick<Comparison, 'networks' | 'pairs'>): ComparedPair[] {
  const correct = networks.map((network) => network.correct);
  const best = correct.indexOf(Math.max(...correct));
  return pairs
    .filter(({ first, second }) => first === best || second === best)
    .sort((a, b) => correct[b.first] + correct[b.second] - correct[a.first] - correct[a.second]);
}

/** The answer in one plain sentence. */
export function answerOf(comparison: Omit<Comparison, 'answer'>): string {
  const { networks, pairs } = comparison;
  const finding = findingOf(comparison);
  const name = (index: number) => networks[index].name;
  const list = (indices: readonly number[]) => listed(indices.map(name));
  switch (finding.kind) {
    case 'none':
      return 'No image was compared';
    case 'same':
      return `No difference at all: ${name(0)} and ${name(1)} are right on the very same images`;
    case 'better': {
      const { points, range } = differenceWords(finding.pair, finding.better);
      return `${name(finding.better)} is better by ${points} points (${range}); ${pWords(finding.pair.test.adjusted)}`;
    }
    case 'open':
      return openWords(finding.pair, name);
    case 'several': {
      const { best, beaten, open, p } = finding;
      // Of several it is the largest.
      const most = beaten.length > 1 ? pWords(p).replace('=', 'at most') : pWords(p);
      const adjusted = `${most} after Holm for ${pairs.length} pairs`;
      if (open.length === 0)
        return `${name(best)} is better than each of the others, ${list(beaten)}; ${adjusted}`;
      if (beaten.length === 0)
        return `No difference can be told: ${name(best)} is right most often, but may be no better than ${list(open)}; ${adjusted}`;
      return `${name(best)} is right most often: better than ${list(beaten)} (${adjusted}), but no difference to ${list(open)} can be told`;
    }
  }
}

function openWords(pair: ComparedPair, name: (index: number) => string): string {
  const { onlyFirst, onlySecond, first, second, imagesToTell, test } = pair;
  const differing = onlyFirst + onlySecond;
  if (imagesToTell === null) {
    const { range } = differenceWords(pair, second);
    return `No difference can be told: both are right as often, each alone on ${grouped(onlyFirst)} of ${counted(differing, 'image')} (difference ${range} points)`;
  }
  const ahead = onlySecond > onlyFirst ? second : first;
  const { points, range } = differenceWords(pair, ahead);
  const needed = `if that is the true difference, some ${roughly(imagesToTell)} images would be needed to tell it`;
  return `No difference can be told: ${name(ahead)} is ahead by ${points} points (${range}), ${pWords(test.adjusted)}; ${needed}`;
}

/** `1.13` and `0.92 to 1.36`: a pair's difference in points, of the accuracy of one of its networks less that of the other. */
export function differenceWords(
  { difference, interval, second }: ComparedPair,
  of: number,
): { readonly points: string; readonly range: string } {
  const sign = of === second ? 1 : -1;
  const ends = [sign * (interval?.low ?? 0), sign * (interval?.high ?? 0)].sort((a, b) => a - b);
  return { points: pointsWords(sign * (difference ?? 0)), range: ends.map(pointsWords).join(' to ') };
}

/** `-0.32`: a share in points. */
export function pointsWords(share: number): string {
  const words = (100 * share).toFixed(2);
  return words === '-0.00' ? '0.00' : words;
}

/** `p = 0.034`, `p < 0.0001`: two digits, of larger ones two places. */
export function pWords(p: number): string {
  const words = chanceWords(p, '');
  return words.startsWith('<') ? `p ${words}` : `p = ${words}`;
}

/** `120,000`: two digits, since more of them are noise. */
export function roughly(count: number): string {
  return grouped(Number(count.toPrecision(2)));
}

function listed(names: readonly string[]): string {
  if (names.length < 2) return names.join('');
  return `${names.slice(0, -1).join(', ')} and ${names[names.length - 1]}`;
}
