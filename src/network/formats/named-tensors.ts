import { quoteValue, safeText } from '../../errors.js';
import {
  checkFinite,
  type FoundLayer,
  type FoundNetwork,
  MOST_PARAMETERS,
  type NamedTensor,
  networkFileError,
} from './found-network.js';
import { ordersOf, partsOf, waysToChoose } from './named/name-order.js';
import { foldNorms, waysToPlace } from './named/norm-places.js';
import { type DenseTensors, type NormTensors, notUnderstood, sortTensors } from './named/tensor-roles.js';

export type { NamedTensor };

type RowsAre = 'outputs' | 'inputs';

/** How all tensors can be read: an order of the layers, with the bias of each. */
interface Reading {
  readonly rowsAre: RowsAre;
  readonly layers: readonly DenseTensors[];
}

/** More layers than any network of ours has; it bounds the search for their order. */
const MOST_LAYERS = 128;
/** More tensors than any network has, with all that its training keeps. */
const MOST_TENSORS = 10_000;
const NAMES = 'name them fc1.weight, fc1.bias, fc2.weight, … in their order, as PyTorch does';

/**
 * The layers that tensors make, from their names and shapes alone. Names may be any. Layers stand in the order in which
 * their sizes fit one another and which the numbers in their names say. All weights of a file lie the same way round.
 * BatchNorm is folded into a layer beside it; the states of an optimizer are passed over.
 *
 * @param tensors in any order; each has as many values as its shape says.
 * @throws DigitflowError NETWORK_FILE where no order fits or several do, and for any tensor that is not understood.
 */
export function layersOf(
  tensors: readonly NamedTensor[],
  fileName: string,
): Pick<FoundNetwork, 'layers' | 'notes'> {
  checkNumbers(tensors, fileName);
  const { layers, norms, vectors, passedOver } = sortTensors(tensors, fileName);
  if (layers.length === 0 || layers.length > MOST_LAYERS) {
    const advice = 'give a file with the weights of a network of dense layers';
    const expected = `weights of 1 to ${MOST_LAYERS} dense layers`;
    throw networkFileError(fileName, expected, listing(tensors) || 'no tensors', advice);
  }
  const { reading, isKnown } = chooseReading(layers, vectors, fileName, norms);
  const rowsAre = isKnown ? reading.rowsAre : null;
  const found = reading.layers.map(({ weight: { shape, values }, bias }): FoundLayer => {
    const [rows, columns] = shape;
    return { weights: values, rows, columns, rowsAre, biases: bias?.values ?? null, activation: null };
  });
  const sizes = [
    sizesOf(reading.layers[0], reading.rowsAre).inputs,
    ...reading.layers.map((layer) => sizesOf(layer, reading.rowsAre).outputs),
  ];
  const ways = waysToPlace(norms, reading.layers, sizes);
  const folded = ways.length === 1 ? foldNorms(found, reading.layers, norms, ways[0]) : undefined;
  if (!folded) {
    const expected = 'one place between the layers for each BatchNorm';
    const what = ways.length === 1 ? 'one after the last activation' : ways.length === 0 ? 'none' : 'several';
    const labels = norms.slice(0, MOST_LISTED).map(({ label }) => quoteValue(label));
    throw networkFileError(
      fileName,
      expected,
      `${what} (${labels.join(', ')})`,
      `fold it before you save, or ${NAMES}`,
    );
  }
  for (const [l, { weights, biases }] of (norms.length > 0 ? folded.layers : []).entries()) {
    for (const values of [weights, biases ?? weights]) {
      checkFinite(values, `${fileName}: layer ${l + 1} with its BatchNorm`);
    }
  }
  const notes = [
    ...reading.layers.flatMap(({ bias }, l) => {
      const isGuess = bias !== null && vectors.includes(bias);
      return isGuess ? [`took ${quoteValue(bias.name)} for the biases of layer ${l + 1}`] : [];
    }),
    ...folded.notes,
    ...(passedOver > 0 ? [`passed over ${passedOver} tensors of an optimizer`] : []),
  ];
  return { layers: folded.layers, notes };
}

function checkNumbers(tensors: readonly NamedTensor[], fileName: string): void {
  if (tensors.length > MOST_TENSORS) {
    const advice = 'give a network of fewer layers';
    throw networkFileError(fileName, `at most ${MOST_TENSORS} tensors`, `${tensors.length}`, advice);
  }
  const count = tensors.reduce((sum, { values }) => sum + values.length, 0);
  if (count > MOST_PARAMETERS) {
    const advice = 'give a smaller network';
    throw networkFileError(fileName, `at most ${MOST_PARAMETERS} parameters`, `${count}`, advice);
  }
  for (const { name, values } of tensors) checkFinite(values, `${fileName}: tensor ${quoteValue(name)}`);
}

