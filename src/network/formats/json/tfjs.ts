import { quoteValue } from '../../../errors.js';
import {
  type FileHost,
  type FoundNetwork,
  MOST_PARAMETERS,
  type NamedTensor,
  networkFileError,
} from '../found-network.js';
import type { KerasLayer } from '../keras/keras-config.js';
import type { KerasWeights } from '../keras/keras-weights.js';
import { checkedKeras, readKerasModel } from '../keras/read-keras.js';
import { ELEMENT_TYPES } from '../safetensors/safetensors.js';
import { isJsonObject, type JsonObject } from './json-content.js';

const DAMAGED = 'the file is damaged: save or convert the model again';
const MOST_SHARDS = 4096;

/** What a number is stored as, by its type or by that of its quantization. */
const STORED: Readonly<Record<string, { readonly bytes: number; decode(data: Uint8Array): Float64Array }>> = {
  float32: ELEMENT_TYPES.get('F32') as never,
  float16: ELEMENT_TYPES.get('F16') as never,
  uint8: { bytes: 1, decode: (data) => Float64Array.from(data) },
  uint16: { bytes: 2, decode: (data) => Float64Array.from(new Uint16Array(Uint8Array.from(data).buffer)) },
};

/** An array as the manifest has it: `value = stored * scale + min`. */
interface Weight extends Pick<NamedTensor, 'name' | 'shape'> {
  readonly stored: string;
  readonly scale: number;
  readonly min: number;
  readonly bytes: number;
}

/** Whether a JSON file is TensorFlow.js' model.json. */
export function isTfjs(root: unknown): root is JsonObject {
  return isJsonObject(root) && ('modelTopology' in root || 'weightsManifest' in root);
}

/** Reads TensorFlow.js' model.json, whose numbers lie in the files that it names. */
export function readTfjs(root: JsonObject, name: string, host: FileHost): FoundNetwork {
  const { modelTopology: topology, weightsManifest: manifest, format } = root;
  if (format === 'graph-model' || (isJsonObject(topology) && 'node' in topology)) {
    const advice = 'convert it with --output_format=tfjs_layers_model, or export it as ONNX';
    throw networkFileError(name, 'a layers model of TensorFlow.js', 'a graph model', advice);
  }
  if (!isJsonObject(topology) || !Array.isArray(manifest)) {
    throw networkFileError(name, 'modelTopology and weightsManifest', 'one without the other', DAMAGED);
  }
  const groups = manifest.map((group) => weightsOf(group, name));
  const count = groups.flat().reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  if (count > MOST_PARAMETERS) {
    throw networkFileError(
      name,
      `at most ${MOST_PARAMETERS} parameters`,
      `${count}`,
      'give a smaller network',
    );
  }
  const weights = new ManifestWeights(
    groups.flatMap((group, index) => readGroup(manifest[index], group, name, host)),
    name,
  );
  const found = readKerasModel(JSON.stringify(topology.model_config ?? topology), weights, name);
  weights.checkAll();
  const isPacked = groups.flat().some(({ stored }) => stored !== 'float32');
  const notes = isPacked ? [...found.notes, 'unpacked quantized weights'] : found.notes;
  return checkedKeras({ ...found, title: 'a TensorFlow.js network', notes }, name);
}

function weightsOf(group: unknown, name: string): Weight[] {
  const { weights, paths } = isJsonObject(group) ? group : {};
  const arePaths = Array.isArray(paths) && paths.every((path) => typeof path === 'string');
  if (Array.isArray(weights) && arePaths && paths.length <= MOST_SHARDS)
    return weights.map((one) => weightOf(one, name));
  throw networkFileError(`${name}: weightsManifest`, 'paths and weights', quoteValue(group), DAMAGED);
}

function weightOf(described: unknown, name: string): Weight {
  const { name: own, shape, dtype, quantization } = isJsonObject(described) ? described : {};
  const where = `${name}: weightsManifest ${quoteValue(own)}`;
  const isShape = Array.isArray(shape) && shape.every((size) => Number.isSafeInteger(size) && size > 0);
  if (typeof own !== 'string' || !isShape)
    throw networkFileError(where, 'a name and a shape', quoteValue(shape), DAMAGED);
  const { dtype: packed = dtype, scale = 1, min = 0 } = isJsonObject(quantization) ? quantization : {};
  const stored = Object.keys(STORED).find((type) => type === packed);
  const isPlain = quantization === undefined && stored !== 'float32';
  if (dtype !== 'float32' || stored === undefined || isPlain) {
    const expected = 'float32, or what quantization makes of it: float16, uint16, uint8';
    throw networkFileError(where, expected, quoteValue(packed), 'convert the model again, without it');
  }
  if (!Number.isFinite(scale) || !Number.isFinite(min)) {
    throw networkFileError(where, 'a scale and a min', quoteValue(quantization), DAMAGED);
  }
  const bytes = shape.reduce((product, size) => product * size, STORED[stored].bytes);
  return { name: own, shape, stored, scale: scale as number, min: min as number, bytes };
}

/** The numbers of a group: its files hold them end to end. */
function readGroup(
  { paths }: { readonly paths: readonly string[] },
  weights: readonly Weight[],
  name: string,
  host: FileHost,
): NamedTensor[] {
  const needed = weights.reduce((sum, { bytes }) => sum + bytes, 0);
  const shards: Uint8Array[] = [];
  let length = 0;
  for (const path of paths) {
    if (length > needed) break;
    const shard = host.beside(path);
    shards.push(shard);
    length += shard.length;
  }
  if (length !== needed) {
    const where = `${name}: ${quoteValue(paths.join(', '))}`;
    throw networkFileError(
      where,
      `${needed} bytes for its weights`,
      `${length}`,
      'get all files of the model again',
    );
  }
  const data = new Uint8Array(length);
  let filled = 0;
  for (const shard of shards) {
    data.set(shard, filled);
    filled += shard.length;
  }
  let begin = 0;
  return weights.map(({ name: own, shape, stored, scale, min, bytes }) => {
    const values = STORED[stored].decode(data.subarray(begin, begin + bytes));
    begin += bytes;
    return { name: own, shape, values: values.map((value) => value * scale + min) };
  });
}

/** The numbers of layers, by names such as `dense_1/kernel`, which other names may stand before. */
class ManifestWeights implements KerasWeights {
  readonly #tensors: readonly NamedTensor[];
  readonly #used = new Set<NamedTensor>();
  readonly #fileName: string;

  constructor(tensors: readonly NamedTensor[], fileName: string) {
    this.#tensors = tensors;
    this.#fileName = fileName;
  }

  of({ name }: KerasLayer, roles: readonly string[]): NamedTensor[] {
    return roles.map((role) => {
      const end = `/${name}/${role}`;
      const found = this.#tensors.filter(
        (tensor) => `/${tensor.name}`.endsWith(end) && !this.#used.has(tensor),
      );
      if (found.length === 1) {
        this.#used.add(found[0]);
        return found[0];
      }
      const where = `${this.#fileName}: layer ${quoteValue(name)}`;
      throw networkFileError(where, `one array ${quoteValue(end.slice(1))}`, `${found.length}`, DAMAGED);
    });
  }

  /** @throws DigitflowError NETWORK_FILE where arrays are left over */
  checkAll(): void {
    const left = this.#tensors.find((tensor) => !this.#used.has(tensor));
    if (left === undefined) return;
    throw networkFileError(this.#fileName, 'arrays of its layers alone', quoteValue(left.name), DAMAGED);
  }
}
