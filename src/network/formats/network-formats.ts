import type { NetworkFormat, ReadNetworkFile, WriteNetworkFile } from './found-network.js';

/** One format: what a message calls it, the usual endings of its files, and the code, which is loaded when it is met. */
export interface NetworkFormatEntry {
  readonly title: string;
  readonly endings: readonly string[];
  /** Absent where such files are not read. */
  readonly read?: () => Promise<ReadNetworkFile>;
  /** Absent where such files are not written. */
  readonly write?: () => Promise<WriteNetworkFile>;
}

/** The formats of networks. A new one is a folder here, and an entry in this table. */
export const NETWORK_FORMATS: Readonly<Partial<Record<NetworkFormat, NetworkFormatEntry>>> = {
  safetensors: {
    title: 'safetensors',
    endings: ['.safetensors'],
    read: async () => (await import('./safetensors/foreign-safetensors.js')).readNetworkFile,
    write: async () => (await import('./safetensors/network-file.js')).writeOwnNetwork,
  },
  onnx: {
    title: 'ONNX',
    endings: ['.onnx'],
    read: async () => (await import('./onnx/read-onnx.js')).readNetworkFile,
    write: async () => (await import('./onnx/write-onnx.js')).writeNetworkFile,
  },
  keras: {
    title: 'Keras',
    endings: ['.keras', '.h5', '.hdf5'],
    read: async () => (await import('./keras/read-keras.js')).readNetworkFile,
  },
  json: {
    title: 'JSON',
    endings: ['.json'],
    read: async () => (await import('./json/json-network.js')).readNetworkFile,
    write: async () => (await import('./json/json-network.js')).writeNetworkFile,
  },
  pytorch: {
    title: 'PyTorch',
    endings: ['.pt', '.pth'],
    read: async () => (await import('./pytorch/torch-network.js')).readNetworkFile,
  },
  numpy: {
    title: 'NumPy arrays',
    endings: ['.npz'],
    read: async () => (await import('./numpy/numpy-network.js')).readNetworkFile,
    write: async () => (await import('./numpy/numpy-network.js')).writeNetworkFile,
  },
  c: {
    title: 'a C header',
    endings: ['.h'],
    write: async () => (await import('./code/c-header.js')).writeNetworkFile,
  },
  javascript: {
    title: 'a JavaScript module',
    endings: ['.mjs', '.js'],
    write: async () => (await import('./code/javascript-module.js')).writeNetworkFile,
  },
};

/** The format that is written under this name, by its ending; null for any other. */
export function formatOfPath(path: string): NetworkFormat | null {
  const name = path.toLowerCase();
  const formats = Object.entries(NETWORK_FORMATS) as [NetworkFormat, NetworkFormatEntry][];
  const found = formats.find(
    ([, { write, endings }]) => write !== undefined && endings.some((ending) => name.endsWith(ending)),
  );
  return found?.[0] ?? null;
}