/** The only reading that fits, and whether the file says which way round its weights lie. */
function chooseReading(
  layers: readonly DenseTensors[],
  vectors: readonly NamedTensor[],
  fileName: string,
  [norm]: readonly NormTensors[],
): { readonly reading: Reading; readonly isKnown: boolean } {
  const all = (['outputs', 'inputs'] as const).flatMap((rowsAre) => readingsOf(layers, vectors, rowsAre));
  if (all.length === 0) {
    const withoutVectors = (['outputs', 'inputs'] as const).flatMap((way) => readingsOf(layers, [], way));
    const outputs = withoutVectors.flatMap((one) =>
      one.layers.flatMap((layer) => (layer.bias ? [] : sizesOf(layer, one.rowsAre).outputs)),
    );
    const odd = vectors.find(({ values }) => !outputs.includes(values.length)) ?? vectors[0];
    if (withoutVectors.length > 0) {
      throw notUnderstood(odd, fileName, `shape ${quoteValue(odd.shape)}, the bias of no layer`);
    }
    const shown = listing([...layers.map(({ weight }) => weight), ...biasesOf(layers), ...vectors]);
    const expected = 'dense layers whose sizes fit one another in the order of their names';
    throw networkFileError(fileName, expected, shown, `digitflow runs one chain of dense layers; ${NAMES}`);
  }
  // A network for images has more inputs than classes.
  const likely = narrowed(all, ({ rowsAre, layers }) => {
    return sizesOf(layers[0], rowsAre).inputs > sizesOf(layers[layers.length - 1], rowsAre).outputs;
  });
  const usual = narrowed(likely, ({ rowsAre }) => {
    return layers.every(({ weight }) => usualRows(weight.name) === rowsAre);
  });
  const [reading, ...others] = narrowed(usual, ({ rowsAre }) => norm?.rowsAre === rowsAre);
  if (others.every((other) => other.rowsAre !== reading.rowsAre && isSameOrder(other, reading))) {
    return { reading, isKnown: others.length === 0 };
  }
  const shown = listing(layers.map(({ weight }) => weight));
  throw networkFileError(
    fileName,
    'names that say the order of the layers',
    `several orders that fit (${shown})`,
    NAMES,
  );
}

/** Those of which something holds, or all where it holds of none. */
function narrowed(readings: readonly Reading[], holds: (reading: Reading) => boolean): readonly Reading[] {
  const some = readings.filter(holds);
  return some.length > 0 ? some : readings;
}

function isSameOrder(a: Reading, b: Reading): boolean {
  return a.layers.every(({ weight, bias }, l) => weight === b.layers[l].weight && bias === b.layers[l].bias);
}

/** What a row is by the custom of those who name weights so. */
function usualRows(name: string): RowsAre | null {
  if (/(?:^|[./_])kernel(?::\d+)?$/.test(name)) return 'inputs';
  return /(?:^|\.)weight$/.test(name) ? 'outputs' : null;
}

function sizesOf({ weight: { shape } }: DenseTensors, rowsAre: RowsAre) {
  const [rows, columns] = shape;
  return rowsAre === 'outputs' ? { inputs: columns, outputs: rows } : { inputs: rows, outputs: columns };
}

/** The readings that fit with weights that lie one way round; two at most, which stand for all. */
function readingsOf(
  layers: readonly DenseTensors[],
  vectors: readonly NamedTensor[],
  rowsAre: RowsAre,
): Reading[] {
  const sizes = layers.map((layer) => sizesOf(layer, rowsAre));
  if (layers.some(({ bias }, l) => bias !== null && bias.values.length !== sizes[l].outputs)) return [];
  const isAfter = ordersOf(layers.map(({ parts }) => parts));
  const orders = waysToChoose(layers.length, (chosen) => {
    const last = chosen.at(-1);
    const isLeft = layers.map((_, l) => !chosen.includes(l));
    return layers.flatMap((_, l) => {
      const fits = isLeft[l] && (last === undefined || sizes[last].outputs === sizes[l].inputs);
      return fits && !isAfter[l].some((after, other) => after > 0 && isLeft[other]) ? [l] : [];
    });
  });
  return orders.flatMap((order) => {
    if (order.length === 0) return [{ rowsAre, layers }];
    const ordered = order.map((l) => layers[l]);
    return waysToPair(ordered, vectors, rowsAre).map((pairs) => ({
      rowsAre,
      layers: ordered.map((layer, l) => ({ ...layer, bias: vectors[pairs.indexOf(l)] ?? layer.bias })),
    }));
  });
}

/** The layer of each bias whose name does not say it, by its size and by the order of those that are numbered. */
function waysToPair(layers: readonly DenseTensors[], vectors: readonly NamedTensor[], rowsAre: RowsAre) {
  if (vectors.length > layers.length) return [];
  const orders = ordersOf(vectors.map(({ name }) => partsOf(name)));
  return waysToChoose(vectors.length, (chosen) =>
    layers.flatMap((layer, l) => {
      const { values } = vectors[chosen.length];
      const fits = layer.bias === null && sizesOf(layer, rowsAre).outputs === values.length;
      const inOrder = chosen.every((other, v) => {
        const order = orders[chosen.length][v];
        return l !== other && (order === 0 || order < 0 === l < other);
      });
      return fits && inOrder ? [l] : [];
    }),
  );
}

function biasesOf(layers: readonly DenseTensors[]): NamedTensor[] {
  return layers.flatMap(({ bias }) => bias ?? []);
}

const MOST_LISTED = 6;

/** The first tensors, for a message: `fc1.weight [16,784], …`. */
function listing(tensors: readonly NamedTensor[]): string {
  const some = tensors
    .slice(0, MOST_LISTED)
    .map(({ name, shape }) => `${safeText(name).slice(0, 60)} ${quoteValue(shape)}`);
  return [...some, ...(tensors.length > MOST_LISTED ? ['…'] : [])].join(', ');
}
