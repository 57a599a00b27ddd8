import { quoteValue } from '../../errors.js';
import { areProbabilities } from '../../network/activations.js';
import type { Network } from '../../network/network.js';
import { RequestFault } from '../request-fault.js';
import { parseRequest } from './parse-request.js';

/** The one input of a network, and what it says, as tensors of the Open Inference Protocol. */
export interface Tensor {
  readonly name: string;
  readonly datatype: 'UINT8' | 'FP32' | 'BYTES';
  /** -1 where it is as many as there are images. */
  readonly shape: readonly number[];
}

/** An output that is wanted, and whether as binary data. */
export interface WantedOutput {
  readonly name: string;
  readonly isBinary: boolean;
}

/** A request for an inference, understood. */
export interface InferRequest {
  readonly id: string | undefined;
  /** `(count, height * width)` u8. */
  readonly pixels: Uint8Array;
  readonly outputs: readonly WantedOutput[];
}

const INPUT = 'pixels';

export function inputTensor({ image }: Pick<Network, 'image'>): Tensor {
  return { name: INPUT, datatype: 'UINT8', shape: [-1, image.height, image.width] };
}

/** What a network says of each image: all its outputs, the name of the winner and its activation. */
export function outputTensors({ classes, layers }: Pick<Network, 'classes' | 'layers'>): readonly Tensor[] {
  const all = areProbabilities(layers[layers.length - 1].activation) ? 'probabilities' : 'outputs';
  return [
    { name: all, datatype: 'FP32', shape: [-1, classes.length] },
    { name: 'label', datatype: 'BYTES', shape: [-1] },
    { name: 'confidence', datatype: 'FP32', shape: [-1] },
  ];
}

/**
 * Reads a request for an inference: JSON, or JSON and the bytes of its tensor.
 *
 * @param headerLength what `Inference-Header-Content-Length` says: bytes of JSON at the start of the body
 * @throws RequestFault 400
 */
export function readInferRequest(
  body: Buffer,
  headerLength: string | undefined,
  network: Network,
): InferRequest {
  const jsonBytes = headerLength === undefined ? body.length : jsonLength(headerLength, body.length);
  const request = objectOf('body', parseRequest(body.subarray(0, jsonBytes)));
  const id = request.id ?? undefined;
  if (id !== undefined && typeof id !== 'string') throw wrong('id', 'a string', id);
  const inputs = listOf('inputs', request.inputs);
  if (inputs.length !== 1) throw new RequestFault(400, `inputs: expected one, found ${inputs.length}`);
  const binary = headerLength === undefined ? undefined : body.subarray(jsonBytes);
  const pixels = readInput(objectOf('inputs[0]', inputs[0]), binary, network);
  return { id, pixels, outputs: wantedOutputs(request, network) };
}

function jsonLength(said: string, bodyLength: number): number {
  const length = /^\d{1,15}$/.test(said) ? Number(said) : Number.NaN;
  if (length <= bodyLength) return length;
  throw wrong('Inference-Header-Content-Length', `0 to ${bodyLength}, which is all of the body`, said);
}

function readInput(
  input: Readonly<Record<string, unknown>>,
  binary: Buffer | undefined,
  network: Network,
): Uint8Array {
  const { name, datatype, shape } = input;
  if (name !== INPUT) throw wrong('inputs[0].name', `"${INPUT}"`, name);
  if (datatype !== 'UINT8' && datatype !== 'FP32')
    throw wrong('inputs[0].datatype', '"UINT8" (0 to 255) or "FP32" (0 to 1)', datatype);
  const length = countOf(shape, network) * network.layers[0].inputs;
  const isFloat = datatype === 'FP32';
  const size = parametersOf('inputs[0]', input).binary_data_size;
  if (size === undefined) {
    if (binary !== undefined && binary.length > 0)
      throw new RequestFault(
        400,
        `body: expected no bytes after the JSON, found ${binary.length}; say binary_data_size`,
      );
    return isFloat ? floatsOf(input.data, length) : integersOf(input.data, length);
  }
  if (input.data !== undefined) throw wrong('inputs[0]', 'data or binary_data_size', 'both');
  const bytes = isFloat ? length * 4 : length;
  if (size !== bytes)
    throw wrong('inputs[0].parameters.binary_data_size', `${bytes}, as the shape says`, size);
  if (binary?.length !== bytes) {
    const found = binary === undefined ? 'no Inference-Header-Content-Length' : `${binary.length} bytes`;
    throw new RequestFault(400, `body: expected ${bytes} bytes after the JSON, found ${found}`);
  }
  return isFloat ? brightnessOfBytes(binary) : binary;
}

