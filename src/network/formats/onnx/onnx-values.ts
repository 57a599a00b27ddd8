import { quoteValue } from '../../../errors.js';
import type { OnnxNode } from './onnx-model.js';
import type { Signal } from './onnx-signal.js';
import type { Constant, TensorReader } from './onnx-tensors.js';

/** A size of a value's shape: null where it is free, `batch` for how many images there are. */
export type Size = number | null | 'batch';

/** The sizes of a value, which the graph takes apart and puts together for a Reshape. */
export interface Sizes {
  readonly kind: 'sizes';
  readonly sizes: readonly Size[];
}

/** What only tells what a network's outputs mean: the largest of them, its name, whether that was right. */
export interface Verdict {
  readonly kind: 'verdict';
  readonly of: Signal;
  readonly classes: readonly string[] | null;
}

/** A value that is none of ours, and why, for `found …`. */
export interface Refusal {
  readonly kind: 'refused';
  readonly found: string;
  /** Whether it is for an input other than the images. */
  readonly isForeign: boolean;
}

/** What digitflow knows of a value of the graph. */
export type Value = Constant | Sizes | Signal | Verdict | Refusal;

/** What an operator is given: a node, its inputs (null for one that is left out), and what holds for the whole graph. */
export interface Operation {
  readonly node: OnnxNode;
  readonly inputs: readonly (Value | null)[];
  readonly opset: number;
  readonly reader: TensorReader;
}

/** The first output of a node; null where it is more than digitflow understands. */
export type Operator = (operation: Operation) => Value | null;

export function refused(found: string, isForeign = false): Refusal {
  return { kind: 'refused', found, isForeign };
}

/** `Conv at node 3`, `Conv at node 3 "/conv1/Conv"`. */
export function nodeTitle({ type, name, number }: OnnxNode): string {
  const shown = quoteValue(type).slice(1, -1);
  return `${shown} at node ${number}${name === '' ? '' : ` ${quoteValue(name)}`}`;
}

export function constantOf(shape: readonly number[], values: Float64Array): Constant {
  return { kind: 'constant', shape, values, texts: [] };
}

/** Sizes, as a constant where all of them are known. */
export function sizesOf(sizes: readonly Size[]): Value {
  const known = sizes.filter((size) => typeof size === 'number');
  if (known.length < sizes.length) return { kind: 'sizes', sizes };
  return constantOf([known.length], Float64Array.from(known));
}

/** No shape has more sizes: a graph could double a list at each node. */
export const MOST_SIZES = 16;

/** A short list of whole numbers, some of them sizes that are not known; null for anything else. */
export function asSizes(value: Value | null | undefined): readonly Size[] | null {
  if (value?.kind === 'sizes') return value.sizes;
  if (value?.kind !== 'constant' || value.shape.length > 1 || value.values.length > MOST_SIZES) return null;
  return value.values.every(Number.isSafeInteger) ? [...value.values] : null;
}

/** Numbers that an operator takes as an attribute in older files, as an input in newer ones; null where it has neither. */
export function numbersOf(
  { node, inputs }: Operation,
  attribute: string,
  input: number,
): readonly number[] | null {
  const given = node.attributes.get(attribute);
  if (given !== undefined) return given.ints;
  const value = inputs[input];
  return value?.kind === 'constant' ? [...value.values] : null;
}

export function intOf({ node }: Operation, attribute: string, otherwise: number): number {
  return node.attributes.get(attribute)?.int ?? otherwise;
}

export function floatOf({ node }: Operation, attribute: string, otherwise: number): number {
  return node.attributes.get(attribute)?.float ?? otherwise;
}
