import { quoteValue, safeText } from '../../../errors.js';
import { networkFileError } from '../found-network.js';
import { parseShallowJson } from '../shallow-json.js';

/** A layer as a model's configuration describes it. */
export interface KerasLayer {
  /** `Dense`. */
  readonly className: string;
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** Where Keras' own classes are; what is registered elsewhere may do anything. */
const OWN_MODULES = /^(?:keras|keras_core|tf_keras|tensorflow|builtins)(?:\.|$)/;
const MODELS = ['Sequential', 'Functional', 'Model'];
/** How a model that digitflow does not run becomes one that it evaluates. */
export const AS_ONNX =
  "export it with model.export('model.onnx', format='onnx'), and give --runtime onnxruntime";
const ONE_CHAIN = `digitflow runs one chain of dense layers; ${AS_ONNX}`;

/**
 * The layers of a model in the order in which images pass them.
 *
 * @throws DigitflowError NETWORK_FILE for a model that is no chain of layers
 */
export function layersOfConfig(json: string, fileName: string): KerasLayer[] {
  const model = parseShallowJson(json);
  const { class_name: className, config } = asObject(model);
  const where = `${fileName}: the model's configuration`;
  if (typeof className !== 'string') {
    const advice = 'the file is damaged: save the model again';
    throw networkFileError(where, 'class_name and config', quoteValue(model ?? json), advice);
  }
  if (!MODELS.includes(className) || !isOwn(asObject(model))) {
    const advice = 'save it as a Sequential or Functional model, or its weights with --activations';
    throw networkFileError(
      where,
      'a Sequential or Functional model',
      `a class of its own, ${quoteValue(className)}`,
      advice,
    );
  }
  const described = Array.isArray(config) ? config : asObject(config).layers;
  if (!Array.isArray(described) || described.length === 0) {
    throw networkFileError(
      where,
      'layers',
      quoteValue(described),
      'save the model again, after it was built',
    );
  }
  const layers = described.map((layer, index) => layerOf(layer, `${where}, layer ${index + 1}`));
  return className === 'Sequential' ? layers : chainOf(layers, described, asObject(config), fileName);
}

function layerOf(described: unknown, where: string): KerasLayer {
  const { class_name: className, config, name } = asObject(described);
  const own = asObject(config);
  const title = own.name ?? name ?? 'without a name';
  if (typeof className !== 'string' || typeof title !== 'string') {
    const advice = 'the file is damaged: save the model again';
    throw networkFileError(where, 'class_name and config', quoteValue(described), advice);
  }
  // Who registers a class of his own may call it Dense.
  if (isOwn(asObject(described))) return { className, name: title, config: own };
  return { className: `${className} of its own`, name: title, config: own };
}

/** Whether a serialized object is one of Keras' own. */
export function isOwn({ module, registered_name: registered }: Readonly<Record<string, unknown>>): boolean {
  const isKeras = typeof module !== 'string' || OWN_MODULES.test(module);
  return isKeras && !(typeof registered === 'string' && registered.includes('>'));
}

/** The layers of a Functional model along its only path. */
function chainOf(
  layers: readonly KerasLayer[],
  described: readonly unknown[],
  { input_layers: inputs, output_layers: outputs }: Readonly<Record<string, unknown>>,
  fileName: string,
): KerasLayer[] {
  const fail = (found: string) => networkFileError(fileName, 'layers one after the other', found, ONE_CHAIN);
  const next = new Map<string, KerasLayer>();
  for (const [index, layer] of layers.entries()) {
    const shown = `layer ${quoteValue(layer.name)}`;
    const sources = sourcesOf(asObject(described[index]).inbound_nodes ?? []);
    if (sources.length === 0) {
      if (layer.className === 'InputLayer') continue;
      throw fail(`${shown} without an input`);
    }
    if (sources.length > 1) throw fail(`${shown} with ${sources.length} inputs`);
    const twin = next.get(sources[0]);
    if (twin) throw fail(`${shown} beside ${quoteValue(twin.name)}: both after ${quoteValue(sources[0])}`);
    next.set(sources[0], layer);
  }
  const [first, ...otherInputs] = sourcesOf(inputs);
  const ends = sourcesOf(outputs);
  if (first === undefined || otherInputs.length > 0 || ends.length !== 1) {
    throw fail(`${otherInputs.length + (first === undefined ? 0 : 1)} inputs and ${ends.length} outputs`);
  }
  const chain = layers.filter(({ name }) => name === first);
  for (const { name } of chain) {
    const layer = next.get(name);
    if (layer !== undefined && chain.length < layers.length) chain.push(layer);
  }
  if (chain.length === layers.length && chain.at(-1)?.name === ends[0]) return chain;
  throw fail(
    `a chain of ${chain.length} out of ${layers.length} layers, which ends at ${quoteValue(chain.at(-1)?.name)}`,
  );
}

/** The names of layers whose outputs a value holds: of Keras 2 `["dense", 0, 0, {}]`, of Keras 3 a `__keras_tensor__`. */
function sourcesOf(value: unknown): string[] {
  if (Array.isArray(value)) {
    const [name, node] = value;
    if (typeof name === 'string' && typeof node === 'number') return [name, ...sourcesOf(value.slice(3))];
    return value.flatMap(sourcesOf);
  }
  const { class_name: className, config } = asObject(value);
  if (className === '__keras_tensor__') return sourcesOf(asObject(config).keras_history);
  return Object.values(asObject(value)).flatMap(sourcesOf);
}

/** An object; empty for any other value. */
export function asObject(value: unknown): Readonly<Record<string, unknown>> {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as Readonly<Record<string, unknown>>) : {};
}

/** The error of a layer that digitflow does not run. */
export function layerError(fileName: string, { className, name }: KerasLayer) {
  const kind = safeText(className).slice(0, 60);
  const isConvolutional = /Conv|Pool/.test(className);
  const what = isConvolutional ? 'a convolutional network' : 'a network with other layers';
  const found = `${what} (${kind} at layer ${quoteValue(name)})`;
  return networkFileError(fileName, 'dense layers', found, `digitflow runs dense layers only; ${AS_ONNX}`);
}
