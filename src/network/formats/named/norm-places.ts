import { quoteValue } from '../../../errors.js';
import { foldInto, foldIntoNext } from '../batch-normalization.js';
import type { FoundLayer } from '../found-network.js';
import { compareNames, ordersOf, waysToChoose } from './name-order.js';
import type { DenseTensors, NormTensors } from './tensor-roles.js';

/** The ways to place each BatchNorm before layer `0..layers`, two at most, by size and by what the names say. */
export function waysToPlace(
  norms: readonly NormTensors[],
  layers: readonly DenseTensors[],
  sizes: readonly number[],
): readonly (readonly number[])[] {
  if (norms.length > sizes.length) return [];
  const allowed = norms.map((norm) =>
    sizes.flatMap((size, place) => {
      const fits = layers.every(({ parts }, l) => {
        if (parts.join('.') === norm.parts.join('.')) return place === l + 1;
        const order = compareNames(norm.parts, parts);
        return order === 0 || (order < 0 ? place <= l : place > l);
      });
      return fits && size === norm.mean.length ? [place] : [];
    }),
  );
  const orders = ordersOf(norms.map(({ parts }) => parts));
  return waysToChoose(norms.length, (chosen) =>
    allowed[chosen.length].filter((place) =>
      chosen.every((other, n) => {
        const order = orders[chosen.length][n];
        return place !== other && (order === 0 || order < 0 === place < other);
      }),
    ),
  );
}

/** Folds BatchNorms into the layers beside them; `places` as `waysToPlace` gives them. Undefined where one stands after the last activation. */
export function foldNorms(
  layers: readonly FoundLayer[],
  tensors: readonly DenseTensors[],
  norms: readonly NormTensors[],
  places: readonly number[],
): { readonly layers: readonly FoundLayer[]; readonly notes: readonly string[] } | undefined {
  const folded = [...layers];
  const notes: string[] = [];
  for (const [n, norm] of norms.entries()) {
    const place = places[n];
    const distance = place === 0 ? null : stepsBetween(tensors[place - 1], norm);
    const isBefore = place === 0 || (distance !== null && distance > 1);
    if (isBefore && place === layers.length) return undefined;
    const into = isBefore ? place : place - 1;
    folded[into] = (isBefore ? foldIntoNext : foldInto)(
      folded[into],
      norm,
      folded[into].rowsAre === 'outputs',
    );
    const side = isBefore ? 'after' : 'before';
    const reading = place === 0 || distance === 1 ? '' : `, as if it stood ${side} the activation`;
    notes.push(
      `folded BatchNorm ${quoteValue(norm.label)} into layer ${into + 1}, epsilon ${norm.epsilon}${reading}`,
    );
  }
  return { layers: folded, notes };
}

/** How far a BatchNorm stands after a layer where both are numbered in one row: net.0 and net.1; null where they are not. */
function stepsBetween(layer: DenseTensors, norm: NormTensors): number | null {
  const [from, to] = [layer.parts, norm.parts];
  if (from.length !== to.length) return null;
  const differing = from.flatMap((part, at) => (part === to[at] ? [] : [at]));
  if (differing.length === 0) return 1;
  const [from0, to0] = [Number(from[differing[0]]), Number(to[differing[0]])];
  return differing.length === 1 && to0 > from0 ? to0 - from0 : null;
}
