import { quoteValue } from '../../../errors.js';
import { type ElementType, elementBytes, numberReader } from '../../../formats/stored-arrays.js';
import { networkFileError } from '../found-network.js';
import { bytesOf, dictOf, nameOf, PickleRecord, type PickleValue, sizesOf } from '../pickle/pickle-values.js';
import { countOf, gatherNumbers, stridesOf } from '../strided-numbers.js';

type Path = readonly (string | number)[];
/** Told how many values or bytes are looked at. */
type Spend = (count: number) => void;

/** An array, and the way to it from what was pickled: keys, and places in lists. */
export interface FoundArray {
  readonly path: Path;
  readonly shape: readonly number[];
  readonly values: Float64Array;
}

/** What was found: arrays of floats, and the names of arrays that hold none, which are no weights. */
export interface FoundArrays {
  readonly arrays: FoundArray[];
  readonly others: string[];
}

/** Deeper than anybody nests weights; and a value may hold itself. */
const MOST_DEPTH = 32;
/** How often all of a pickle may be looked at: one that names a small value over and over could cost any time and memory. */
const MOST_LOOKS = 8;

const MODULE = String.raw`^numpy\._?core\.`;
const RECONSTRUCT = new RegExp(String.raw`${MODULE}multiarray\._reconstruct$`);
const FROM_BUFFER = new RegExp(String.raw`${MODULE}numeric\._frombuffer$`);
const SCALAR = new RegExp(String.raw`${MODULE}multiarray\.scalar$`);

/**
 * Finds all arrays that a pickle holds, in their order: in lists, dictionaries, and objects of any class.
 *
 * @param byteCount how long the pickle is.
 */
export function findArrays(root: PickleValue, byteCount: number, name: string): FoundArrays {
  const found: FoundArrays = { arrays: [], others: [] };
  const known = new Map<PickleValue, ReturnType<typeof asArray>>();
  let left = MOST_LOOKS * byteCount;
  const spend: Spend = (count) => {
    left -= count;
    if (left < 0) throw tooMuch('each array once', 'one value many times');
  };
  const tooMuch = (expected: string, what: string) =>
    networkFileError(name, expected, what, 'save its weights with numpy.savez');
  const visit = (value: PickleValue, path: Path): void => {
    spend(1);
    if (path.length > MOST_DEPTH) throw tooMuch(`arrays at most ${MOST_DEPTH} deep in lists`, 'deeper ones');
    let array = known.get(value);
    if (array === undefined) {
      array = asArray(value, `${name}: ${labelOf(path)}`, spend);
      if (value instanceof PickleRecord) known.set(value, array);
    }
    if (array === 'no floats') found.others.push(labelOf(path));
    else if (array !== null && 'map' in array) visitAll(array, path);
    else if (array !== null) found.arrays.push({ path, ...array });
    else if (Array.isArray(value)) visitAll(value, path);
    else if (value instanceof Map) visitItems(value, path);
    else if (value instanceof PickleRecord) visitRecord(value, path);
  };
  const visitAll = (values: readonly PickleValue[], path: Path) => {
    for (const [i, value] of values.entries()) visit(value, [...path, i]);
  };
  const visitItems = (items: ReadonlyMap<PickleValue, PickleValue>, path: Path) => {
    const keys = [...items.keys()];
    const isNumbered = keys.every((key) => typeof key === 'bigint');
    if (isNumbered) keys.sort((a, b) => Number(a) - Number(b));
    for (const key of keys) visit(items.get(key) ?? null, [...path, isNumbered ? Number(key) : String(key)]);
  };
  const visitRecord = (record: PickleRecord, path: Path): void => {
    if (/^torch\.(?:storage\._load_from_bytes|_utils\._rebuild)/.test(nameOf(record))) {
      const advice = 'save it with torch.save(model.state_dict(), path)';
      throw networkFileError(name, 'NumPy arrays', `a PyTorch tensor (${labelOf(path)})`, advice);
    }
    visitItems(dictOf(record) ?? new Map(), path);
    for (const part of [record.args, record.list]) visitAll(part, path);
    // The attributes of an object, which have names of their own.
    visit(record.state, path);
  };
  visit(root, []);
  return found;
}

/** `weights.0` of what is at a place, for messages. */
export function labelOf(path: Path): string {
  return path.length === 0 ? 'the whole' : quoteValue(path.join('.')).slice(1, -1);
}

type Numbers = Pick<FoundArray, 'shape' | 'values'>;

/** An array of floats; the elements of an array of objects; null for anything else. */
function asArray(
  value: PickleValue,
  where: string,
  spend: Spend,
): Numbers | 'no floats' | readonly PickleValue[] | null {
  if (Array.isArray(value)) {
    spend(value.reduce<number>((sum, row) => sum + (Array.isArray(row) ? row.length : 1), 0));
    return numbersOfList(value);
  }
  if (!(value instanceof PickleRecord)) return null;
  const name = nameOf(value);
  if (RECONSTRUCT.test(name)) {
    const [, shape, type, isFortran, data] = Array.isArray(value.state) ? value.state : [];
    return decode(shape, type, isFortran === true || isFortran === 1n, data, where, spend);
  }
  if (FROM_BUFFER.test(name)) {
    const [data, type, shape, order] = value.args;
    return decode(shape, type, order === 'F', data, where, spend);
  }
  return null;
}

