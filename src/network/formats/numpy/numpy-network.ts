import { DigitflowError, quoteValue } from '../../../errors.js';
import { npyHeaderBytes, parseNpyLabelHeader } from '../../../formats/numpy/npy-header.js';
import { isGzip, isNpy } from '../../../formats/recognize.js';
import { elementBytes, isFloat, numberReader } from '../../../formats/stored-arrays.js';
import {
  type FoundNetwork,
  type NamedTensor,
  networkFileError,
  type ReadNetworkFile,
} from '../found-network.js';
import { layersOf } from '../named-tensors.js';
import { byOrder } from '../ordered-arrays.js';
import { readPickle } from '../pickle/read-pickle.js';
import { parseOwnNetwork } from '../safetensors/network-file.js';
import { parseShallowJson } from '../shallow-json.js';
import { gatherNumbers, stridesOf } from '../strided-numbers.js';
import { unzip } from '../unzip.js';
import { type FoundArray, type FoundArrays, findArrays, labelOf } from './pickled-arrays.js';
import { scikitNetwork } from './scikit-network.js';
import { METADATA } from './write-npz.js';

export { writeNetworkFile } from './write-npz.js';

/** What is unpacked of gzip: more is no pickle of a network. */
const MOST_UNPACKED = 2 ** 28;
const SAVE = "save its weights with numpy.savez(path, W1=…, b1=…), as astype('float32')";

/** Of what NumPy files do not say. */
const UNSAID = { image: null, normalization: null, rescaling: null, classes: null, provenance: {} };

/**
 * Reads weights that NumPy or Python saved: `.npz`, also as we write it; one `.npy`; a pickle of arrays or of lists of floats.
 * Nothing in a pickle is executed. Arrays have names (`W1`, `layer1.bias`), or stand in their order: `[biases, weights]`,
 * `[(W, b), …]`, `arr_0`, `arr_1`.
 */
export const readNetworkFile: ReadNetworkFile = (bytes, name, host) => {
  if (isGzip(bytes)) {
    try {
      return readNetworkFile(host.inflate(bytes, MOST_UNPACKED, 'gzip'), name, host);
    } catch (error) {
      if (error instanceof DigitflowError) throw error;
      const expected = `gzip of at most ${MOST_UNPACKED} bytes`;
      throw networkFileError(
        name,
        expected,
        'what cannot be unpacked to that',
        'unpack it first, with gzip -d',
      );
    }
  }
  if (isNpy(bytes)) return networkOf('a NumPy array', arraysOfNpy(bytes, name, []), name);
  if (bytes[0] !== ZIP_START) {
    const { value, end } = readPickle(bytes, name);
    if (end !== bytes.length) {
      const found = `${bytes.length - end} bytes after it`;
      throw networkFileError(
        name,
        'one pickle',
        found,
        'save all in one with pickle.dump, or with numpy.savez',
      );
    }
    const scikit = scikitNetwork(value, bytes.length, name);
    if (scikit !== null) return { title: "scikit-learn's MLPClassifier", notes: [], ...UNSAID, ...scikit };
    return networkOf('a Python pickle', findArrays(value, bytes.length, name), name);
  }
  const files = unzip(bytes, name, host.inflate);
  const own = ownMetadata(files.get(`${METADATA}.npy`), `${name}: ${METADATA}`);
  const found: FoundArrays = { arrays: [], others: [] };
  for (const [file, content] of files) {
    if (!file.endsWith('.npy') || (own !== null && file === `${METADATA}.npy`)) continue;
    const { arrays, others } = arraysOfNpy(content(), name, [file.slice(0, -'.npy'.length)]);
    found.arrays.push(...arrays);
    found.others.push(...others);
  }
  return own === null ? networkOf('NumPy arrays', found, name) : ownNetwork(found, own, name);
};

/** No pickle begins so. */
const ZIP_START = 0x50;

