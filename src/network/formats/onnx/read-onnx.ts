import type { ImageSize } from '../../network.js';
import { describeNormalization } from '../../normalization.js';
import {
  checkFinite,
  type FileHost,
  type FoundLayer,
  type FoundNetwork,
  MOST_PARAMETERS,
  networkFileError,
} from '../found-network.js';
import { OWN_SCHEMA, parseMetadata } from '../safetensors/network-file.js';
import { followGraph } from './onnx-graph.js';
import { type OnnxInput, readModel } from './onnx-model.js';
import { activated, closed, type Layers, type Signal } from './onnx-signal.js';
import { TensorReader, UINT8 } from './onnx-tensors.js';

/** Reads a dense network from an ONNX file: what its graph does with images, and what its metadata says where digitflow wrote it. */
export function readNetworkFile(bytes: Uint8Array, name: string, host: FileHost): FoundNetwork {
  const model = readModel(bytes, name);
  const reader = new TensorReader(host, name, bytes.length);
  const found = followGraph(model, reader, name);
  const layers = layersOf(found.signal, reader);
  const rescaling = rescalingOf(found.signal);
  checkNumbers(layers, rescaling, name);
  checkClasses(found.classes, layers, name);
  const common = { title: 'ONNX', notes: found.notes };
  if (model.metadata.get('schema') === OWN_SCHEMA) {
    const own = parseMetadata(model.metadata, `${name}: metadata_props`);
    checkOwn(own, { layers, rescaling, isTransposed: found.signal.transposed !== null }, name);
    const { activations: _, ...described } = own;
    return { ...common, ...described, layers, rescaling: null };
  }
  const { transposed } = found.signal;
  const [first, ...others] = layers;
  return {
    ...common,
    layers: transposed === null ? layers : [turned(first, transposed, reader), ...others],
    image: imageOf(found.input, first.columns, name),
    // Bytes are pixels as they are.
    normalization: found.input.type === UINT8 ? { ...rescaling, transposed: false } : null,
    rescaling:
      found.input.type === UINT8 || (rescaling.scale === 1 && rescaling.offset === 0) ? null : rescaling,
    classes: found.classes,
    provenance: {},
  };
}

/** In the order in which images pass them. What was done after the last one is one more. */
function layersOf(signal: Signal, reader: TensorReader): FoundLayer[] {
  const end = signal.isOpen || signal.pending === null ? signal : activated(signal, 'identity', reader);
  const layers: FoundLayer[] = [];
  const { layers: last } = closedEnd(end ?? signal, reader);
  for (let at: Layers | null = last; at !== null; at = at.before) layers.unshift(at.layer);
  return layers;
}

function closedEnd(signal: Signal, reader: TensorReader): Signal {
  return signal.isOpen ? closed(signal, 'identity', reader) : signal;
}

function rescalingOf({ rescaling }: Signal) {
  return { scale: rescaling?.scale[0] ?? 1, offset: rescaling?.offset[0] ?? 0 };
}

type Rescaling = ReturnType<typeof rescalingOf>;

/** All that is computed with must be finite in float32. */
function checkNumbers(layers: readonly FoundLayer[], { scale, offset }: Rescaling, name: string): void {
  const advice = 'train or export the network again';
  const count = layers.reduce((sum, { weights }) => sum + weights.length, 0);
  if (count > MOST_PARAMETERS) {
    const expected = `at most ${MOST_PARAMETERS} weights`;
    throw networkFileError(name, expected, `${count} in ${layers.length} layers`, 'give a smaller network');
  }
  // Layers may share them.
  const checked = new Set<Float64Array>();
  for (const [l, { weights, biases }] of layers.entries()) {
    for (const values of biases === null ? [weights] : [weights, biases]) {
      if (checked.has(values)) continue;
      checked.add(values);
      checkFinite(values, `${name}: layer ${l + 1}, ${values === weights ? 'weights' : 'biases'}`);
    }
  }
  if (Number.isFinite(scale) && scale !== 0 && Number.isFinite(offset)) return;
  const expected = 'pixels times a finite number that is not 0';
  throw networkFileError(name, expected, `a scale of ${scale} and an offset of ${offset}`, advice);
}

function checkClasses(classes: readonly string[] | null, layers: readonly FoundLayer[], name: string): void {
  const outputs = layers[layers.length - 1].rows;
  if (classes === null || classes.length === outputs) return;
  const found = `${classes.length} for ${outputs} outputs`;
  throw networkFileError(name, 'a class for each output', found, 'the file is damaged: export it again');
}

/** What digitflow wrote beside a graph must be what the graph does: another tool may have changed one of them. */
function checkOwn(
  { activations, image, classes, normalization }: ReturnType<typeof parseMetadata>,
  graph: {
    readonly layers: readonly FoundLayer[];
    readonly rescaling: Rescaling;
    readonly isTransposed: boolean;
  },
  name: string,
): void {
  const { layers, rescaling, isTransposed } = graph;
  const check = (key: string, expected: string | number, found: string | number) => {
    if (expected === found) return;
    const advice =
      'another tool changed it: remove the key schema from metadata_props, or convert the network again';
    throw networkFileError(
      `${name}: metadata_props ${key}`,
      `${expected}, as the graph has it`,
      `${found}`,
      advice,
    );
  };
  check('activations', layers.map(({ activation }) => activation).join(), activations.join());
  check('image', layers[0].columns, image.height * image.width);
  check('classes', layers[layers.length - 1].rows, classes.length);
  const inFloat32 = {
    ...normalization,
    scale: Math.fround(normalization.scale),
    offset: Math.fround(normalization.offset),
  };
  const own = { ...rescaling, transposed: isTransposed };
  check('normalization', describeNormalization(own), describeNormalization(inFloat32));
}

/** The first layer for images as they came, whose rows and columns the graph exchanges. */
function turned(layer: FoundLayer, { height, width }: ImageSize, reader: TensorReader): FoundLayer {
  const { weights, rows, columns } = layer;
  const result = reader.zeros(weights.length);
  for (let n = 0, to = 0; n < rows; n++) {
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++)
        result[to++] = weights[n * columns + column * height + row];
    }
  }
  return { ...layer, weights: result };
}

/** Of an input such as `(N, 1, 28, 28)` the image's sides; null where it does not say them. */
function imageOf({ dims }: OnnxInput, pixels: number, name: string): ImageSize | null {
  const sides = (dims ?? []).slice(1).filter((size) => size !== 1);
  const [height, width] = sides.filter((size) => size !== null);
  if (sides.length > 2 && !sides.includes(null)) {
    const found = `images of ${sides.join(' x ')}`;
    throw networkFileError(name, 'images of height x width', found, 'give a network for grey images');
  }
  return sides.length >= 2 && height * width === pixels ? { height, width } : null;
}
