import { quoteValue } from '../../errors.js';
import { foldNormalization, type Group, type Role } from './batch-normalization.js';
import { type FoundLayer, type FoundNetwork, type NamedTensor, networkFileError } from './found-network.js';

export type { NamedTensor };

/** What tensors are called, at the end of their names; PyTorch's, Keras' and those of course notes. */
const ROLES: Readonly<Record<Role, RegExp>> = {
  weight: /^(?:weights?|kernel|w|coefs?|theta)$/i,
  bias: /^(?:bias(?:es)?|b|intercepts?|beta)$/i,
  scale: /^gamma$/i,
  mean: /^(?:running_mean|moving_mean)$/i,
  variance: /^(?:running_var|moving_variance)$/i,
  none: /^(?:num_batches_tracked|seed_generator_state|iterations?|step|epoch|learning_rate)$/i,
};

/**
 * Makes layers of tensors of which nothing is known but their names and shapes. Layers go by the numbers in their names, or by
 * their sizes, of which each takes what the one before it gives. A batch normalization is folded into the layer before it.
 *
 * @param fileName the file's name in an error
 * @throws DigitflowError NETWORK_FILE for what is no dense layer, for what is left over, and where the order stays open
 */
export function layersOf(
  tensors: readonly NamedTensor[],
  fileName: string,
): Pick<FoundNetwork, 'layers' | 'notes'> {
  const groups = grouped(tensors, fileName);
  const normalizations = groups.filter(({ parts }) => parts.has('mean') || parts.has('variance'));
  const dense = groups.filter((group) => !normalizations.includes(group));
  for (const group of dense) checkDense(group, fileName);
  if (dense.length === 0) {
    const names = tensors.slice(0, 5).map(({ name }) => name);
    const found = names.length === 0 ? 'no tensors' : names.map(quoteValue).join(', ');
    throw networkFileError(fileName, 'weights of dense layers', found, 'save the weights of a network');
  }
  const ordered = inOrder(dense, fileName);
  const layers = ordered.map(layerOf);
  const notes = normalizations.map((group) => foldNormalization(group, groups, ordered, layers, fileName));
  return { layers, notes };
}

function grouped(tensors: readonly NamedTensor[], fileName: string): Group[] {
  const groups = new Map<string, Map<Role, NamedTensor>>();
  for (const tensor of tensors) {
    const { stem, role } = partsOf(tensor, fileName);
    if (role === 'none') continue;
    const parts = groups.get(stem) ?? new Map<Role, NamedTensor>();
    const twin = parts.get(role);
    if (twin !== undefined) {
      const found = `${quoteValue(twin.name)} and ${quoteValue(tensor.name)}`;
      throw networkFileError(fileName, `one ${role} a layer`, found, 'give each layer a name of its own');
    }
    groups.set(stem, parts.set(role, tensor));
  }
  return Array.from(groups, ([stem, parts]) => ({ stem, parts }));
}

/** `fc1.weight`, `dense_1/kernel:0`, `W1`, `weights_0`, `0.bias`: the layer's name and what the tensor is in it. */
function partsOf({ name, shape }: NamedTensor, fileName: string): { stem: string; role: Role } {
  const plain = name.replace(/:\d+$/, '').replace(/^(?:(?:module|_orig_mod)\.)+/, '');
  const [, stem, own, number] =
    /^(.*?)(?:^|[._/]|(?<=\d|[a-z])(?=[A-Z]))([A-Za-z]+(?:_[a-z]+)*)[._/]?(\d*)$/.exec(plain) ?? [];
  for (const role of Object.keys(ROLES) as Role[]) {
    if (own !== undefined && ROLES[role].test(own)) return { stem: `${stem}${number}`, role };
  }
  if (shape.length === 0) return { stem: plain, role: 'none' };
  const expected = 'tensors whose names say what they are, such as fc1.weight and fc1.bias';
  throw networkFileError(fileName, expected, quoteValue(name), 'leave out what is no layer, or rename it');
}

