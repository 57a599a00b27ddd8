import { checkFinite, type FileHost, type FoundNetwork, networkFileError } from '../found-network.js';
import { Hdf5File } from '../hdf5/hdf5-file.js';
import { unzip } from '../unzip.js';
import { layersOfConfig } from './keras-config.js';
import { KerasReader } from './keras-layers.js';
import { CountedWeights, hasLayerNames, type KerasWeights, NamedWeights } from './keras-weights.js';

const [CONFIG, WEIGHTS, MODEL_WEIGHTS] = ['config.json', 'model.weights.h5', 'model_weights'];

/** Reads what Keras saves: a `.keras` archive, a model in HDF5, or weights alone. */
export function readNetworkFile(bytes: Uint8Array, name: string, host: FileHost): FoundNetwork {
  return checkedKeras(bytes[0] === 0x50 ? readArchive(bytes, name, host) : readHdf5(bytes, name, host), name);
}

/** @throws DigitflowError NETWORK_FILE for layers that do not fit one another, and for numbers that float32 cannot hold */
export function checkedKeras(found: FoundNetwork, name: string): FoundNetwork {
  for (const [l, { weights, rows, biases }] of found.layers.entries()) {
    const where = `${name}: dense layer ${l + 1}`;
    const inputs = l === 0 ? rows : found.layers[l - 1].columns;
    if (rows !== inputs) {
      const expected = `${inputs} inputs, as many as the layer before it has outputs`;
      throw networkFileError(where, expected, `${rows}`, 'save the whole model with model.save');
    }
    for (const values of [weights, biases ?? weights]) checkFinite(values, where);
  }
  return found;
}

/** Weights hardly pack, and configurations are short: what says to be larger is there to fill the memory. */
const MOST_TIMES_ARCHIVE = 8;
const LEAST_MOST = 2 ** 24;

function readArchive(bytes: Uint8Array, name: string, host: FileHost): FoundNetwork {
  const most = Math.max(LEAST_MOST, bytes.length * MOST_TIMES_ARCHIVE);
  const inflate: FileHost['inflate'] = (packed, mostBytes, wrapping) =>
    host.inflate(packed, Math.min(mostBytes, most), wrapping);
  const files = unzip(bytes, name, inflate);
  const [config, weights] = [CONFIG, WEIGHTS].map((entry) => {
    const file = files.get(entry);
    if (file !== undefined) return file();
    const advice = 'save the model again with model.save';
    throw networkFileError(name, `${CONFIG} and ${WEIGHTS} in it`, `no ${entry}`, advice);
  });
  const counted = new CountedWeights(new Hdf5File(weights, `${name}: ${WEIGHTS}`, host.inflate), name);
  const found = readKerasModel(new TextDecoder().decode(config), counted, name);
  counted.checkAll();
  return found;
}

function readHdf5(bytes: Uint8Array, name: string, { inflate }: FileHost): FoundNetwork {
  const file = new Hdf5File(bytes, name, inflate);
  const [config] = file.texts('', 'model_config') ?? [];
  if (config !== undefined) return readKerasModel(config, new NamedWeights(file, MODEL_WEIGHTS, name), name);
  const within = ['', MODEL_WEIGHTS].find((group) => hasLayerNames(file, group));
  const weights =
    within === undefined ? new CountedWeights(file, name) : new NamedWeights(file, within, name);
  const layers = weights.layers();
  if (layers.length === 0) {
    const advice = 'save the network with model.save';
    throw networkFileError(name, 'a Keras network or its weights', 'an HDF5 file of other content', advice);
  }
  return { ...UNSAID, title: 'weights of Keras', layers, image: null, rescaling: null, notes: [] };
}

/** What no file of Keras says. */
const UNSAID = { normalization: null, classes: null, provenance: {} } as const;

/** A model by its configuration as JSON; `weights` has its numbers. */
export function readKerasModel(json: string, weights: KerasWeights, name: string): FoundNetwork {
  const reader = new KerasReader(weights, name);
  const image = reader.read(layersOfConfig(json, name));
  const { layers, rescaling, notes } = reader.chain;
  return { ...UNSAID, title: 'a Keras network', layers, image, rescaling, notes };
}
