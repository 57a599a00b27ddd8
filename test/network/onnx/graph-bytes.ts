import { PbfWriter } from 'pbf';

/** TensorProto.DataType, as far as the tests need it. */
export const TYPE = {
  float: 1,
  uint8: 2,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  half: 10,
  double: 11,
  bfloat: 16,
};

type Write = (writer: PbfWriter) => void;
type Attribute =
  | number
  | readonly number[]
  | { readonly float: number }
  | { readonly floats: readonly number[] }
  | Tensor;

/** A tensor: its numbers as raw data, unless they are told to be otherwise. */
export interface Tensor {
  readonly dims: readonly number[];
  readonly values: readonly number[];
  /** Default float. */
  readonly type?: number;
  readonly name?: string;
  /** Raw data as it is, or where it is; in place of the values. */
  readonly raw?: Uint8Array;
  readonly external?: Readonly<Record<string, string>>;
  /** The number of the typed field that the values are written to. */
  readonly field?: number;
}

export interface Node {
  readonly type: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly domain?: string;
  readonly name?: string;
}

/** A graph to be written. */
export interface Graph {
  readonly nodes: readonly Node[];
  readonly tensors?: Readonly<Record<string, Tensor>>;
  /** Sizes, a free one as a name; and the element type where it is not float. */
  readonly inputs: Readonly<
    Record<string, readonly (number | string)[] | { dims: readonly (number | string)[]; type: number }>
  >;
  readonly outputs: readonly string[];
  readonly opset?: number;
  /** Whether outputs say that they are floats, as runtimes want it. */
  readonly isTyped?: boolean;
  readonly metadata?: Readonly<Record<string, string>>;
}

export function node(
  type: string,
  inputs: readonly string[],
  output: string,
  attributes: Readonly<Record<string, Attribute>> = {},
): Node {
  const [operator, ...domain] = type.split('.').reverse();
  return { type: operator, inputs, outputs: [output], attributes, domain: domain.reverse().join('.') };
}

/** TypeProto of floats of any shape. */
const FLOATS: Write = (writer) => message(2, [message(1, [int(1, TYPE.float)])])(writer);

/** The bytes of an ONNX file. */
export function onnxBytes({
  nodes,
  tensors = {},
  inputs,
  outputs,
  opset = 17,
  isTyped = false,
  metadata = {},
}: Graph): Uint8Array {
  const graph: Write[] = [
    ...nodes.map((one) => message(1, nodeFields(one))),
    ...Object.entries(tensors).map(([name, tensor]) => message(5, tensorFields({ name, ...tensor }))),
    ...Object.entries(inputs).map(([name, given]) => {
      const { dims, type } = 'dims' in given ? given : { dims: given, type: TYPE.float };
      const shape = dims.map((size) => message(1, [typeof size === 'number' ? int(1, size) : text(2, size)]));
      return message(11, [text(1, name), message(2, [message(1, [int(1, type), message(2, shape)])])]);
    }),
    ...outputs.map((name) => message(12, [text(1, name), ...(isTyped ? [FLOATS] : [])])),
  ];
  const fields = [
    int(1, 8),
    message(7, [text(2, 'graph'), ...graph]),
    message(8, [int(2, opset)]),
    message(8, [text(1, 'ai.onnx.ml'), int(2, 1)]),
    ...Object.entries(metadata).map(([key, value]) => message(14, [text(1, key), text(2, value)])),
  ];
  const writer = new PbfWriter();
  for (const write of fields) write(writer);
  return writer.finish().slice();
}

export function message(field: number, fields: readonly Write[]): Write {
  return (writer) =>
    writer.writeMessage(
      field,
      (_, within) => {
        for (const write of fields) write(within);
      },
      null,
    );
}

export function text(field: number, value: string): Write {
  return (writer) => writer.writeStringField(field, value);
}

export function int(field: number, value: number): Write {
  return (writer) => writer.writeVarintField(field, value);
}

function nodeFields({ type, inputs, outputs, attributes = {}, domain = '', name = '' }: Node): Write[] {
  return [
    ...inputs.map((value) => text(1, value)),
    ...outputs.map((value) => text(2, value)),
    text(3, name),
    text(4, type),
    ...Object.entries(attributes).map(([key, value]) =>
      message(5, [text(1, key), ...attributeFields(value)]),
    ),
    text(7, domain),
  ];
}

function attributeFields(value: Attribute): Write[] {
  if (typeof value === 'number') return [int(3, value), int(20, 2)];
  if (Array.isArray(value)) return [...value.map((number) => int(8, number)), int(20, 7)];
  if ('float' in value) return [(writer) => writer.writeFloatField(2, value.float), int(20, 1)];
  if ('floats' in value) {
    return [
      ...value.floats.map(
        (number): Write =>
          (writer) =>
            writer.writeFloatField(7, number),
      ),
      int(20, 6),
    ];
  }
  return [message(5, tensorFields(value as Tensor)), int(20, 4)];
}

function tensorFields({ dims, values, type = TYPE.float, name = '', raw, external, field }: Tensor): Write[] {
  const head = [...dims.map((size) => int(1, size)), int(2, type), text(8, name)];
  if (external !== undefined) {
    const entries = Object.entries(external);
    return [
      ...head,
      ...entries.map(([key, value]) => message(13, [text(1, key), text(2, value)])),
      int(14, 1),
    ];
  }
  if (field === 4) return [...head, (writer) => writer.writePackedFloat(4, [...values])];
  if (field === 10) return [...head, (writer) => writer.writePackedDouble(10, [...values])];
  if (field !== undefined) return [...head, (writer) => writer.writePackedVarint(field, [...values])];
  const bytes = raw ?? rawOf(values, type);
  return [...head, (writer) => writer.writeBytesField(9, bytes)];
}

function rawOf(values: readonly number[], type: number): Uint8Array {
  if (type === TYPE.int64) return new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
  if (type === TYPE.uint8) return Uint8Array.from(values);
  return new Uint8Array((type === TYPE.double ? Float64Array : Float32Array).from(values).buffer);
}