function decode(
  sizes: PickleValue | undefined,
  dtype: PickleValue | undefined,
  isFortran: boolean,
  data: PickleValue | undefined,
  where: string,
  spend: Spend,
): Numbers | 'no floats' | readonly PickleValue[] {
  const advice = 'save it again with numpy.savez';
  const shape = sizesOf(sizes);
  const type = typeOf(dtype);
  if (shape === null || type === null || data === undefined) {
    throw networkFileError(where, 'an array with its shape and type', 'another state', advice);
  }
  if (type.letter === 'O' && Array.isArray(data)) return data;
  if (type.letter !== 'f') return 'no floats';
  const bytes = bytesOf(data);
  const size = elementBytes(type.element);
  if (bytes === null || bytes.length !== countOf(shape) * size) {
    const expected = `${countOf(shape) * size} bytes for ${type.element} ${quoteValue(shape)}`;
    throw networkFileError(where, expected, bytes === null ? 'other data' : `${bytes.length}`, advice);
  }
  spend(bytes.length);
  const read = numberReader({ type: type.element, littleEndian: type.littleEndian });
  const strides = stridesOf(shape, isFortran);
  const values = gatherNumbers({ data: bytes, elementBytes: size, read, shape, strides, offset: 0 });
  if (values === null) throw networkFileError(where, 'an array of its size', 'another', advice);
  return { shape, values };
}

/** The letter of a dtype (f, i, O, …), and how floats are stored; null for what is none. */
function typeOf(dtype: PickleValue | undefined) {
  if (!(dtype instanceof PickleRecord) || nameOf(dtype) !== 'numpy.dtype') return null;
  const [, letter, size] = /^[<>|=]?([a-zA-Z])(\d*)$/.exec(String(dtype.args[0])) ?? [];
  const order = Array.isArray(dtype.state) ? dtype.state[1] : '<';
  if (letter === undefined || (letter === 'f' && !['2', '4', '8'].includes(size))) return null;
  return { letter, element: `f${8 * Number(size)}` as ElementType, littleEndian: order !== '>' };
}

/** Lists of floats, or of equally long lists of them, as an array. Whole numbers alone are sizes or labels. */
function numbersOfList(list: readonly PickleValue[]): Numbers | null {
  const numbers = list.map(numberOf);
  if (numbers.length > 0 && !numbers.includes(null)) {
    if (list.every((value) => typeof value === 'bigint')) return null;
    return { shape: [list.length], values: Float64Array.from(numbers as number[]) };
  }
  const rows = list.map((row) => (Array.isArray(row) ? row.map(numberOf) : [null]));
  const [{ length } = []] = rows;
  const isTable = length > 0 && rows.every((row) => row.length === length && !row.includes(null));
  if (!isTable || list.flat().every((value) => typeof value === 'bigint')) return null;
  return { shape: [list.length, length], values: Float64Array.from(rows.flat() as number[]) };
}

/** A number of Python, or one of NumPy's. */
function numberOf(value: PickleValue): number | null {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (!(value instanceof PickleRecord) || !SCALAR.test(nameOf(value))) return null;
  const [type, data] = [typeOf(value.args[0]), bytesOf(value.args[1] ?? null)];
  if (type?.letter !== 'f' || data?.length !== elementBytes(type.element)) return null;
  const { element, littleEndian } = type;
  return numberReader({ type: element, littleEndian })(
    new DataView(data.buffer, data.byteOffset, data.length),
    0,
  );
}

/** The names in an array of texts or of whole numbers, such as the classes of scikit-learn; null for anything else. */
export function namesInArray(value: PickleValue): string[] | null {
  if (!(value instanceof PickleRecord) || !RECONSTRUCT.test(nameOf(value))) return null;
  const [, , type, , data = null] = Array.isArray(value.state) ? value.state : [];
  if (Array.isArray(data)) return data.every((name) => typeof name === 'string') ? data : null;
  const [, element] = /^([iu][1248])$/.exec(type instanceof PickleRecord ? String(type.args[0]) : '') ?? [];
  const [bytes, size] = [bytesOf(data), Number(element?.[1])];
  if (element === undefined || bytes === null || bytes.length % size !== 0) return null;
  const littleEndian = !(type instanceof PickleRecord && Array.isArray(type.state) && type.state[1] === '>');
  const read = numberReader({ type: `${element[0]}${8 * size}` as ElementType, littleEndian });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: bytes.length / size }, (_, i) => String(read(view, i * size)));
}