function checkDense({ parts, stem }: Group, fileName: string): void {
  const weight = parts.get('weight');
  const [first] = parts.values();
  const where = `${fileName}: ${quoteValue((weight ?? first).name)}`;
  if (weight === undefined || parts.has('scale')) {
    const expected = `a weight beside it in ${quoteValue(stem)}`;
    throw networkFileError(where, expected, 'none', 'save all of the network');
  }
  const rank = weight.shape.length;
  if (rank > 2) {
    const message = `a convolutional network (shape ${quoteValue(weight.shape)})`;
    throw networkFileError(
      where,
      'dense layers only',
      message,
      'export it as ONNX, and give --runtime onnxruntime',
    );
  }
  if (rank < 2) {
    const expected = 'a weight of two dimensions';
    throw networkFileError(where, expected, quoteValue(weight.shape), 'digitflow runs dense layers only');
  }
  const bias = parts.get('bias');
  if (bias === undefined || isVector(bias.shape)) return;
  const found = quoteValue(bias.shape);
  throw networkFileError(
    `${fileName}: ${quoteValue(bias.name)}`,
    'a bias of one dimension',
    found,
    'check it',
  );
}

/** One dimension, beside others of 1. */
function isVector(shape: readonly number[]): boolean {
  return shape.length > 0 && shape.length <= 2 && shape.filter((size) => size > 1).length <= 1;
}

function layerOf({ parts }: Group): FoundLayer {
  const weight = parts.get('weight');
  if (weight === undefined) throw new TypeError('expected a weight');
  const [rows, columns] = weight.shape;
  const rowsAre = /kernel(?::\d+)?$/.test(weight.name) ? 'inputs' : null;
  return {
    ...{ weights: weight.values, rows, columns, rowsAre, activation: null },
    biases: parts.get('bias')?.values ?? null,
  };
}

/** By the numbers in their names where they fit together so; else by their sizes, where that leaves one order. */
function inOrder(groups: readonly Group[], fileName: string): Group[] {
  const natural = [...groups].sort((a, b) => a.stem.localeCompare(b.stem, 'en', { numeric: true }));
  for (const order of [natural, groups]) if (isChain(order)) return [...order];
  const found = chains(groups, MOST_ORDERS);
  if (found.length === 1) return found[0];
  const shapes = groups.map((group) => `${group.stem} ${quoteValue(sizesOf(group))}`);
  const expected =
    found.length === 0
      ? 'layers of which each takes what another gives'
      : 'names that give the order of layers';
  throw networkFileError(fileName, expected, shapes.join(', '), 'number them in their names');
}

/** Two orders are one too many, and more layers than this take too many tries. */
const MOST_ORDERS = 2;
const MOST_SEARCHED = 10;

function isChain(groups: readonly Group[]): boolean {
  return WAYS.some((way) => groups.every((group, i) => i === 0 || follows(groups[i - 1], group, way)));
}

const WAYS = [
  [0, 1],
  [1, 0],
] as const;

function follows(before: Group, after: Group, [out, into]: readonly [number, number]): boolean {
  return sizesOf(before)[out] === sizesOf(after)[into] && fits(before, out) && fits(after, out);
}

function sizesOf({ parts }: Group): readonly number[] {
  return parts.get('weight')?.shape ?? [];
}

function fits(group: Group, out: number): boolean {
  const bias = group.parts.get('bias');
  return bias === undefined || bias.values.length === sizesOf(group)[out];
}

/** Up to so many orders in which all groups follow each other. */
function chains(groups: readonly Group[], most: number): Group[][] {
  if (groups.length > MOST_SEARCHED) return [];
  const found: Group[][] = [];
  const extend = (chain: Group[], left: readonly Group[], way: readonly [number, number]): void => {
    if (found.length >= most) return;
    if (left.length === 0) {
      if (!found.some((other) => other.every((group, i) => group === chain[i]))) found.push(chain);
      return;
    }
    for (const group of left) {
      const last = chain.at(-1);
      if (last !== undefined && !follows(last, group, way)) continue;
      extend(
        [...chain, group],
        left.filter((other) => other !== group),
        way,
      );
    }
  };
  for (const way of WAYS) extend([], groups, way);
  return found;
}
