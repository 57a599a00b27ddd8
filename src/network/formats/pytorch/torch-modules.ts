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
  let norms: BatchNormalization[] = [];
  const fail = (at: TorchModule, expected: string, found: string) => {
    const where = `${fileName}: module ${quoteValue(at.path)}`;
    return networkFileError(where, expected, found, 'export it as ONNX');
  };
  for (const at of chain.modules) {
    const kind = ownClass(at) ?? '';
    const tensors = new Map(moduleTensors({ ...at, path: '' }).map(([key, record]) => [key, record]));
    const take = (key: string): NamedTensor | null => {
      const record = tensors.get(key);
      return record ? reader.read(record, at.path === '' ? key : `${at.path}.${key}`) : null;
    };
    const previous = layers.at(-1);
    if (kind === 'Linear') {
      const [weight, bias] = [take('weight'), take('bias')];
      const [rows = 0, columns = 0] = weight?.shape ?? [];
      if (weight?.shape.length !== 2 || rows * columns === 0) {
        throw fail(at, 'a weight [outputs, inputs]', quoteValue(weight?.shape));
      }
      if (bias !== null && (bias.shape.length !== 1 || bias.shape[0] !== rows)) {
        throw fail(at, `${rows} biases`, quoteValue(bias.shape));
      }
      if (previous && previous.rows !== columns) throw fail(at, `${previous.rows} inputs`, `${columns}`);
      let layer: FoundLayer = {
        ...{ weights: weight.values, rows, columns, rowsAre: 'outputs' },
        ...{ biases: bias?.values ?? null, activation: null },
      };
      for (const norm of norms.reverse()) layer = foldIntoNext(layer, checked(norm, columns, at, fail), true);
      norms = [];
      if (previous) layers.push(closed(layers.pop() as FoundLayer), layer);
      else layers.push(layer);
    } else if (/^BatchNorm/.test(kind)) {
      const [mean, variance, scale, shift] = ['running_mean', 'running_var', 'weight', 'bias'].map(take);
      const epsilon = at.attributes.get('eps');
      if (!mean || !variance || typeof epsilon !== 'number' || !(epsilon > 0)) {
        throw fail(at, 'running_mean, running_var and eps', 'not all of them');
      }
      const values = { mean: mean.values, variance: variance.values };
      const norm = { ...values, epsilon, scale: scale?.values ?? null, shift: shift?.values ?? null };
      notes.push(`folded BatchNorm ${quoteValue(at.path)} into the layer beside it`);
      if (previous && previous.activation === null && norms.length === 0) {
        layers.push(foldInto(layers.pop() as FoundLayer, checked(norm, previous.rows, at, fail), true));
      } else norms.push(norm);
    } else {
      if (!previous || previous.activation !== null || norms.length > 0) {
        throw fail(at, 'each activation right after a Linear or its BatchNorm', `${kind} elsewhere`);
      }
      layers.push({ ...(layers.pop() as FoundLayer), activation: ACTIVATION_CLASSES[kind] });
      if (kind === 'LogSoftmax') notes.push('read LogSoftmax as softmax');
    }
  }
  const [last] = layers.slice(-1);
  if (last === undefined || norms.length > 0) {
    throw fail(module, 'a Linear at the end', 'a BatchNorm after the last activation, or none');
  }
  return { layers: chain.isWhole ? [...layers.slice(0, -1), closed(last)] : layers, notes };
}

/** Nothing comes after a layer: it has no activation. */
function closed(layer: FoundLayer): FoundLayer {
  return { ...layer, activation: layer.activation ?? 'identity' };
}

function checked(
  norm: BatchNormalization,
  size: number,
  at: TorchModule,
  fail: (at: TorchModule, expected: string, found: string) => Error,
): BatchNormalization {
  const { mean, variance, scale, shift } = norm;
  const sizes = [mean, variance, scale, shift].flatMap((values) => values?.length ?? []);
  if (sizes.some((length) => length !== size)) throw fail(at, `${size} numbers of each kind`, `${sizes}`);
  if (variance.some((value) => value < 0)) throw fail(at, 'variances, 0 or more', 'one below 0');
  return norm;
}
