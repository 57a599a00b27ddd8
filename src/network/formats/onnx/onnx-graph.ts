import { quoteValue } from '../../../errors.js';
import { networkFileError } from '../found-network.js';
import { CONSTANT_OPERATORS } from './constant-operators.js';
import { LAYER_OPERATORS } from './layer-operators.js';
import type { OnnxInput, OnnxModel, OnnxNode } from './onnx-model.js';
import { isFlat, type Signal } from './onnx-signal.js';
import type { TensorReader } from './onnx-tensors.js';
import { intOf, nodeTitle, type Operation, refused, type Value, type Verdict } from './onnx-values.js';
import { SHAPE_OPERATORS } from './shape-operators.js';

/** What may follow a verdict: whether it was right, its name, its shape. */
const AFTER_VERDICT: readonly string[] = [
  ...['Cast', 'Equal', 'Flatten', 'Gather', 'Identity', 'ReduceMean', 'Reshape', 'Squeeze', 'Unsqueeze'],
  'ai.onnx.ml.ArrayFeatureExtractor',
];
/** What gives a verdict on outputs. */
const VERDICTS: readonly string[] = ['ArgMax', 'ReduceMax', 'TopK', 'ai.onnx.ml.ZipMap'];

/** Kinds of networks that are not dense, by what their nodes are called. */
const OTHER_KINDS: readonly (readonly [types: RegExp, kind: string])[] = [
  [
    /(?:^|\.)(?:Conv|ConvTranspose|Q?Linear(?:Conv)|ConvInteger|FusedConv|.*Pool)$/,
    'a convolutional network',
  ],
  [/(?:^|\.)(?:LSTM|GRU|RNN)$/, 'a recurrent network'],
  [/Attention$/, 'a network with attention'],
  [
    /(?:^|\.)(?:QLinear.*|QGemm|MatMulInteger|DynamicQuantize.*|DequantizeLinear|QuantizeLinear)$/,
    'a quantized network',
  ],
  [/(?:^|\.)TreeEnsemble/, 'a forest of decision trees'],
];

/** What the graph does with images, as far as one of its outputs. */
export interface Found {
  readonly signal: Signal;
  readonly input: OnnxInput;
  /** Names of the outputs, where the graph has them. */
  readonly classes: readonly string[] | null;
  readonly notes: readonly string[];
}

/**
 * Follows images through a graph: it knows of each value what it is, and of the outputs which is the network's.
 *
 * @throws DigitflowError NETWORK_FILE where that is more than dense layers, by name
 */
export function followGraph(model: OnnxModel, reader: TensorReader, fileName: string): Found {
  const values = startValues(model, reader, fileName);
  for (const node of inOrder(model.nodes, values, fileName)) {
    const inputs = node.inputs.map((name) => (name === '' ? null : (values.get(name) ?? null)));
    const [first, others] = valuesOf({ node, inputs, opset: model.opset, reader });
    for (const [i, output] of node.outputs.entries())
      if (output !== '') values.set(output, i === 0 ? first : others);
  }
  return chosen(model, values, fileName);
}

/** What is there before any node: tensors, and inputs that are none of these. */
function startValues({ initializers, inputs }: OnnxModel, reader: TensorReader, fileName: string) {
  const values = new Map<string, Value>();
  for (const tensor of initializers) {
    if (values.has(tensor.name)) throw twice(fileName, tensor.name);
    values.set(tensor.name, reader.read(tensor));
  }
  for (const { name, dims } of inputs) {
    if (values.has(name)) continue;
    const [batch, ...sizes] = dims ?? [null, null];
    values.set(name, {
      ...{
        kind: 'signal',
        input: name,
        dims: sizes,
        layers: null,
        isOpen: false,
        rescaling: null,
        pending: null,
      },
      ...{ batch: batch ?? null, transposed: null, from: null, note: null },
    });
  }
  return values;
}

function twice(fileName: string, value: string) {
  const expected = 'each value to be given once';
  return networkFileError(
    fileName,
    expected,
    `${quoteValue(value)} twice`,
    'the file is damaged: export it again',
  );
}

/** Nodes as soon as all that they take is there. Those that wait for each other, or for what is not there, never come. */
function* inOrder(nodes: readonly OnnxNode[], values: ReadonlyMap<string, Value>, fileName: string) {
  const given = new Set(values.keys());
  const makers = new Map<string, OnnxNode>();
  for (const node of nodes) {
    for (const output of node.outputs) {
      if (output === '') continue;
      if (given.has(output)) throw twice(fileName, output);
      given.add(output);
      makers.set(output, node);
    }
  }
  const waiting = new Map<OnnxNode, number>();
  const users = new Map<OnnxNode, OnnxNode[]>();
  const ready: OnnxNode[] = [];
  for (const node of nodes) {
    const awaited = new Set(node.inputs.filter((name) => name !== '' && !values.has(name)));
    waiting.set(node, awaited.size);
    if (awaited.size === 0) ready.push(node);
    for (const name of awaited) {
      const maker = makers.get(name);
      if (maker === undefined) continue;
      const own = users.get(maker) ?? [];
      users.set(maker, own);
      own.push(node);
    }
  }
  for (const node of ready) {
    yield node;
    for (const user of users.get(node) ?? []) {
      const left = (waiting.get(user) ?? 0) - 1;
      waiting.set(user, left);
      if (left === 0) ready.push(user);
    }
  }
}

