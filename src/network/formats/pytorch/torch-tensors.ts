import { quoteValue, safeText } from '../../../errors.js';
import { elementBytes, numberReader } from '../../../formats/stored-arrays.js';
import { type NamedTensor, networkFileError } from '../found-network.js';
import {
  nameOf,
  PERSISTENT,
  PickleGlobal,
  PickleRecord,
  type PickleValue,
  sizesOf,
} from '../pickle/pickle-values.js';
import { countOf, gatherNumbers, type StridedNumbers } from '../strided-numbers.js';

/** The numbers that a file of PyTorch holds, by the keys that its pickle calls them by. */
export interface TorchStorages {
  readonly isLittleEndian: boolean;
  /** The bytes of a storage; undefined where there is none of that key. */
  bytes(key: string): Uint8Array | undefined;
  /** All tensors together have no more numbers: a view is no larger than what it is of. */
  readonly byteCount: number;
}

/** How a storage holds its numbers. */
export interface StorageType extends Pick<StridedNumbers, 'elementBytes' | 'read'> {
  /** Whole numbers and booleans are counters: no weights. */
  readonly isFloat: boolean;
}

const AGAIN = 'save model.state_dict() again with torch.save';

const SUFFIX = 'Storage';
const FLOATS = { Double: 'f64', Float: 'f32', Half: 'f16' } as const;
const WHOLE = { Long: 8, Int: 4, Short: 2, Char: 1, Byte: 1, Bool: 1 } as const;

/** The type that a storage's class stands for: `torch.FloatStorage`, also on a graphics card. */
export function storageType(storageClass: PickleValue, isLittleEndian: boolean): StorageType | null {
  const [, type] = new RegExp(`^torch\\.(?:cuda\\.)?(\\w+)${SUFFIX}$`).exec(nameOf(storageClass)) ?? [];
  // The upper half of a float32.
  if (type === 'BFloat16') {
    const bits = new DataView(new ArrayBuffer(4));
    const read = (view: DataView, at: number) => {
      bits.setUint16(0, view.getUint16(at, isLittleEndian));
      return bits.getFloat32(0);
    };
    return { elementBytes: 2, read, isFloat: true };
  }
  if (type in FLOATS) {
    const element = FLOATS[type as keyof typeof FLOATS];
    const read = numberReader({ type: element, littleEndian: isLittleEndian });
    return { elementBytes: elementBytes(element), read, isFloat: true };
  }
  if (type in WHOLE)
    return { elementBytes: WHOLE[type as keyof typeof WHOLE], read: () => 0, isFloat: false };
  return null;
}

/** A storage as a persistent id tells of it; null where the id is of something else. */
export function storageOf(id: PickleValue | undefined) {
  if (!Array.isArray(id) || id[0] !== 'storage') return null;
  const [, storageClass, key, , count, view = null] = id;
  if (typeof key !== 'string' || typeof count !== 'bigint') return null;
  return { storageClass, key, count: Number(count), isView: view !== null };
}

const REBUILD = /^torch\._utils\._rebuild_tensor(?:_v2)?$/;
const PARAMETER = /^torch\._utils\._rebuild_parameter(?:_with_state)?$/;
const SUBCLASS = 'torch._tensor._rebuild_from_type_v2';

/** Whether a value is a tensor, of a kind that is read or not. */
export function isTensor(value: PickleValue): value is PickleRecord {
  return value instanceof PickleRecord && /^torch\._(?:utils|tensor)\._rebuild_/.test(nameOf(value));
}

/** Reads the tensors of a file: numbers by class, size and strides, which are checked against what is there. */
export class TensorReader {
  readonly #storages: TorchStorages;
  readonly #name: string;
  readonly #known = new Map<PickleValue, Omit<NamedTensor, 'name'> | null>();
  #left: number;

  constructor(storages: TorchStorages, name: string) {
    this.#storages = storages;
    this.#name = name;
    this.#left = storages.byteCount;
  }

  /** A tensor by its name; null for a counter. Throws NETWORK_FILE. */
  read(record: PickleRecord, name: string): NamedTensor | null {
    let found = this.#known.get(record);
    if (found === undefined) {
      found = this.#decode(record, `${this.#name}: tensor ${quoteValue(name)}`);
      this.#known.set(record, found);
    }
    return found && { name, ...found };
  }

  #decode(record: PickleRecord, where: string): Omit<NamedTensor, 'name'> | null {
    let rebuilt: PickleValue = record;
    while (rebuilt instanceof PickleRecord && PARAMETER.test(nameOf(rebuilt))) [rebuilt] = rebuilt.args;
    if (rebuilt instanceof PickleRecord && nameOf(rebuilt) === SUBCLASS) {
      const [callee, , args] = rebuilt.args;
      if (callee instanceof PickleGlobal && Array.isArray(args)) rebuilt = new PickleRecord(callee, args);
    }
    const by = nameOf(rebuilt);
    if (!(rebuilt instanceof PickleRecord) || !REBUILD.test(by)) {
      const advice = `save it as plain floats: model.float().state_dict()`;
      throw networkFileError(
        where,
        'a dense tensor of floats',
        safeText(by.slice(0, 60)) || 'another value',
        advice,
      );
    }
    const [storage, offset, size, stride] = rebuilt.args;
    const isPersistent = storage instanceof PickleRecord && storage.callee === PERSISTENT;
    const held = isPersistent ? storageOf(storage.args[0]) : null;
    const shape = sizesOf(size);
    const strides = sizesOf(stride);
    const [start] = sizesOf([offset ?? null]) ?? [];
    if (
      !held ||
      held.isView ||
      !shape ||
      !strides ||
      start === undefined ||
      shape.length !== strides.length
    ) {
      throw networkFileError(where, 'a storage, an offset, sizes and strides', 'other values', AGAIN);
    }
    const type = storageType(held.storageClass, this.#storages.isLittleEndian);
    if (type === null) {
      const found = safeText(nameOf(held.storageClass).slice(0, 60)) || 'another value';
      throw networkFileError(
        where,
        'a storage of floats',
        found,
        'save it as floats: model.float().state_dict()',
      );
    }
    const data = this.#storages.bytes(held.key);
    if (data === undefined || data.length !== held.count * type.elementBytes) {
      const found = data === undefined ? 'none' : `${data.length}`;
      const expected = `${held.count * type.elementBytes} bytes of storage ${quoteValue(held.key)}`;
      throw networkFileError(where, expected, found, `the file is damaged: get it again, or ${AGAIN}`);
    }
    if (!type.isFloat) {
      if (countOf(shape) <= 1) return null;
      const found = `whole numbers (${quoteValue(shape)})`;
      throw networkFileError(where, 'floats', found, 'save the network before it was quantized');
    }
    // What is no larger than the file takes no more memory than it, however often it names the same storage.
    this.#left -= countOf(shape);
    const values = this.#left < 0 ? null : gatherNumbers({ ...type, data, shape, strides, offset: start });
    if (values !== null) return { shape, values };
    const found = `${quoteValue(shape)} by strides ${quoteValue(strides)} from ${start}`;
    throw networkFileError(where, `a view of ${held.count} numbers`, found, AGAIN);
  }
}
