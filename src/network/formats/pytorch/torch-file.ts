import { quoteValue } from '../../../errors.js';
import { type FileHost, networkFileError } from '../found-network.js';
import { dictOf, type PickleValue } from '../pickle/pickle-values.js';
import { type ReadPickle, readPickle } from '../pickle/read-pickle.js';
import { unzip } from '../unzip.js';
import { storageOf, storageType, type TorchStorages } from './torch-tensors.js';

/** A file of torch.save: what was saved, and the numbers of its tensors. */
export interface TorchFile {
  readonly value: PickleValue;
  readonly storages: TorchStorages;
}

const STATE_DICT = 'save model.state_dict() with torch.save';

/**
 * Opens what torch.save wrote: a ZIP archive, or the chain of pickles that it wrote before PyTorch 1.6.
 *
 * @throws DigitflowError NETWORK_FILE for TorchScript and for what is damaged; ZIP_BROKEN
 */
export function openTorchFile(bytes: Uint8Array, name: string, inflate: FileHost['inflate']): TorchFile {
  return bytes[0] === 0x50 ? openArchive(bytes, name, inflate) : openChain(bytes, name);
}

function openArchive(bytes: Uint8Array, name: string, inflate: FileHost['inflate']): TorchFile {
  const files = unzip(bytes, name, inflate);
  const names = [...files.keys()];
  if (names.some((file) => /(?:^|\/)(?:constants\.pkl|code\/.*)$/.test(file))) {
    const advice = `it holds a program, which is never run: ${STATE_DICT}, or export it as ONNX`;
    throw networkFileError(name, 'weights that torch.save wrote', 'TorchScript', advice);
  }
  const pickles = names.filter((file) => /^(?:[^/]+\/)?data\.pkl$/.test(file));
  const pickle = files.get(pickles[0]);
  if (pickle === undefined || pickles.length !== 1) {
    const found = quoteValue(names.slice(0, 5).join(', '));
    throw networkFileError(name, 'an archive with one NAME/data.pkl', found, STATE_DICT);
  }
  const root = pickles[0].slice(0, -'data.pkl'.length);
  const order = files.get(`${root}byteorder`)?.() ?? Buffer.from('little');
  const unpacked = new Map<string, Uint8Array | undefined>();
  return {
    value: readPickle(pickle(), name).value,
    storages: {
      isLittleEndian: isLittleEndian(Buffer.from(order).toString('latin1'), name),
      bytes: (key) => {
        if (!unpacked.has(key)) unpacked.set(key, files.get(`${root}data/${key}`)?.());
        return unpacked.get(key);
      },
      byteCount: bytes.length,
    },
  };
}

function isLittleEndian(order: string, name: string): boolean {
  if (order === 'little' || order === 'big') return order === 'little';
  throw networkFileError(`${name}: byteorder`, 'little or big', quoteValue(order), STATE_DICT);
}

/** What the legacy format begins with, and its version. */
const MAGIC = 0x1950a86a20f9469cfc6cn;
const PROTOCOL = 1001n;

/** A magic number, a version, the machine, the value, the keys of its storages: five pickles. Then come the storages. */
function openChain(bytes: Uint8Array, name: string): TorchFile {
  let at = 0;
  const next = (): ReadPickle => {
    const read = readPickle(bytes, name, at);
    at = read.end;
    return read;
  };
  if (next().value !== MAGIC || next().value !== PROTOCOL) {
    throw networkFileError(name, 'a file of torch.save', 'another pickle', STATE_DICT);
  }
  const littleEndian = dictOf(next().value)?.get('little_endian') !== false;
  const { value, persistentIds } = next();
  const keys = next().value;
  const types = new Map(persistentIds.map((id) => [storageOf(id)?.key, storageOf(id)?.storageClass ?? null]));
  const storages = new Map<string, Uint8Array>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (const key of Array.isArray(keys) ? keys : []) {
    const type = storageType(types.get(String(key)) ?? null, littleEndian);
    const left = bytes.length - at - COUNT_BYTES;
    const count = left < 0 ? Infinity : Number(view.getBigUint64(at, littleEndian));
    if (typeof key !== 'string' || type === null || storages.has(key)) {
      const found = 'a key of none or of another type';
      throw networkFileError(name, 'storages of its tensors', found, `the file is damaged: ${STATE_DICT}`);
    }
    const length = count * type.elementBytes;
    if (length > left) {
      const where = `${name}: storage ${quoteValue(key)}`;
      const found = `${Math.max(0, left)}: the file is cut off or damaged`;
      throw networkFileError(where, `${length} bytes`, found, 'get it again');
    }
    storages.set(key, bytes.subarray(at + COUNT_BYTES, at + COUNT_BYTES + length));
    at += COUNT_BYTES + length;
  }
  if (at !== bytes.length) {
    const found = `${bytes.length - at} bytes more`;
    throw networkFileError(name, 'an end after the last storage', found, 'get the file again');
  }
  return {
    value,
    storages: { isLittleEndian: littleEndian, bytes: (key) => storages.get(key), byteCount: bytes.length },
  };
}

/** Each storage begins with how many numbers it has. */
const COUNT_BYTES = 8;
