import { bytes, integer, message } from './protobuf.js';

/**
 * Field numbers below are those of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto; operator set 13 is the
 * oldest that has all operators used here, so any runtime of the last years reads it.
 */
const OPSET = 13;
const IR_VERSION = 8;

/** TensorProto.DataType */
const TYPE = { float: 1, uint8: 2, int8: 3, int64: 7 };

/**
 * How a model takes its pixels and gives its verdicts.
 *
 * @typedef {object} ModelShape
 * @property {'scaled' | 'folded' | 'int8' | 'int16'} pixels `scaled`: Cast, Mul by 1/255, Gemm. `folded`: the factor is
 *   in the first weights, so Cast, Gemm. `int8`: MatMulInteger on the bytes with weights rounded to 8 bits. `int16`:
 *   the same with 16 bits, as two columns of 8 bits for each neuron, which a small Gemm puts together.
 * @property {'outputs' | 'argmax'} verdict `outputs`: `(n, classes)` f32. `argmax`: `(n)` int64, by ArgMax in the graph.
 */

/**
 * Writes a sigmoid network as an ONNX model: input `pixels` `(n, inputs)` u8, output `verdict`.
 *
 * @param {import('../../dist/types/src/entries/network-api.js').Network} network
 * @param {ModelShape} shape
 * @returns {Buffer}
 */
export function onnxModel(network, shape) {
  const { scale, offset, transposed } = network.normalization;
  if (offset !== 0 || transposed || network.layers.some(({ activation }) => activation !== 'sigmoid')) {
    throw new Error('the peer is only asked for sigmoid networks whose brightness is pixel times scale');
  }
  const { inputs } = network.layers[0];
  const nodes = [];
  const initializers = [];
  let current = 'pixels';
  network.layers.forEach((layer, l) => {
    const sum = `sum${l}`;
    const first = l === 0 ? firstLayerParts(layer, scale, shape.pixels, current, sum) : null;
    const parts = first ?? gemmParts(layer, l, 1, current, sum);
    nodes.push(...parts.nodes, node('Sigmoid', [sum], `activation${l}`));
    initializers.push(...parts.initializers);
    current = `activation${l}`;
  });
  const classes = network.layers[network.layers.length - 1].outputs;
  let output;
  if (shape.verdict === 'argmax') {
    nodes.push(node('ArgMax', [current], 'verdict', [intAttribute('axis', 1), intAttribute('keepdims', 0)]));
    output = valueInfo('verdict', TYPE.int64, ['n']);
  } else {
    nodes.push(node('Identity', [current], 'verdict'));
    output = valueInfo('verdict', TYPE.float, ['n', classes]);
  }
  // GraphProto: node 1, name 2, initializer 5, input 11, output 12.
  const graph = [
    ...nodes.map((fields) => message(1, ...fields)),
    bytes(2, 'digits'),
    ...initializers.map((fields) => message(5, ...fields)),
    message(11, ...valueInfo('pixels', TYPE.uint8, ['n', inputs])),
    message(12, ...output),
  ];
  // ModelProto: ir_version 1, graph 7, opset_import 8 (version 2).
  return Buffer.concat([integer(1, IR_VERSION), message(7, ...graph), message(8, integer(2, OPSET))]);
}

function firstLayerParts(layer, scale, pixels, input, output) {
  if (pixels === 'int8') return int8Parts(layer, scale, input, output);
  if (pixels === 'int16') return int16Parts(layer, scale, input, output);
  const cast = node('Cast', [input], 'floats', [intAttribute('to', TYPE.float)]);
  if (pixels === 'folded') {
    const gemm = gemmParts(layer, 0, scale, 'floats', output);
    return { nodes: [cast, ...gemm.nodes], initializers: gemm.initializers };
  }
  const gemm = gemmParts(layer, 0, 1, 'brightness', output);
  return {
    nodes: [cast, node('Mul', ['floats', 'scale'], 'brightness'), ...gemm.nodes],
    initializers: [floatTensor('scale', [], [scale]), ...gemm.initializers],
  };
}

/** A layer as Gemm with the weights `(inputs, outputs)`, the orientation that needs no transposing. */
function gemmParts({ weights, biases, inputs, outputs }, l, factor, input, output) {
  const turned = new Float32Array(inputs * outputs);
  for (let o = 0; o < outputs; o++) {
    for (let i = 0; i < inputs; i++) turned[i * outputs + o] = weights[o * inputs + i] * factor;
  }
  return {
    nodes: [node('Gemm', [input, `weights${l}`, `biases${l}`], output)],
    initializers: [
      floatTensor(`weights${l}`, [inputs, outputs], turned),
      floatTensor(`biases${l}`, [outputs], biases),
    ],
  };
}

