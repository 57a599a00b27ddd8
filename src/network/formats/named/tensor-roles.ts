import { quoteValue } from '../../../errors.js';
import type { BatchNormalization } from '../batch-normalization.js';
import { type NamedTensor, networkFileError } from '../found-network.js';
import { type NameParts, partsOf } from './name-order.js';

/** The tensors of one layer. */
export interface DenseTensors {
  /** Its name without the words that say what each tensor is. */
  readonly parts: NameParts;
  /** Of two dimensions. */
  readonly weight: NamedTensor;
  readonly bias: NamedTensor | null;
}

/** The tensors of a BatchNorm, all of one length. */
export interface NormTensors extends BatchNormalization {
  /** For messages. */
  readonly label: string;
  readonly parts: NameParts;
  /** As the weights beside it lie: PyTorch and Keras call its tensors by other names. */
  readonly rowsAre: 'outputs' | 'inputs';
}

/** What PyTorch and Keras add to the variance; a file of tensors does not say another number. */
const EPSILON = { outputs: 1e-5, inputs: 1e-3 };

/** What tensors are, as far as each one's name and shape say it. */
export interface SortedTensors {
  readonly layers: readonly DenseTensors[];
  readonly norms: readonly NormTensors[];
  /** Biases whose names do not say the layer. */
  readonly vectors: readonly NamedTensor[];
  /** How many belong to an optimizer. */
  readonly passedOver: number;
}

type Role = 'weight' | 'bias' | 'gamma' | 'beta' | 'mean' | 'variance';

/** The words that say what a tensor is; the last one of a name counts. */
const ROLE_WORDS =
  /(?<=^|\.)(?:(?<mean>(?:running|moving)\.mean)|(?<variance>(?:running|moving)\.var(?:iance)?)|(?<gamma>gamma)|(?<beta>beta)|(?<bias>bias(?:es)?|b|intercepts?)|(?<weight>weights?|kernels?|w|coefs?))(?=\.|$)/g;

/** What a training keeps beside the network. */
const OF_OPTIMIZER =
  /(?:^|[./])(?:optim(?:izer\w*)?|adam\w*|sgd|rmsprop|momentum)(?=[./:]|$)|(?:exp_avg(?:_sq)?|momentum_buffer|square_avg|beta[12]_power)(?::\d+)?$/i;
const COUNTER = /(?:^|[./_])(?:num_batches_tracked|epochs?|(?:global_?)?steps?|iter(?:ation)?s?)(?::\d+)?$/i;

/** Whether a name is that of a number which a training counts, or of what an optimizer keeps. */
export function isOfTraining(name: string): boolean {
  return COUNTER.test(name) || OF_OPTIMIZER.test(name);
}

const DENSE_ONLY = 'digitflow runs dense layers only';
const AS_ONNX = `${DENSE_ONLY}: export it as ONNX and give --runtime onnxruntime`;

/** Names that tell of layers which are not dense, though their shapes may look so. */
const NOT_DENSE: readonly (readonly [names: RegExp, what: string, advice: string])[] = [
  [/weight_[ih]h|recurrent_kernel|(?:^|[./_])(?:lstm|gru|rnn)(?=[./_\d]|$)/i, 'a recurrent network', AS_ONNX],
  [
    /in_proj_weight|attention|(?:^|[./_])(?:attn|[qkv]_proj)(?=[./_]|$)/i,
    'a network with attention',
    AS_ONNX,
  ],
  [
    /parametrizations\.|weight_(?:[guv]|orig|mask)$/,
    'a weight in parts',
    'remove what was put upon it (remove_parametrizations, remove_weight_norm, prune.remove) and save it again',
  ],
];

/**
 * Says what each tensor is: weights and biases by layer, BatchNorm, or what a training keeps.
 *
 * @throws DigitflowError NETWORK_FILE for the first tensor that is none of these, by name.
 */
export function sortTensors(tensors: readonly NamedTensor[], fileName: string): SortedTensors {
  const kept = tensors.filter(({ name, values }) => !(COUNTER.test(name) && values.length === 1));
  const own = kept.filter(({ name }) => !OF_OPTIMIZER.test(name));
  refuseOthers(own, fileName);

  const vectors: NamedTensor[] = [];
  const groups = new Map<string, { parts: NameParts; roles: Map<Role, NamedTensor> }>();
  for (const tensor of own) {
    const { role, parts } = roleOf(tensor);
    if (role === null) {
      vectors.push(tensor);
      continue;
    }
    const key = parts.join('.');
    const group = groups.get(key) ?? { parts, roles: new Map() };
    const twin = group.roles.get(role);
    if (twin) throw notUnderstood(tensor, fileName, `a second ${role} beside ${quoteValue(twin.name)}`);
    group.roles.set(role, tensor);
    groups.set(key, group);
  }

  const layers: DenseTensors[] = [];
  const norms: NormTensors[] = [];
  for (const { parts, roles } of groups.values()) {
    if (roles.has('mean') || roles.has('variance')) norms.push(takeNorm(parts, roles, fileName));
    const [weight, bias] = [roles.get('weight'), roles.get('bias')];
    if (weight?.shape.length === 2) layers.push({ parts, weight, bias: bias ?? null });
    else if (bias && !weight) vectors.push(bias);
    const left = [...roles.values()].find((tensor) => tensor !== bias && tensor.shape.length !== 2);
    if (left)
      throw notUnderstood(left, fileName, `shape ${quoteValue(left.shape)}, as LayerNorm or PReLU has it`);
  }
  for (const { bias } of layers) if (bias) checkVector(bias, fileName);
  for (const vector of vectors) checkVector(vector, fileName);
  return { layers, norms, vectors, passedOver: kept.length - own.length };
}

