import { quoteValue } from '../../../errors.js';
import { type NamedTensor, networkFileError } from '../found-network.js';
import { duplicateKey, parseShallowJson } from '../shallow-json.js';

/** V8 holds no longer text. */
const MOST_BYTES = 2 ** 29 - 32;

/**
 * What a JSON text holds.
 *
 * @throws DigitflowError NETWORK_FILE for other text, and for keys that stand twice
 */
export function parseJson(bytes: Uint8Array, name: string): unknown {
  const fail = (found: string, advice: string) => networkFileError(name, 'a network in JSON', found, advice);
  if (bytes.length > MOST_BYTES) throw fail(`${bytes.length} bytes`, 'convert it to safetensors first');
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw fail('bytes that are no UTF-8', 'export it again');
  }
  const value = parseShallowJson(text);
  if (value === undefined) {
    const [broken] = /\b(?:NaN|Infinity)\b/.exec(text) ?? [];
    if (broken) throw fail(`${broken}, which JSON does not have`, 'train it again');
    throw fail('text that is none', 'the file is damaged: export or download it again');
  }
  const twin = duplicateKey(text);
  if (twin !== undefined) throw fail(`the key ${quoteValue(twin)} twice`, 'name each thing once');
  return value;
}

/** What was found in a value: arrays of numbers by the path to them, and texts. */
export interface JsonContent {
  readonly tensors: NamedTensor[];
  readonly texts: Map<string, string>;
}

export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Lists of matrices, one a layer, and of their biases. */
const WEIGHT_LISTS = /^(?:weights|coefs_?|w)$/i;
const BIAS_LISTS = /^(?:bias(?:es)?|intercepts_?|b)$/i;
/** Lists of whole numbers that describe layers. */
const SIZES =
  /^(?:(?:layer_?)?sizes|(?:hidden_?)?layers|hidden_layer_sizes|topology|architecture|(?:input_?)?shape)$/i;

/**
 * Collects all that a value holds.
 *
 * @throws DigitflowError NETWORK_FILE for lists that hold other than numbers, or rows of several lengths
 */
export function collect(value: unknown, path: string, name: string, into: JsonContent): void {
  const key = /[^.]*$/.exec(path)?.[0] ?? '';
  if (Array.isArray(value)) {
    if (value.length === 0) return;
    if (value.every((one) => typeof one === 'string') || (SIZES.test(key) && value.every(Number.isInteger))) {
      into.texts.set(path, value.join(','));
      return;
    }
    const tensor = tensorOf(value, path);
    if (tensor !== null) {
      into.tensors.push(tensor);
      return;
    }
    const kind = typeof value[0] === 'number' ? 'number' : 'object';
    const odd = value.findIndex((one) => typeof one !== kind || one === null);
    if (odd >= 0) {
      const where = `${name}: ${quoteValue(path)}, element ${odd}`;
      throw networkFileError(where, 'a number', quoteValue(value[odd]), 'export it again');
    }
    for (const [index, one] of value.entries()) collect(one, joined(path, index), name, into);
  } else if (isJsonObject(value)) {
    const vector = listOf(value);
    if (vector !== null) {
      collect(vector, path, name, into);
      return;
    }
    const lists = layerListsOf(value);
    for (const [own, one] of Object.entries(value)) {
      const isList = Array.isArray(one) && lists.includes(own);
      for (const [index, part] of isList ? one.entries() : []) {
        collect(part, joined(joined(path, own), index), name, into);
      }
      if (!isList) collect(one, joined(path, own), name, into);
    }
  } else if (value !== null) {
    into.texts.set(path, String(value));
  }
}

function joined(path: string, key: string | number): string {
  return path === '' ? `${key}` : `${path}.${key}`;
}

/** The keys of an object whose values have a matrix or a vector a layer. */
function layerListsOf(object: JsonObject): string[] {
  const keys = Object.keys(object);
  const weights = keys.find((key) => WEIGHT_LISTS.test(key) && shapeOf(object[key]).length === 3);
  if (weights === undefined) return [];
  const biases = keys.find((key) => BIAS_LISTS.test(key));
  return biases !== undefined && shapeOf(object[biases]).length > 1 ? [weights, biases] : [weights];
}

/** The list that a typed array becomes when JavaScript writes it as JSON: `{"0": 0.5, "1": 0.25}`. */
function listOf(object: JsonObject): readonly unknown[] | null {
  const entries = Object.entries(object);
  const isList = entries.every(([key, value], index) => key === `${index}` && typeof value === 'number');
  return isList && entries.length > 0 ? entries.map(([, value]) => value) : null;
}

/** The lengths along the first elements. */
function shapeOf(value: unknown): number[] {
  const shape: number[] = [];
  for (let inner = value; Array.isArray(inner); inner = inner[0]) shape.push(inner.length);
  return shape;
}

/** Null for a list that is no regular array of numbers. */
function tensorOf(list: readonly unknown[], path: string): NamedTensor | null {
  const shape = shapeOf(list);
  const values: number[] = [];
  const take = (value: unknown, level: number): boolean => {
    if (level === shape.length) return typeof value === 'number' && values.push(value) > 0;
    return (
      Array.isArray(value) && value.length === shape[level] && value.every((one) => take(one, level + 1))
    );
  };
  return take(list, 0) ? { name: path, shape, values: Float64Array.from(values) } : null;
}
