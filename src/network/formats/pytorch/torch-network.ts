import { DigitflowError, quoteValue, safeText } from '../../../errors.js';
import {
  checkFinite,
  type FoundNetwork,
  type NamedTensor,
  networkFileError,
  type ReadNetworkFile,
} from '../found-network.js';
import { layersOf } from '../named-tensors.js';
import { byOrder } from '../ordered-arrays.js';
import { dictOf, PickleRecord, type PickleValue } from '../pickle/pickle-values.js';
import { openTorchFile } from './torch-file.js';
import { chainLayers, moduleOf, moduleTensors, refuseOtherModules } from './torch-modules.js';
import { isTensor, TensorReader } from './torch-tensors.js';

/** What a file may hold a network as: a state dict, a list of parameters, a whole module. */
interface Candidate {
  /** The way to it from what was saved: `model_state_dict`. */
  readonly path: readonly string[];
  readonly kind: 'state dict' | 'list of parameters' | 'module';
  read(): Pick<FoundNetwork, 'layers' | 'notes'>;
}

/** Checkpoints hold networks no deeper, and not more of them. */
const MOST_DEPTH = 8;
const MOST_CANDIDATES = 64;
/** What a training keeps beside its networks. */
const OF_TRAINING = /optimizer|(?:^|_)optim(?:_|$)|sched|scaler|rng_?state|callbacks|loops/i;

/**
 * Reads what torch.save wrote, in either of its formats: a state dict, a checkpoint with one in it, a list of parameters, or a
 * whole module, of which order and activations are known where it is a `Sequential`. Nothing in a file is executed.
 */
export const readNetworkFile: ReadNetworkFile = (bytes, name, host) => {
  const { value, storages } = openTorchFile(bytes, name, host.inflate);
  const candidates = findCandidates(value, new TensorReader(storages, name), name);
  if (candidates.length === 0) {
    const advice = 'save model.state_dict() with torch.save';
    throw networkFileError(name, 'a state dict, or a checkpoint that holds one', 'none', advice);
  }
  const results = candidates.map((candidate) => ({ candidate, result: attempt(candidate) }));
  const networks = results.flatMap(({ candidate, result }) =>
    result instanceof DigitflowError ? [] : [{ candidate, found: result }],
  );
  if (networks.length > 1) {
    const names = networks.map(({ candidate }) => labelOf(candidate)).join(', ');
    const advice = "save one of them alone: torch.save(torch.load(path)['…'], other)";
    throw networkFileError(name, 'one network', `${networks.length}: ${names}`, advice);
  }
  const [network] = networks;
  if (network === undefined) throw results[0].result;
  const { candidate, found } = network;
  const took = candidate.path.length === 0 ? [] : [`took ${labelOf(candidate)}`];
  return {
    title: candidate.path.length === 0 ? `a PyTorch ${candidate.kind}` : 'a PyTorch checkpoint',
    layers: found.layers,
    notes: [...took, ...found.notes],
    ...{ image: null, normalization: null, rescaling: null, classes: null, provenance: {} },
  };
};

function labelOf({ path }: Candidate): string {
  return path.length === 0 ? 'the whole' : quoteValue(path.join('.'));
}

function attempt(candidate: Candidate): ReturnType<Candidate['read']> | DigitflowError {
  try {
    return candidate.read();
  } catch (error) {
    if (error instanceof DigitflowError) return error;
    throw error;
  }
}

function findCandidates(root: PickleValue, reader: TensorReader, name: string): Candidate[] {
  const found: Candidate[] = [];
  // What is shared is looked at once: it may be named any number of times, and by itself.
  const seen = new Set<PickleValue>();
  const visit = (value: PickleValue, path: readonly string[]): void => {
    if (typeof value !== 'object' || value === null || isTensor(value) || seen.has(value)) return;
    seen.add(value);
    if (path.length > MOST_DEPTH) return;
    if (found.length > MOST_CANDIDATES) {
      const advice = 'save model.state_dict() alone with torch.save';
      throw networkFileError(name, `at most ${MOST_CANDIDATES} state dicts`, 'more', advice);
    }
    if (moduleOf(value, name) !== null) {
      found.push({ path, kind: 'module', read: () => readModule(value, reader, name) });
      return;
    }
    const before = found.length;
    const entries = entriesOf(value);
    for (const [key, item] of entries) {
      if (!OF_TRAINING.test(key)) visit(item, [...path, safeText(key)]);
    }
    // The attributes of an object of any class, such as a trainer that was saved as it is.
    if (value instanceof PickleRecord && dictOf(value) === null) visit(value.state, path);
    const tensors = entries.flatMap(([key, tensor]): [string, PickleRecord][] =>
      isTensor(tensor) && !isNumber(tensor) ? [[key, tensor]] : [],
    );
    // Beside a network, tensors are figures of its training.
    if (tensors.length === 0 || found.length > before) return;
    const isList = Array.isArray(value);
    const read = () => {
      const named = tensors.flatMap(([key, tensor]) => reader.read(tensor, key) ?? []);
      return layersOf(isList ? byOrder(named, name) : named, name);
    };
    found.push({ path, kind: isList ? 'list of parameters' : 'state dict', read });
  };
  visit(root, []);
  return found;
}

/** What a dictionary or a list holds, by its keys or places. */
function entriesOf(value: PickleValue): [string, PickleValue][] {
  const entries = Array.isArray(value) ? value.entries() : (dictOf(value) ?? []);
  return Array.from(entries, ([key, item]) => [String(key), item]);
}

/** Whether a tensor is a single number, such as the best accuracy. */
function isNumber({ args }: PickleRecord): boolean {
  return Array.isArray(args[2]) && args[2].length === 0;
}

function readModule(value: PickleValue, reader: TensorReader, name: string): ReturnType<Candidate['read']> {
  const module = moduleOf(value, name);
  if (module === null) throw networkFileError(name, 'a module', 'none', 'save model.state_dict()');
  refuseOtherModules(module, name);
  const chain = chainLayers(module, reader, name);
  if (chain !== null) {
    for (const [l, { weights, biases }] of chain.layers.entries()) {
      for (const values of [weights, biases ?? weights]) checkFinite(values, `${name}: layer ${l + 1}`);
    }
    return chain;
  }
  const named = moduleTensors(module).flatMap(([key, tensor]): NamedTensor[] => {
    const read = reader.read(tensor, key);
    return read === null ? [] : [read];
  });
  return layersOf(named, name);
}