/** How many images a shape says; they may be flat, or have a channel, first or last. */
function countOf(shape: unknown, { image }: Network): number {
  const { height, width } = image;
  const [count, ...rest] = Array.isArray(shape) ? shape : [];
  const kinds = [[height * width], [height, width], [1, height, width], [height, width, 1]];
  const isKnown = kinds.some(
    (kind) => kind.length === rest.length && kind.every((size, i) => size === rest[i]),
  );
  if (isKnown && Number.isSafeInteger(count) && count > 0) return count;
  const expected = kinds.map((kind) => `[n,${kind.join(',')}]`).join(' or ');
  throw wrong('inputs[0].shape', expected, shape);
}

function integersOf(data: unknown, length: number): Uint8Array {
  return pixelsOf(data, length, 'a whole number from 0 to 255', (value) => {
    return typeof value === 'number' && (value & 255) === value ? value : -1;
  });
}

function floatsOf(data: unknown, length: number): Uint8Array {
  return pixelsOf(data, length, 'a number from 0 to 1 (or datatype UINT8)', (value) => {
    return typeof value === 'number' && value >= 0 && value <= 1 ? (value * 255 + 0.5) | 0 : -1;
  });
}

/** The shape is no deeper than this, and neither is data that is nested as the shape is. */
const DEEPEST = 4;

/**
 * Reads the elements of a tensor, flat or nested.
 *
 * @param toPixel gives -1 for what is no element
 */
function pixelsOf(
  data: unknown,
  length: number,
  expected: string,
  toPixel: (value: unknown) => number,
): Uint8Array {
  const areTaken = data instanceof Uint8Array;
  if (!areTaken && !Array.isArray(data)) throw wrong('inputs[0].data', 'an array', data);
  // What is there is counted first: a shape may promise anything.
  const found = areTaken ? data.length : lengthOf(data, 1);
  if (found !== length) throw wrong('inputs[0].data', `${length} elements, as the shape says`, found);
  if (areTaken) return data;
  const pixels = new Uint8Array(length);
  let at = 0;
  const take = (values: readonly unknown[]) => {
    for (const value of values) {
      if (Array.isArray(value)) take(value);
      else {
        const pixel = toPixel(value);
        if (pixel < 0) throw wrong(`inputs[0].data, element ${at}`, expected, value);
        pixels[at++] = pixel;
      }
    }
  };
  take(data);
  return pixels;
}

function lengthOf(values: readonly unknown[], depth: number): number {
  if (!values.some(Array.isArray)) return values.length;
  if (depth === DEEPEST) throw wrong('inputs[0].data', `at most ${DEEPEST} arrays in each other`, 'more');
  return values.reduce((sum: number, each) => sum + (Array.isArray(each) ? lengthOf(each, depth + 1) : 1), 0);
}

function brightnessOfBytes(bytes: Buffer): Uint8Array {
  const pixels = new Uint8Array(bytes.length / 4);
  // A copy: the bytes begin anywhere.
  const floats = new Float32Array(Uint8Array.prototype.slice.call(bytes).buffer);
  for (let i = 0; i < floats.length; i++) {
    const value = floats[i];
    if (!(value >= 0 && value <= 1))
      throw wrong(`binary data, element ${i}`, 'a number from 0 to 1 (or datatype UINT8)', String(value));
    pixels[i] = (value * 255 + 0.5) | 0;
  }
  return pixels;
}

function wantedOutputs(
  request: Readonly<Record<string, unknown>>,
  network: Network,
): readonly WantedOutput[] {
  const names = outputTensors(network).map(({ name }) => name);
  const areBinary = flagOf('parameters.binary_data_output', parametersOf('body', request).binary_data_output);
  const asked =
    request.outputs === undefined ? names.map((name) => ({ name })) : listOf('outputs', request.outputs);
  if (asked.length === 0) throw wrong('outputs', 'at least one', 'none');
  const wanted = asked.map((each, at) => {
    const output = objectOf(`outputs[${at}]`, each);
    const { name } = output;
    if (typeof name !== 'string' || !names.includes(name))
      throw wrong(`outputs[${at}].name`, names.map((known) => `"${known}"`).join(', '), name);
    const own = parametersOf(`outputs[${at}]`, output).binary_data;
    return { name, isBinary: flagOf(`outputs[${at}].parameters.binary_data`, own) ?? areBinary ?? false };
  });
  const twice = wanted.find(({ name }, at) => wanted.findIndex((other) => other.name === name) < at);
  if (twice !== undefined)
    throw new RequestFault(400, `outputs: "${twice.name}" is asked for twice; ask once`);
  return wanted;
}

function flagOf(where: string, value: unknown): boolean | undefined {
  if (value === undefined || typeof value === 'boolean') return value;
  throw wrong(where, 'true or false', value);
}

function parametersOf(
  where: string,
  of: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return of.parameters === undefined ? {} : objectOf(`${where}.parameters`, of.parameters);
}

function objectOf(where: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Readonly<Record<string, unknown>>;
  throw wrong(where, 'an object', value);
}

function listOf(where: string, value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw wrong(where, 'an array', value);
}

function wrong(where: string, expected: string, found: unknown): RequestFault {
  return new RequestFault(400, `${where}: expected ${expected}, found ${quoteValue(found)}`);
}