/** The metadata of an archive of ours, null where it is a stranger's. */
function ownMetadata(file: (() => Uint8Array) | undefined, where: string): Map<string, string> | null {
  const bytes = file?.();
  if (bytes === undefined || !isNpy(bytes)) return null;
  const json = bytes.subarray(npyHeaderBytes(bytes, where));
  const metadata = parseShallowJson(new TextDecoder().decode(json));
  const entries = Object.entries(metadata ?? {});
  const isOwn = entries.some(([key, value]) => key === 'schema' && /^digitflow\./.test(String(value)));
  if (!isOwn || !entries.every(([, value]) => typeof value === 'string')) return null;
  return new Map(entries as [string, string][]);
}

function ownNetwork({ arrays }: FoundArrays, metadata: Map<string, string>, name: string): FoundNetwork {
  const tensors = new Map(arrays.map(({ path, ...tensor }) => [labelOf(path), tensor]));
  const { layers, ...network } = parseOwnNetwork({ tensors, metadata }, name);
  return {
    ...network,
    title: 'NumPy arrays of digitflow',
    layers: layers.map(({ inputs, outputs, ...layer }) => {
      return { ...layer, rows: outputs, columns: inputs, rowsAre: 'outputs' };
    }),
    rescaling: null,
    notes: [],
  };
}

/** The array of an `.npy` file; the arrays in it where it is one of objects. */
function arraysOfNpy(bytes: Uint8Array, fileName: string, path: FoundArray['path']): FoundArrays {
  const name = path.length === 0 ? fileName : `${fileName}: ${labelOf(path)}`;
  const headerBytes = npyHeaderBytes(bytes, name);
  const header = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(headerBytes, bytes.length));
  if (/'descr': '\|O[48]?'/.test(header.toString('latin1'))) {
    const { value } = readPickle(bytes, name, headerBytes);
    const { arrays, others } = findArrays(value, bytes.length, name);
    const placed = arrays.map((array) => ({ ...array, path: [...path, ...array.path] }));
    return { arrays: placed, others: others.map((label) => `${labelOf(path)}.${label}`) };
  }
  const { element, shape, characters, isFortran, dataBytes } = headerOf(bytes, name);
  const found = bytes.length - headerBytes;
  if (found !== dataBytes) {
    throw networkFileError(name, `${dataBytes} bytes after its header`, `${found}`, 'get or save it again');
  }
  if (characters !== undefined || !isFloat(element.type)) return { arrays: [], others: [labelOf(path)] };
  const values = gatherNumbers({
    data: bytes.subarray(headerBytes),
    elementBytes: elementBytes(element.type),
    read: numberReader(element),
    ...{ shape, strides: stridesOf(shape, isFortran), offset: 0 },
  });
  if (values !== null) return { arrays: [{ path, shape, values }], others: [] };
  throw networkFileError(
    name,
    'an array of weights',
    `${quoteValue(shape)}: more than any network has`,
    SAVE,
  );
}

/** What arrays of images may not be (complex numbers, dates) is told in other words here. */
function headerOf(bytes: Uint8Array, name: string) {
  try {
    return parseNpyLabelHeader(bytes, name);
  } catch (error) {
    if (!(error instanceof DigitflowError) || error.code !== 'NPY_TYPE') throw error;
    throw networkFileError(name, 'an array of floats', 'another type', SAVE);
  }
}

function networkOf(title: string, { arrays, others }: FoundArrays, name: string): FoundNetwork {
  const tensors = arrays.filter(({ shape }) => shape.length > 0);
  if (tensors.length === 0) {
    const found = others.length === 0 ? 'none' : `others (${listed(others)})`;
    throw networkFileError(name, 'arrays of floats, the weights of a network', found, SAVE);
  }
  const isOrdered = tensors.some(({ path }) => /^(?:arr_)?\d+$|^$/.test(String(path.at(-1) ?? '')));
  const { layers, notes } = layersOf(
    isOrdered ? byOrder(tensors.map(named), name) : tensors.map(named),
    name,
  );
  const leftOut = others.length === 0 ? [] : [`left out ${listed(others)}, which hold no floats`];
  return { title, layers, notes: [...notes, ...leftOut], ...UNSAID };
}

function named({ path, ...tensor }: FoundArray): NamedTensor {
  return { name: labelOf(path), ...tensor };
}

const MOST_LISTED = 5;

function listed(names: readonly string[]): string {
  return names.slice(0, MOST_LISTED).join(', ') + (names.length > MOST_LISTED ? ', …' : '');
}