/** What a node gives: its first output, and all others. */
function valuesOf(operation: Operation): [first: Value, others: Value] {
  const { node, inputs } = operation;
  const unknown = refused(kindOf(node));
  const refusal = inputs.find((value) => value?.kind === 'refused');
  if (refusal) return [refusal, refusal];
  const signals = inputs.flatMap((value) => (value?.kind === 'signal' ? [value] : []));
  const verdict = inputs.find((value) => value?.kind === 'verdict');
  if (verdict?.kind === 'verdict') {
    const known = signals.every(({ input, layers }) => layers === null && input !== verdict.of.input);
    const value = known && AFTER_VERDICT.includes(node.type) ? named(verdict, operation) : unknown;
    return [value, value];
  }
  const other = signals.find(({ input }) => input !== signals[0].input);
  if (other !== undefined) {
    const names = `${quoteValue(signals[0].input)} and ${quoteValue(other.input)}`;
    const value = refused(`inputs ${names} that meet in ${nodeTitle(node)}`, true);
    return [value, value];
  }
  if (signals.length > 1) return [refused(`two branches that meet in ${nodeTitle(node)}`), unknown];
  if (signals.length === 0) return [CONSTANT_OPERATORS[node.type]?.(operation) ?? unknown, unknown];
  if (VERDICTS.includes(node.type)) {
    const value = verdictOf(signals[0], operation) ?? unknown;
    return [value, value];
  }
  const operator = LAYER_OPERATORS[node.type] ?? SHAPE_OPERATORS[node.type];
  return [operator?.(operation) ?? unknown, unknown];
}

function kindOf(node: OnnxNode): string {
  const [, kind] = OTHER_KINDS.find(([types]) => types.test(node.type)) ?? [];
  return kind === undefined ? nodeTitle(node) : `${kind} (${nodeTitle(node)})`;
}

function verdictOf(signal: Signal, operation: Operation): Verdict | null {
  const { node } = operation;
  const axis = intOf(operation, 'axis', node.type === 'ArgMax' ? 0 : -1);
  if (!isFlat(signal) || (axis !== -1 && axis !== signal.dims.length)) return null;
  const names = node.attributes.get('classlabels_strings')?.texts ?? [];
  const numbers = node.attributes.get('classlabels_int64s')?.ints ?? [];
  const classes = names.length > 0 ? names : numbers.map(String);
  return { kind: 'verdict', of: signal, classes: classes.length > 0 ? classes : null };
}

/** A verdict that a list of names is asked for. */
function named(verdict: Verdict, { node, inputs: [list] }: Operation): Verdict {
  if (!/Gather$|ArrayFeatureExtractor$/.test(node.type) || list?.kind !== 'constant') return verdict;
  const classes = list.texts.length > 0 ? list.texts : Array.from(list.values, String);
  return { ...verdict, classes };
}

/** The first output that is a network's; where another goes on from there, that one. */
function chosen({ inputs, outputs }: OnnxModel, values: ReadonlyMap<string, Value>, fileName: string): Found {
  const ends: {
    readonly output: string;
    readonly signal: Signal;
    readonly classes: readonly string[] | null;
  }[] = [];
  let refusal: { readonly found: string; readonly isForeign: boolean } | undefined;
  for (const output of outputs) {
    const value = values.get(output);
    if (value === undefined) {
      const found = 'none, or nodes that wait for each other';
      const advice = 'the file is damaged: export it again';
      throw networkFileError(
        `${fileName}: output ${quoteValue(output)}`,
        'a node that gives it',
        found,
        advice,
      );
    }
    if (value.kind === 'refused' && (refusal === undefined || refusal.isForeign)) refusal = value;
    const signal = value.kind === 'verdict' ? value.of : value;
    if (signal.kind !== 'signal' || signal.layers === null) continue;
    ends.push({ output, signal, classes: value.kind === 'verdict' ? value.classes : null });
  }
  const [first] = ends;
  if (first === undefined || (refusal !== undefined && !refusal.isForeign)) {
    const found = refusal?.found ?? 'no layer between an input and an output';
    const advice =
      'digitflow runs dense layers only: evaluate, compare, score and report run others with --runtime onnxruntime';
    throw networkFileError(fileName, 'a network of dense layers', found, advice);
  }
  let last = first;
  const branches: string[] = [];
  for (const end of ends) {
    if (isWithin(last.signal, end.signal)) last = end;
    else if (!isWithin(end.signal, last.signal)) branches.push(end.output);
  }
  const unused = inputs.filter(
    ({ name }) => name !== last.signal.input && values.get(name)?.kind === 'signal',
  );
  const notes = new Set(notesOf(last.signal));
  if (branches.length > 0)
    notes.add(`took output ${quoteValue(last.output)}, not ${quoteValue(branches[0])}`);
  if (unused.length > 0)
    notes.add(`left out input ${quoteValue(unused[0].name)}, of which its outputs are independent`);
  const classes =
    ends.find((end) => end.classes !== null && isWithin(end.signal, last.signal))?.classes ?? null;
  const input = inputs.find(({ name }) => name === last.signal.input) as OnnxInput;
  return { signal: last.signal, input, classes, notes: [...notes] };
}

/** Whether a signal was made of another. */
function isWithin(before: Signal, signal: Signal): boolean {
  for (let at: Signal | null = signal; at !== null; at = at.from) if (at === before) return true;
  return false;
}

function notesOf(signal: Signal): string[] {
  const notes: string[] = [];
  for (let at: Signal | null = signal; at !== null; at = at.from)
    if (at.note !== null) notes.unshift(at.note);
  return notes;
}
