import { quoteValue } from '../../../errors.js';
import type { ActivationName } from '../../activations.js';
import { type BatchNormalization, foldInto, foldIntoNext } from '../batch-normalization.js';
import { type FoundLayer, type FoundNetwork, type NamedTensor, networkFileError } from '../found-network.js';
import { dictOf, nameOf, PickleRecord, type PickleValue } from '../pickle/pickle-values.js';
import { isTensor, type TensorReader } from './torch-tensors.js';

/** A module of PyTorch: its class, its attributes, its tensors, and the modules in it, in their order. */
export interface TorchModule {
  readonly path: string;
  /** `torch.nn.modules.linear.Linear`. */
  readonly className: string;
  readonly attributes: ReadonlyMap<PickleValue, PickleValue>;
  readonly children: readonly TorchModule[];
}

const MOST_DEPTH = 32;
const MOST_MODULES = 10_000;

/** Reads a pickled module; null for what is none. */
export function moduleOf(value: PickleValue, fileName: string): TorchModule | null {
  let count = 0;
  const visit = (record: PickleValue, path: readonly string[]): TorchModule | null => {
    const attributes = record instanceof PickleRecord ? dictOf(record.state) : null;
    const modules = dictOf(attributes?.get('_modules') ?? null);
    if (attributes === null || modules === null) return null;
    if (++count > MOST_MODULES || path.length > MOST_DEPTH) {
      throw networkFileError(fileName, 'a network of a few modules', 'thousands', 'save its state_dict()');
    }
    const children = [...modules].flatMap(([key, child]) => visit(child, [...path, String(key)]) ?? []);
    return { path: path.join('.'), className: nameOf(record), attributes, children };
  };
  return visit(value, []);
}

/** The tensors of a module, by the names that its state dict has for them. */
export function moduleTensors({ path, attributes, children }: TorchModule): [string, PickleRecord][] {
  const own = ['_parameters', '_buffers'].flatMap((kind) =>
    [...(dictOf(attributes.get(kind) ?? null) ?? [])].flatMap(([key, tensor]): [string, PickleRecord][] =>
      isTensor(tensor) ? [[path === '' ? String(key) : `${path}.${key}`, tensor]] : [],
    ),
  );
  return [...own, ...children.flatMap(moduleTensors)];
}

/** PyTorch's own classes that change nothing where a network is run, or are not run with it. */
const NEUTRAL = /^(?:Flatten|Unflatten|Identity|(?:Alpha|Feature\w*)?Dropout\d?d?|\w+Loss)$/;
const ACTIVATION_CLASSES: Readonly<Record<string, ActivationName>> = {
  ReLU: 'relu',
  Sigmoid: 'sigmoid',
  Tanh: 'tanh',
  Softmax: 'softmax',
  LogSoftmax: 'softmax',
};
const KNOWN = new Set([...Object.keys(ACTIVATION_CLASSES), 'Linear', 'BatchNorm1d', 'BatchNorm2d']);
/** What runs the modules in it one after another, and what holds one and does what that does. */
const CONTAINERS =
  /^(?:Sequential|ModuleList|ModuleDict|DataParallel|DistributedDataParallel|OptimizedModule)$/;
const IN_ORDER = /^(?:Sequential|DataParallel|DistributedDataParallel|OptimizedModule)$/;

/** The name of one of PyTorch's own classes, without its module; null of a stranger's. */
function ownClass({ className }: TorchModule): string | null {
  return /^torch\.(?:nn|_dynamo)\..*?(\w+)$/.exec(className)?.[1] ?? null;
}

/** Throws NETWORK_FILE for the first module whose kind of layer is not run. */
export function refuseOtherModules(module: TorchModule, fileName: string): void {
  const name = ownClass(module);
  if (name !== null && !NEUTRAL.test(name) && !CONTAINERS.test(name) && !KNOWN.has(name)) {
    const kind = /^(?:Lazy)?Conv/.test(name) ? 'a convolutional network' : 'another layer or activation';
    const found = `${kind} (${name} at ${quoteValue(module.path)})`;
    const advice = 'digitflow runs dense layers only: export it as ONNX and give --runtime onnxruntime';
    const expected = 'dense layers with ReLU, Sigmoid, Tanh or Softmax';
    throw networkFileError(fileName, expected, found, advice);
  }
  for (const child of module.children) refuseOtherModules(child, fileName);
}

/** Modules in the order in which they run, and whether that is all that the network does. */
interface Chain {
  readonly modules: readonly TorchModule[];
  readonly isWhole: boolean;
}

