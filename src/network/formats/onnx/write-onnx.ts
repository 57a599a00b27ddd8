import { PbfWriter } from 'pbf';
import type { ActivationName } from '../../activations.js';
import type { Network } from '../../network.js';
import { asFloat32, networkFileError } from '../found-network.js';
import { metadataOf } from '../safetensors/network-file.js';

/** Any runtime of the last years reads these. */
const OPSET = 17;
const IR_VERSION = 8;

/** TensorProto.DataType */
const FLOAT = 1;
const INT64 = 7;
/** AttributeProto.AttributeType */
const INT = 2;
const INTS = 7;

const OPERATORS: Readonly<Record<Exclude<ActivationName, 'identity'>, string>> = {
  sigmoid: 'Sigmoid',
  relu: 'Relu',
  tanh: 'Tanh',
  softmax: 'Softmax',
};

/** Writes a field of a message, or several. */
type Write = (writer: PbfWriter) => void;

/**
 * A network as ONNX: input `pixels` `(N, height * width)` float32, 0..255 as they are stored, output `outputs` `(N, classes)`
 * float32. The normalization is a node of its own, so weights stay bit for bit; all else that digitflow knows is in `metadata_props`.
 *
 * @throws DigitflowError NETWORK_FILE for a number that float32 cannot hold
 */
export function writeNetworkFile(network: Network): Uint8Array {
  const metadata = metadataOf(network);
  const { image, normalization, layers, classes } = network;
  const pixels = image.height * image.width;
  const [nodes, tensors]: [Write[], Write[]] = [[], []];
  let value = 'pixels';
  const add = (
    type: string,
    others: readonly string[],
    output: string,
    attributes: readonly Write[] = [],
  ) => {
    nodes.push(message(1, nodeOf(type, [value, ...others], output, attributes)));
    value = output;
  };
  const { scale, offset, transposed } = normalization;
  if (Math.fround(scale) === 0) {
    const expected = 'a number that float32 can hold';
    throw networkFileError('normalization, scale', expected, `${scale}`, 'train it with smaller steps');
  }
  tensors.push(floats('scale', [], [scale]));
  add('Mul', ['scale'], 'scaled');
  if (offset !== 0) {
    tensors.push(floats('offset', [], [offset]));
    add('Add', ['offset'], 'brightness');
  }
  if (transposed) {
    tensors.push(integers('columns', [-1, image.width, image.height]), integers('row', [-1, pixels]));
    add('Reshape', ['columns'], 'stored');
    add('Transpose', [], 'rows', [ints('perm', [0, 2, 1])]);
    add('Reshape', ['row'], 'upright');
  }
  for (const [l, { weights, biases, inputs, outputs, activation }] of layers.entries()) {
    const [weight, bias] = [`layers.${l}.weight`, `layers.${l}.bias`];
    tensors.push(floats(weight, [outputs, inputs], weights), floats(bias, [outputs], biases));
    const output = l === layers.length - 1 ? 'outputs' : `layers.${l}.activation`;
    add('Gemm', [weight, bias], activation === 'identity' ? output : `layers.${l}.sum`, [int('transB', 1)]);
    if (activation === 'identity') continue;
    add(OPERATORS[activation], [], output, activation === 'softmax' ? [int('axis', -1)] : []);
  }
  const order = transposed ? 'column by column' : 'row by row';
  const input = valueInfo(
    'pixels',
    pixels,
    `images of ${image.height} x ${image.width}, pixels 0..255, ${order}`,
  );
  const graph: Write[] = [
    ...nodes,
    text(2, 'digitflow'),
    ...tensors,
    message(11, input),
    message(12, valueInfo('outputs', classes.length, `one for each class: ${classes.join(', ')}`)),
  ];
  const writer = new PbfWriter();
  const fields: Write[] = [
    integer(1, IR_VERSION),
    text(2, 'digitflow'),
    message(7, graph),
    message(8, [text(1, ''), integer(2, OPSET)]),
    ...Array.from(metadata, ([key, value]) => message(14, [text(1, key), text(2, value)])),
  ];
  for (const write of fields) write(writer);
  return writer.finish().slice();
}

function message(field: number, fields: readonly Write[]): Write {
  return (writer) =>
    writer.writeMessage(
      field,
      (_, within) => {
        for (const write of fields) write(within);
      },
      null,
    );
}

function text(field: number, value: string): Write {
  return (writer) => writer.writeStringField(field, value);
}

function integer(field: number, value: number): Write {
  return (writer) => writer.writeVarintField(field, value);
}

/** NodeProto: input 1, output 2, name 3, op_type 4, attribute 5. */
function nodeOf(
  type: string,
  inputs: readonly string[],
  output: string,
  attributes: readonly Write[],
): Write[] {
  return [
    ...inputs.map((name) => text(1, name)),
    text(2, output),
    text(3, output),
    text(4, type),
    ...attributes,
  ];
}

/** AttributeProto: name 1, i 3, ints 8, type 20. */
function int(name: string, value: number): Write {
  return message(5, [text(1, name), integer(3, value), integer(20, INT)]);
}

function ints(name: string, values: readonly number[]): Write {
  return message(5, [text(1, name), ...values.map((value) => integer(8, value)), integer(20, INTS)]);
}

/** TensorProto: dims 1, data_type 2, name 8, raw_data 9 (little-endian). */
function tensor(name: string, type: number, dims: readonly number[], raw: Uint8Array): Write {
  const data: Write = (writer) => writer.writeBytesField(9, raw);
  return message(5, [...dims.map((size) => integer(1, size)), integer(2, type), text(8, name), data]);
}

function floats(name: string, dims: readonly number[], values: ArrayLike<number>): Write {
  const numbers = asFloat32(values, `tensor ${name}`);
  return tensor(name, FLOAT, dims, new Uint8Array(numbers.buffer));
}

function integers(name: string, values: readonly number[]): Write {
  const numbers = BigInt64Array.from(values, BigInt);
  return tensor(name, INT64, [values.length], new Uint8Array(numbers.buffer));
}

/** ValueInfoProto: name 1, type 2, doc_string 3; TypeProto's tensor_type 1: elem_type 1, shape 2; dim 1: dim_value 1 or dim_param 2. */
function valueInfo(name: string, size: number, doc: string): Write[] {
  const shape = [message(1, [text(2, 'N')]), message(1, [integer(1, size)])];
  return [text(1, name), message(2, [message(1, [integer(1, FLOAT), message(2, shape)])]), text(3, doc)];
}
