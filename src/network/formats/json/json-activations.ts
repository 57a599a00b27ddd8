import { quoteValue } from '../../../errors.js';
import type { ActivationName } from '../../activations.js';
import { networkFileError } from '../found-network.js';
import type { JsonContent } from './json-content.js';

/** What people call the activations that digitflow runs; letters alone, in lower case. */
const NAMES = new Map<string, ActivationName>([
  ...(['identity', 'sigmoid', 'relu', 'tanh', 'softmax'] as const).map((name) => [name, name] as const),
  ...(['linear', 'none', ''] as const).map((name) => [name, 'identity'] as const),
  ...[['logistic', 'sigmoid'] as const, ['logsoftmax', 'softmax'] as const],
]);

const DENSE = /^(?:dense|linear|fc|fullyconnected|affine|(?:hidden|output)?(?:layer)?)$/;
/** They change nothing once a network is trained, or their numbers are known by their names. */
const PASSING = /^(?:input(?:layer)?|flatten|dropout|batchnorm(?:alization)?(?:1d)?)$/;
/** A layer in a list of layers: `layers.0.type`, `3.activation`. */
const OF_LAYER = /^(?:(?:.+\.)?layers\.|)(\d+)\.(?:config\.)?(type|kind|class_name|layer_type|activation)$/i;
const WITHIN_LAYER = /^(?:(?:.+\.)?layers\.|)(\d+)\.[^.]+$/i;
const OF_HIDDEN = /^(?:(?:trainOpts|options|config)\.)?(?:hidden_?)?activation(?:_?function)?$/i;
const OF_LAST = /^out(?:put)?_?activation_?$/i;

/** The activations of layers, where the texts of a file name them; null where they do not. */
export function activationsOf(content: JsonContent, count: number, name: string): (ActivationName | null)[] {
  const { texts } = content;
  const read = (path: string, text: string): ActivationName => {
    const known = NAMES.get(lettersOf(text));
    if (known !== undefined) return known;
    const expected = 'identity, sigmoid, relu, tanh or softmax';
    throw networkFileError(
      `${name}: ${quoteValue(path)}`,
      expected,
      quoteValue(text),
      'digitflow runs no other',
    );
  };
  const listed = texts.get('activations');
  if (listed !== undefined) {
    const all = listed.split(',');
    if (all.length === count) return all.map((text) => read('activations', text));
    const expected = `${count} activations, one for each layer`;
    throw networkFileError(`${name}: activations`, expected, `${all.length}`, 'name one for each layer');
  }
  const layers = ofLayers(content, count, read, name);
  for (const [path, text] of texts) {
    const [isOfHidden, isOfLast] = [OF_HIDDEN.test(path), OF_LAST.test(path)];
    if (!isOfHidden && !isOfLast) continue;
    const activation = read(path, text);
    layers.forEach((own, l) => {
      if (own === null && (l === count - 1) === isOfLast) layers[l] = activation;
    });
  }
  return layers;
}

/** Those that the objects of a list of layers name, each its own or as a layer that comes after another. */
function ofLayers(
  { tensors, texts }: JsonContent,
  count: number,
  read: (path: string, text: string) => ActivationName,
  name: string,
): (ActivationName | null)[] {
  const said = [...texts].flatMap(([path, text]) => {
    const [, index, key = ''] = OF_LAYER.exec(path) ?? [];
    return index === undefined
      ? []
      : [{ path, text, index: Number(index), isKind: !/activation/i.test(key) }];
  });
  if (said.length === 0) return Array.from({ length: count }, () => null);
  const dense = new Set(
    tensors.flatMap(({ name: path, shape }) => {
      const [, index] = WITHIN_LAYER.exec(path) ?? [];
      return index !== undefined && shape.length === 2 ? [Number(index)] : [];
    }),
  );
  const found: (ActivationName | null)[] = [];
  const indices = new Set([...dense, ...said.map(({ index }) => index)]);
  for (const index of [...indices].sort((a, b) => a - b)) {
    if (dense.has(index)) found.push(null);
    for (const { path, text, isKind } of said.filter((one) => one.index === index)) {
      const kind = lettersOf(text);
      if (isKind && (dense.has(index) ? DENSE : PASSING).test(kind)) continue;
      const isActivation = !isKind || (NAMES.has(kind) && !dense.has(index));
      const before = found.at(-1) ?? 'identity';
      if (!isActivation || found.length === 0 || before !== 'identity') throw otherLayer(name, path, text);
      found[found.length - 1] = read(path, text);
    }
  }
  if (found.length === count) return found;
  throw networkFileError(name, `${count} layers in its list of them`, `${found.length}`, 'export it again');
}

function otherLayer(name: string, path: string, text: string) {
  const what = /conv|pool/i.test(text) ? 'a convolutional network' : 'another layer';
  const advice = 'digitflow runs dense layers only: export it as ONNX and give --runtime onnxruntime';
  return networkFileError(
    name,
    'dense layers',
    `${what} (${quoteValue(text)} at ${quoteValue(path)})`,
    advice,
  );
}

function lettersOf(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, '');
}