/** Null where the code of a class says the order, which is not in the file. */
function chainOf(module: TorchModule): Chain | null {
  const name = ownClass(module);
  if (name !== null && NEUTRAL.test(name)) return { modules: [], isWhole: true };
  if (name !== null && KNOWN.has(name)) return { modules: [module], isWhole: true };
  const parts = module.children.map(chainOf);
  if (name !== null && IN_ORDER.test(name)) {
    const known = parts.filter((part) => part !== null);
    // After one that may do more, nothing is known to come next.
    const isOpen = known.slice(0, -1).some(({ isWhole }) => !isWhole);
    if (known.length < parts.length || isOpen) return null;
    return { modules: known.flatMap(({ modules }) => modules), isWhole: known.at(-1)?.isWhole ?? true };
  }
  // A class that has one such row of layers runs it; what it does after it is not known.
  const [row, ...others] = parts.filter((part) => part === null || part.modules.length > 0);
  const hasOwn = moduleTensors({ ...module, children: [] }).length > 0;
  if (!row || others.length > 0 || hasOwn || row.modules.length < 2) return null;
  return { ...row, isWhole: false };
}

/**
 * The layers of a module whose order the file says: those of a `Sequential`, alone or in a class of its own. Null where it does
 * not say it.
 *
 * @throws DigitflowError NETWORK_FILE for what does not fit together
 */
export function chainLayers(
  module: TorchModule,
  reader: TensorReader,
  fileName: string,
): Pick<FoundNetwork, 'layers' | 'notes'> | null {
  const chain = chainOf(module);
  if (chain === null || chain.modules.length === 0) return null;
  const layers: FoundLayer[] = [];
  const notes: string[] = [];
  /** Those that the next layer takes. */
  const norms: BatchNormalization[] = [];
  for (const at of chain.modules) {
    const kind = ownClass(at) ?? '';
    const fail = (expected: string, found: string) => {
      return networkFileError(
        `${fileName}: module ${quoteValue(at.path)}`,
        expected,
        found,
        'export it as ONNX',
      );
    };
    const tensors = new Map(moduleTensors({ ...at, path: '' }));
    const take = (key: string): NamedTensor | null => {
      const record = tensors.get(key);
      return record ? reader.read(record, `${at.path}.${key}`) : null;
    };
    const previous = layers.at(-1);
    if (kind === 'Linear') {
      let layer = linearOf(take, fail);
      const { columns } = layer;
      if (previous && previous.rows !== columns) throw fail(`${previous.rows} inputs`, `${columns}`);
      for (const norm of norms.splice(0).reverse()) {
        checkNorm(norm, columns, fail);
        layer = foldIntoNext(layer, norm, true);
      }
      if (previous)
        layers[layers.length - 1] = { ...previous, activation: previous.activation ?? 'identity' };
      layers.push(layer);
    } else if (/^BatchNorm/.test(kind)) {
      const norm = normOf(take, at.attributes.get('eps'), fail);
      notes.push(`folded BatchNorm ${quoteValue(at.path)} into the layer beside it`);
      if (previous && previous.activation === null) {
        checkNorm(norm, previous.rows, fail);
        layers[layers.length - 1] = foldInto(previous, norm, true);
      } else norms.push(norm);
    } else {
      if (!previous || previous.activation !== null) {
        throw fail('each activation right after a Linear or its BatchNorm', `${kind} elsewhere`);
      }
      layers[layers.length - 1] = { ...previous, activation: ACTIVATION_CLASSES[kind] };
      if (kind === 'LogSoftmax') notes.push('read LogSoftmax as softmax');
    }
  }
  if (layers.length === 0 || norms.length > 0) {
    const found = layers.length === 0 ? 'none' : 'a BatchNorm after the last activation';
    throw networkFileError(fileName, 'Linear modules, one at the end', found, 'export it as ONNX');
  }
  // Of a Linear at the end it is not known whether softmax belongs to it: CrossEntropyLoss has it in the loss.
  return { layers, notes };
}

type Take = (key: string) => NamedTensor | null;
type Fail = (expected: string, found: string) => Error;

function linearOf(take: Take, fail: Fail): FoundLayer {
  const [weight, bias] = [take('weight'), take('bias')];
  if (weight?.shape.length !== 2 || weight.values.length === 0) {
    throw fail('a weight [outputs, inputs]', quoteValue(weight?.shape));
  }
  const [rows, columns] = weight.shape;
  if (bias !== null && (bias.shape.length !== 1 || bias.shape[0] !== rows)) {
    throw fail(`${rows} biases`, quoteValue(bias.shape));
  }
  const biases = bias?.values ?? null;
  return { weights: weight.values, rows, columns, rowsAre: 'outputs', biases, activation: null };
}

function normOf(take: Take, epsilon: PickleValue | undefined, fail: Fail): BatchNormalization {
  const [mean, variance] = [take('running_mean'), take('running_var')];
  if (!mean || !variance || typeof epsilon !== 'number' || !(epsilon > 0)) {
    throw fail('running_mean, running_var and eps', 'not all of them');
  }
  const [scale, shift] = [take('weight')?.values ?? null, take('bias')?.values ?? null];
  return { mean: mean.values, variance: variance.values, epsilon, scale, shift };
}

function checkNorm({ mean, variance, scale, shift }: BatchNormalization, size: number, fail: Fail): void {
  const sizes = [mean, variance, scale, shift].flatMap((values) => values?.length ?? []);
  if (sizes.some((length) => length !== size)) throw fail(`${size} numbers of each kind`, `${sizes}`);
  if (variance.some((value) => value < 0)) throw fail('variances, 0 or more', 'one below 0');
}
