import { networkFileError } from '../found-network.js';
import { addNumbers, BrokenMessage, double, fieldsOf, float, textOf, varint } from './proto-fields.js';

/** A graph of more parts than this is no network of ours; each costs some of the time that a hostile file may take. */
const MOST_PARTS = 10_000;

/** What digitflow takes of a ModelProto. Field numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto */
export interface OnnxModel {
  /** Version of the standard operators. */
  readonly opset: number;
  readonly metadata: ReadonlyMap<string, string>;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly inputs: readonly OnnxInput[];
  readonly outputs: readonly string[];
}

export interface OnnxNode {
  /** `Gemm`, with its domain where that is not the standard one: `ai.onnx.ml.ZipMap`. */
  readonly type: string;
  readonly name: string;
  /** From 1, as the file has them. */
  readonly number: number;
  /** Names of values; an empty one stands for an input that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, OnnxAttribute>;
}

export interface OnnxAttribute {
  readonly float: number;
  readonly int: number;
  readonly text: string;
  readonly tensor: OnnxTensor | null;
  readonly floats: readonly number[];
  readonly ints: readonly number[];
  readonly texts: readonly string[];
}

/** A TensorProto; its numbers stay as the file has them until they are needed. */
export interface OnnxTensor {
  readonly name: string;
  readonly type: number;
  readonly dims: readonly number[];
  readonly raw: Uint8Array | null;
  /** Numbers that stand one by one, of any of the typed fields; which one, `type` says. */
  readonly numbers: readonly number[];
  readonly texts: readonly string[];
  /** Keys and values that name another file; null where the numbers are in this one. */
  readonly external: ReadonlyMap<string, string> | null;
  readonly isSegment: boolean;
}

export interface OnnxInput {
  readonly name: string;
  readonly type: number;
  /** Null for a size that is free; the whole of it null where the file says no shape. */
  readonly dims: readonly (number | null)[] | null;
}

/**
 * Reads an ONNX file's structure.
 *
 * @throws DigitflowError NETWORK_FILE where it is damaged, holds no graph, or more than a dense network has
 */
export function readModel(file: Uint8Array, name: string, mostParts = MOST_PARTS): OnnxModel {
  try {
    return modelOf(file, name, mostParts);
  } catch (error) {
    if (!(error instanceof BrokenMessage || error instanceof RangeError)) throw error;
    const found = `${file.length} bytes that end within it or contradict themselves`;
    throw networkFileError(
      name,
      'an ONNX file',
      found,
      'it is damaged or cut off: export or download it again',
    );
  }
}

function modelOf(file: Uint8Array, name: string, mostParts: number): OnnxModel {
  let graph: Uint8Array | null = null;
  let opset = 1;
  const metadata = new Map<string, string>();
  for (const { field, bytes } of fieldsOf(file)) {
    if (field === 7 && graph !== null) throw new BrokenMessage();
    if (field === 7) graph = bytes;
    else if (field === 8) {
      const { domain, version } = opsetOf(bytes);
      if (domain === '') opset = version;
    } else if (field === 14) {
      const [key, value] = entryOf(bytes);
      if (metadata.has(key)) throw new BrokenMessage();
      metadata.set(key, value);
    }
  }
  if (graph === null) throw new BrokenMessage();
  const nodes: OnnxNode[] = [];
  const initializers: OnnxTensor[] = [];
  const inputs: OnnxInput[] = [];
  const outputs: string[] = [];
  for (const { field, bytes } of fieldsOf(graph)) {
    if (field === 1) nodes.push(nodeOf(bytes, nodes.length + 1));
    else if (field === 5) initializers.push(tensorOf(bytes));
    else if (field === 11) inputs.push(inputOf(bytes));
    else if (field === 12) outputs.push(inputOf(bytes).name);
    else if (field === 15) {
      throw networkFileError(name, 'dense weights', 'sparse ones', 'export it with dense weights');
    }
    if (nodes.length + initializers.length + inputs.length + outputs.length > mostParts) {
      const found = `more than ${mostParts} nodes, tensors, inputs and outputs`;
      throw networkFileError(name, 'a dense network', found, 'give a network of dense layers alone');
    }
  }
  return { opset, metadata, nodes, initializers, inputs, outputs };
}

function opsetOf(bytes: Uint8Array) {
  const opset = { domain: '', version: 1 };
  for (const field of fieldsOf(bytes)) {
    if (field.field === 1) opset.domain = domainOf(textOf(field));
    else if (field.field === 2) opset.version = field.number;
  }
  return opset;
}

/** The standard operators' domain has two names. */
function domainOf(text: string): string {
  return text === 'ai.onnx' ? '' : text;
}

/** A StringStringEntryProto. */
function entryOf(bytes: Uint8Array): [string, string] {
  const entry: [string, string] = ['', ''];
  for (const field of fieldsOf(bytes)) if (field.field <= 2) entry[field.field - 1] = textOf(field);
  return entry;
}

function nodeOf(bytes: Uint8Array, number: number): OnnxNode {
  const node = { name: '', inputs: [] as string[], outputs: [] as string[] };
  const attributes = new Map<string, OnnxAttribute>();
  let [type, domain] = ['', ''];
  for (const field of fieldsOf(bytes)) {
    if (field.field === 1) node.inputs.push(textOf(field));
    else if (field.field === 2) node.outputs.push(textOf(field));
    else if (field.field === 3) node.name = textOf(field);
    else if (field.field === 4) type = textOf(field);
    else if (field.field === 5) {
      const [key, value] = attributeOf(field.bytes);
      if (attributes.has(key)) throw new BrokenMessage();
      attributes.set(key, value);
    } else if (field.field === 7) domain = domainOf(textOf(field));
  }
  return { ...node, type: domain === '' ? type : `${domain}.${type}`, number, attributes };
}

function attributeOf(bytes: Uint8Array): [string, OnnxAttribute] {
  let name = '';
  const value = { float: 0, int: 0, text: '', tensor: null as OnnxTensor | null };
  const lists = { floats: [] as number[], ints: [] as number[], texts: [] as string[] };
  for (const field of fieldsOf(bytes)) {
    if (field.field === 1) name = textOf(field);
    else if (field.field === 2) value.float = field.number;
    else if (field.field === 3) value.int = field.number;
    else if (field.field === 4) value.text = textOf(field);
    else if (field.field === 5) value.tensor = tensorOf(field.bytes);
    else if (field.field === 7) addNumbers(lists.floats, field, float);
    else if (field.field === 8) addNumbers(lists.ints, field, varint);
    else if (field.field === 9) lists.texts.push(textOf(field));
  }
  return [name, { ...value, ...lists }];
}

function tensorOf(bytes: Uint8Array): OnnxTensor {
  const tensor = { name: '', type: 0, raw: null as Uint8Array | null, isSegment: false };
  const lists = { dims: [] as number[], numbers: [] as number[], texts: [] as string[] };
  const external = new Map<string, string>();
  let isExternal = false;
  for (const field of fieldsOf(bytes)) {
    if (field.field === 1) addNumbers(lists.dims, field, varint);
    else if (field.field === 2) tensor.type = field.number;
    else if (field.field === 3) tensor.isSegment = true;
    else if (field.field === 4) addNumbers(lists.numbers, field, float);
    else if ([5, 7, 11].includes(field.field)) addNumbers(lists.numbers, field, varint);
    else if (field.field === 6) lists.texts.push(textOf(field));
    else if (field.field === 8) tensor.name = textOf(field);
    else if (field.field === 9) tensor.raw = field.bytes;
    else if (field.field === 10) addNumbers(lists.numbers, field, double);
    else if (field.field === 13) external.set(...entryOf(field.bytes));
    else if (field.field === 14) isExternal = field.number === 1;
  }
  return { ...tensor, ...lists, external: isExternal ? external : null };
}

/** A ValueInfoProto: TypeProto 2, its Tensor 1, of that the element type 1 and the shape 2. */
function inputOf(bytes: Uint8Array): OnnxInput {
  const input = { name: '', type: 0, dims: null as (number | null)[] | null };
  const within = (message: Uint8Array, wanted: number, use: (bytes: Uint8Array) => void) => {
    for (const { field, bytes } of fieldsOf(message)) if (field === wanted) use(bytes);
  };
  for (const field of fieldsOf(bytes)) if (field.field === 1) input.name = textOf(field);
  within(bytes, 2, (type) =>
    within(type, 1, (tensor) => {
      for (const field of fieldsOf(tensor)) if (field.field === 1) input.type = field.number;
      within(tensor, 2, (shape) => {
        const dims: (number | null)[] = [];
        within(shape, 1, (dim) => {
          const [size] = [...fieldsOf(dim)].filter(({ field }) => field === 1);
          dims.push(size !== undefined && size.number > 0 ? size.number : null);
        });
        input.dims = dims;
      });
    }),
  );
  return input;
}