function refuseOthers(tensors: readonly NamedTensor[], fileName: string): void {
  for (const { name, shape } of tensors) {
    if (shape.length <= 2) continue;
    const what = shape.length === 4 ? 'a convolutional network' : 'a layer that is not dense';
    const found = `${what} (${quoteValue(name)} has shape ${quoteValue(shape)})`;
    throw networkFileError(fileName, 'dense layers', found, AS_ONNX);
  }
  for (const { name } of tensors) {
    for (const [names, what, advice] of NOT_DENSE) {
      if (names.test(name))
        throw networkFileError(fileName, 'dense layers', `${what} (${quoteValue(name)})`, advice);
    }
  }
}

/** The error of a tensor that is no part of a dense layer. */
export function notUnderstood({ name }: NamedTensor, fileName: string, found: string) {
  const advice = `${DENSE_ONLY}: leave other tensors out, and name the rest fc1.weight, fc1.bias, fc2.weight, …`;
  const expected = 'weights, biases or BatchNorm of dense layers';
  return networkFileError(`${fileName}: tensor ${quoteValue(name)}`, expected, found, advice);
}

/** Its role, and its name without it; null for a vector of which no word says what it is. */
function roleOf({ name, shape }: NamedTensor): { readonly role: Role | null; readonly parts: NameParts } {
  const parts = partsOf(name);
  const dotted = parts.join('.').toLowerCase();
  const match = [...dotted.matchAll(ROLE_WORDS)].at(-1);
  if (!match) return { role: isVector(shape) ? null : 'weight', parts };
  const [role] = Object.entries(match.groups ?? {}).find(([, word]) => word !== undefined) ?? [];
  const at = dotted.slice(0, match.index).split('.').length - 1;
  return { role: role as Role, parts: parts.toSpliced(at, match[0].split('.').length) };
}

function takeNorm(parts: NameParts, roles: Map<Role, NamedTensor>, fileName: string): NormTensors {
  // PyTorch calls gamma weight, too: so it is where no weight of a layer bears the same name.
  const isOwn = !roles.has('gamma') && !roles.has('beta') && roles.get('weight')?.shape.length !== 2;
  const take = (role: Role) => {
    const tensor = roles.get(role);
    roles.delete(role);
    return tensor;
  };
  const [mean, variance] = [take('mean'), take('variance')];
  const [gamma, beta] = isOwn ? [take('weight'), take('bias')] : [take('gamma'), take('beta')];
  if (!mean || !variance) {
    const half = (mean ?? variance) as NamedTensor;
    throw notUnderstood(half, fileName, 'a mean without a variance, or the other way round');
  }
  for (const tensor of [mean, variance, gamma, beta]) {
    if (!tensor || (tensor.shape.length === 1 && tensor.values.length === mean.values.length)) continue;
    const found = `shape ${quoteValue(tensor.shape)} beside a mean of ${quoteValue(mean.shape)}`;
    throw notUnderstood(tensor, fileName, found);
  }
  if (variance.values.some((value) => value < 0))
    throw notUnderstood(variance, fileName, 'a variance below 0');
  const rowsAre = /moving/i.test(mean.name) ? 'inputs' : 'outputs';
  return {
    label: mean.name.replace(/[./_]?(?:running|moving)_?mean(?::\d+)?/i, ''),
    ...{ parts, rowsAre, epsilon: EPSILON[rowsAre] },
    ...{ mean: mean.values, variance: variance.values },
    ...{ scale: gamma?.values ?? null, shift: beta?.values ?? null },
  };
}

function isVector(shape: readonly number[]): boolean {
  return shape.length < 2 || (shape.length === 2 && shape.includes(1));
}

function checkVector(tensor: NamedTensor, fileName: string): void {
  if (isVector(tensor.shape)) return;
  throw notUnderstood(tensor, fileName, `biases of shape ${quoteValue(tensor.shape)}`);
}