/** The first layer on the bytes themselves, each neuron's weights rounded to int8 by a scale of its own. */
function int8Parts(layer, scale, input, output) {
  const { inputs, outputs, biases } = layer;
  const { rounded, steps } = roundWeights(layer, 127);
  return {
    nodes: [
      node('MatMulInteger', [input, 'weights0'], 'integers'),
      node('Cast', ['integers'], 'floats', [intAttribute('to', TYPE.float)]),
      node('Mul', ['floats', 'factors'], 'products'),
      node('Add', ['products', 'biases0'], output),
    ],
    initializers: [
      tensor('weights0', TYPE.int8, [inputs, outputs], Int8Array.from(rounded)),
      floatTensor(
        'factors',
        [outputs],
        steps.map((step) => step * scale),
      ),
      floatTensor('biases0', [outputs], biases),
    ],
  };
}

/** The same with 16 bits, w = 256 * high + low: the high bytes are the first columns, the low ones the others. */
function int16Parts(layer, scale, input, output) {
  const { inputs, outputs, biases } = layer;
  // Not 32767: the high byte of a number that rounds up would not fit.
  const { rounded, steps } = roundWeights(layer, 32_512);
  const halves = new Int8Array(inputs * 2 * outputs);
  const joining = new Float32Array(2 * outputs * outputs);
  for (let o = 0; o < outputs; o++) {
    for (let i = 0; i < inputs; i++) {
      const weight = rounded[i * outputs + o];
      const high = Math.round(weight / 256);
      halves[i * 2 * outputs + o] = high;
      halves[i * 2 * outputs + outputs + o] = weight - 256 * high;
    }
    joining[o * outputs + o] = 256 * steps[o] * scale;
    joining[(outputs + o) * outputs + o] = steps[o] * scale;
  }
  return {
    nodes: [
      node('MatMulInteger', [input, 'weights0'], 'integers'),
      node('Cast', ['integers'], 'floats', [intAttribute('to', TYPE.float)]),
      node('Gemm', ['floats', 'joining', 'biases0'], output),
    ],
    initializers: [
      tensor('weights0', TYPE.int8, [inputs, 2 * outputs], halves),
      floatTensor('joining', [2 * outputs, outputs], joining),
      floatTensor('biases0', [outputs], biases),
    ],
  };
}

/** Each neuron's weights as integers of at most `most`, `(inputs, outputs)`, and the step of its scale. */
function roundWeights({ weights, inputs, outputs }, most) {
  const rounded = new Int32Array(inputs * outputs);
  const steps = new Float64Array(outputs);
  for (let o = 0; o < outputs; o++) {
    const row = weights.subarray(o * inputs, (o + 1) * inputs);
    const step = row.reduce((largest, weight) => Math.max(largest, Math.abs(weight)), 0) / most;
    // A low half of 128 does not fit: such a number is rounded down by one, a 32,512th.
    for (let i = 0; i < inputs; i++) {
      const value = Math.round(row[i] / step);
      rounded[i * outputs + o] = most > 127 && (value & 255) === 128 ? value - 1 : value;
    }
    steps[o] = step;
  }
  return { rounded, steps };
}

/** NodeProto: input 1, output 2, op_type 4, attribute 5. */
function node(type, inputs, output, attributes = []) {
  return [
    ...inputs.map((name) => bytes(1, name)),
    bytes(2, output),
    bytes(4, type),
    ...attributes.map((fields) => message(5, ...fields)),
  ];
}

/** AttributeProto: name 1, i 3, type 20 (INT = 2). */
function intAttribute(name, value) {
  return [bytes(1, name), integer(3, value), integer(20, 2)];
}

/** TensorProto: dims 1, data_type 2, name 8, raw_data 9 (little-endian). */
function tensor(name, type, dims, values) {
  return [
    ...dims.map((size) => integer(1, size)),
    integer(2, type),
    bytes(8, name),
    bytes(9, new Uint8Array(values.buffer, values.byteOffset, values.byteLength)),
  ];
}

function floatTensor(name, dims, values) {
  return tensor(name, TYPE.float, dims, Float32Array.from(values));
}

/** ValueInfoProto: name 1, type 2; tensor_type 1: elem_type 1, shape 2; dim 1: dim_value 1 or dim_param 2. */
function valueInfo(name, type, dims) {
  const shape = dims.map((size) => message(1, typeof size === 'string' ? bytes(2, size) : integer(1, size)));
  return [bytes(1, name), message(2, message(1, integer(1, type), message(2, ...shape)))];
}
