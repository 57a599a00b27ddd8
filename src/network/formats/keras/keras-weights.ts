import { quoteValue, safeText } from '../../../errors.js';
import { type FoundLayer, networkFileError } from '../found-network.js';
import type { Hdf5Array, Hdf5File } from '../hdf5/hdf5-file.js';
import { type KerasLayer, layerError } from './keras-config.js';

/** Where a model keeps the numbers of its layers. */
export interface KerasWeights {
  /** Those of a layer, in the order of their names. */
  of(layer: KerasLayer, names: readonly string[]): Hdf5Array[];
}

const SAVE_MODEL = 'save the whole model with model.save';

/** Of Keras 1 and 2, and of Keras 3 where it writes .h5: groups by the layers' names, which list the names of their weights. */
export class NamedWeights implements KerasWeights {
  readonly #file: Hdf5File;
  readonly #within: string;
  readonly #fileName: string;

  /** @param within the group, such as `model_weights`; '' for the whole file */
  constructor(file: Hdf5File, within: string, fileName: string) {
    this.#file = file;
    this.#within = within;
    this.#fileName = fileName;
  }

  of({ name }: KerasLayer, names: readonly string[]): Hdf5Array[] {
    const found = this.#pathsOf(name);
    const rolesOf = found.map(roleOf);
    const byName = names.map((wanted) => found[rolesOf.indexOf(wanted)]);
    // Keras 1 called them by other letters.
    const paths = byName.includes(undefined as never)
      ? rolesOf.some((role) => ROLES.includes(role))
        ? []
        : found
      : byName;
    if (paths.length !== names.length || found.length !== names.length) {
      throw weightsError(this.#fileName, name, names, found.map(baseOf));
    }
    return paths.map((path) => numbersOf(this.#file, path, this.#fileName));
  }

  /** Layers with weights, in the order in which images pass them, where there is no configuration to say what they are. */
  layers(): FoundLayer[] {
    const layerNames = textsOf(this.#file, this.#within, 'layer_names') ?? [];
    return layerNames.flatMap((name) => {
      const paths = this.#pathsOf(name);
      return paths.length === 0 ? [] : [denseOf(this.#file, name, paths, this.#fileName)];
    });
  }

  #pathsOf(layer: string): string[] {
    const group = this.#within === '' ? layer : `${this.#within}/${layer}`;
    return (textsOf(this.#file, group, 'weight_names') ?? []).map((path) => `${group}/${path}`);
  }
}

/** Of Keras 3, and of .keras files: `layers/dense_1/vars/0`, counted by the layers' classes. */
export class CountedWeights implements KerasWeights {
  readonly #file: Hdf5File;
  readonly #fileName: string;
  /** By the layer's class, in the order of their numbers. */
  readonly #groups = new Map<string, CountedGroup[]>();
  readonly #used = new Map<string, number>();

  constructor(file: Hdf5File, fileName: string) {
    this.#file = file;
    this.#fileName = fileName;
    const groups = new Map<string, CountedGroup>();
    for (const path of file.datasets) {
      const [, name, kind, number = '0'] = GROUP.exec(path) ?? [];
      if (name === undefined) continue;
      const group = groups.get(name) ?? { name, kind, number: Number(number), paths: [] };
      group.paths.push(path);
      groups.set(name, group);
    }
    for (const group of [...groups.values()].sort((a, b) => a.number - b.number)) {
      const same = this.#groups.get(group.kind) ?? [];
      same.push(group);
      this.#groups.set(group.kind, same);
    }
  }

  of({ name, className }: KerasLayer, names: readonly string[]): Hdf5Array[] {
    const kind = className === 'Dense' ? 'dense' : 'batch_normalization';
    const used = this.#used.get(kind) ?? 0;
    this.#used.set(kind, used + 1);
    const group = this.#groups.get(kind)?.[used];
    if (group === undefined) throw weightsError(this.#fileName, name, names, []);
    const [told = name] = this.#file.texts(`${group.name}/vars`, 'name') ?? [];
    if (group.paths.length !== names.length || told !== name) {
      throw weightsError(this.#fileName, name, names, told === name ? group.paths : [`those of ${told}`]);
    }
    return group.paths.map((path) => numbersOf(this.#file, path, this.#fileName));
  }

  /** @throws DigitflowError NETWORK_FILE where the file has layers that were not asked for */
  checkAll(): void {
    for (const [kind, { length }] of this.#groups) {
      const expected = this.#used.get(kind) ?? 0;
      if (length === expected) continue;
      const advice = 'the file is damaged: save the model again';
      throw networkFileError(this.#fileName, `${expected} layers ${kind} with weights`, `${length}`, advice);
    }
  }

  layers(): FoundLayer[] {
    const other = this.#file.datasets.find((path) => !GROUP.test(path) && OTHER_VARIABLES.test(path));
    if (other !== undefined) {
      const expected = 'the weights of a Sequential or Functional model';
      const advice = `weights alone do not say what it does: ${SAVE_MODEL}`;
      throw networkFileError(this.#fileName, expected, quoteValue(other), advice);
    }
    const [strange] = [...this.#groups].flatMap(([kind, groups]) => (kind === 'dense' ? [] : groups));
    if (strange !== undefined) throw alone(this.#fileName, strange.kind, strange.name);
    return (this.#groups.get('dense') ?? []).map(({ name, paths }) =>
      denseOf(this.#file, name, paths, this.#fileName),
    );
  }
}

/** Where the numbers of a layer are. */
interface CountedGroup {
  /** `layers/dense_1`. */
  readonly name: string;
  /** `dense`. */
  readonly kind: string;
  readonly number: number;
  readonly paths: string[];
}

/** The group of a layer's numbers. Some versions on Windows wrote a backslash. */
const GROUP = /^((?:layers|_layer_checkpoint_dependencies)[/\\](\w+?)(?:_(\d+))?)\/vars\/\d+$/;
/** What is no layer: the state of an optimizer and of metrics, of random numbers, of the whole model. */
const OTHER_VARIABLES = /^(?!optimizer\/|metrics\/|vars\/|.*\/seed_generator\/).*\/vars\/\d+$/;

/** What weights are called in Keras 2 and 3. */
const ROLES = ['kernel', 'bias', 'gamma', 'beta', 'moving_mean', 'moving_variance'];

function baseOf(path: string): string {
  return path.split('/').at(-1) ?? '';
}

/** `kernel` of `dense/dense/kernel:0`. */
function roleOf(path: string): string {
  return baseOf(path).replace(/:\d+$/, '');
}

/** An attribute's texts; a long list is cut into `layer_names0`, `layer_names1`, …. */
function textsOf(file: Hdf5File, group: string, attribute: string): string[] | null {
  const whole = file.texts(group, attribute);
  if (whole !== null) return whole;
  const all: string[] = [];
  for (let part = 0; ; part++) {
    const texts = file.texts(group, `${attribute}${part}`);
    if (texts === null) return part === 0 ? null : all;
    all.push(...texts);
  }
}

/** Whether a file of weights lists its layers by name. */
export function hasLayerNames(file: Hdf5File, group: string): boolean {
  return textsOf(file, group, 'layer_names') !== null;
}

function numbersOf(file: Hdf5File, path: string, fileName: string): Hdf5Array {
  const found = file.numbers(path);
  if (found !== null) return found;
  const advice = 'the file is damaged: save the model again';
  throw networkFileError(fileName, `a dataset ${safeText(path)}`, 'none of that name', advice);
}

function weightsError(fileName: string, layer: string, names: readonly string[], found: readonly string[]) {
  const shown = found.length === 0 ? 'none' : quoteValue(found.join(', '));
  const where = `${fileName}: layer ${quoteValue(layer)}`;
  return networkFileError(
    where,
    `its weights ${names.join(', ')}`,
    shown,
    'save the model again, after it was built',
  );
}

function denseOf(file: Hdf5File, name: string, paths: readonly string[], fileName: string): FoundLayer {
  const roles = paths.map(roleOf);
  if (paths.length > 2 || roles.some((role) => ROLES.includes(role) && !['kernel', 'bias'].includes(role))) {
    throw alone(fileName, roles.includes('gamma') ? 'batch_normalization' : roles.join(', '), name);
  }
  const [kernel, bias] = paths.map((path) => numbersOf(file, path, fileName));
  if (kernel.shape.length > 2) {
    throw layerError(fileName, { className: `Conv${kernel.shape.length - 2}D`, name, config: {} });
  }
  return denseLayer({ kernel, bias }, name, fileName);
}

/** The error of weights alone that do not say all. */
function alone(fileName: string, kind: string, layer: string) {
  if (/conv/.test(kind)) return layerError(fileName, { className: kind, name: layer, config: {} });
  const found = `${kind} at layer ${quoteValue(layer)}`;
  const advice = `weights alone do not say what it does: ${SAVE_MODEL}`;
  return networkFileError(fileName, 'the weights of dense layers', found, advice);
}

/** A layer whose kernel is `(inputs, outputs)`, as Keras has it. */
export function denseLayer(
  { kernel, bias }: { readonly kernel: Hdf5Array; readonly bias: Hdf5Array | undefined },
  name: string,
  fileName: string,
): FoundLayer {
  const [rows, columns] = kernel.shape;
  const isBias = bias === undefined || bias.shape.join() === `${columns}`;
  if (kernel.shape.length !== 2 || !isBias) {
    const found = [kernel, bias].map((array) => quoteValue(array?.shape)).join(' and ');
    const where = `${fileName}: layer ${quoteValue(name)}`;
    const advice = 'the file is damaged: save the model again';
    throw networkFileError(where, 'a kernel (inputs, outputs) and a bias (outputs)', found, advice);
  }
  const biases = bias?.values ?? null;
  return { weights: kernel.values, rows, columns, rowsAre: 'inputs', biases, activation: null };
}
