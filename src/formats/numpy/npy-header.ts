import { DigitflowError } from '../../errors.js';
import { hexOf } from '../content/content.js';
import { isNpy, NPY_MAGIC } from '../recognize.js';
import { type ArrayHeader, dataBytesOf, type ElementFormat, type ElementType } from '../stored-arrays.js';

/** What an NPY file says of itself before its data. */
export interface NpyHeader extends ArrayHeader {
  /** Whether the first index varies fastest. False where both orders are the same, as in one dimension. */
  readonly isFortran: boolean;
}

/** Enough bytes of a file to tell how long its header is. */
export const NPY_START_BYTES = 12;

const LENGTH_OFFSET = 8;

/** NumPy itself reads no longer header unless told to (10,000 characters). */
const MAX_HEADER_BYTES = 65_536;

/** Numbers, by the letter and the bytes of a dtype. */
const NUMBER_TYPE = /^(?:b1|[ui][1248]|f[248])$/;

/** Texts, by their letter and length: code points, or bytes. */
const TEXT_TYPE = /^[US][1-9]\d*$/;

/** No name of a class is longer. */
const MOST_CHARACTERS = 1024;

/** What to say of types that are no plain numbers, by their letter. */
const REFUSED_TYPES: Readonly<Record<string, string>> = {
  O: 'an object array: a pickle, which is never loaded',
  S: 'strings',
  U: 'strings',
  V: 'a structured array',
  M: 'dates',
  m: 'spans of time',
  c: 'complex numbers',
};

/** The length of an NPY header by its first 12 bytes, fewer only where the file ends. Throws NPY_HEADER, NPY_TRUNCATED. */
export function npyHeaderBytes(start: Uint8Array, name: string): number {
  if (!isNpy(start)) {
    const found = start.length === 0 ? 'no bytes at all' : `0x${hexOf(start.subarray(0, NPY_MAGIC.length))}`;
    throw broken(name, `expected a NumPy file, 0x${hexOf(NPY_MAGIC)} at its start, found ${found}`);
  }
  if (start.length < NPY_START_BYTES)
    throw truncated(name, `a header of ${NPY_START_BYTES} bytes or more`, start.length);
  const [major, minor] = start.subarray(NPY_MAGIC.length);
  if (major < 1 || major > 3 || minor !== 0) {
    throw broken(name, `expected version 1.0, 2.0 or 3.0 of NumPy's format, found ${major}.${minor}`);
  }
  const view = new DataView(start.buffer, start.byteOffset, NPY_START_BYTES);
  const isShort = lengthBytes(start) === 2;
  const textBytes = isShort ? view.getUint16(LENGTH_OFFSET, true) : view.getUint32(LENGTH_OFFSET, true);
  if (textBytes > MAX_HEADER_BYTES) {
    throw broken(name, `expected a header of at most ${MAX_HEADER_BYTES} bytes, found ${textBytes}`);
  }
  const headerBytes = LENGTH_OFFSET + lengthBytes(start) + textBytes;
  if (headerBytes < NPY_START_BYTES)
    throw broken(name, `expected a header that names type and shape, found one of ${textBytes} bytes`);
  return headerBytes;
}

/**
 * Reads the header of an NPY file that holds numbers, in any number of dimensions, from at least all of its bytes.
 *
 * @throws DigitflowError what `npyHeaderBytes` throws; `NPY_TYPE` for objects, strings and the like; `NPY_SHAPE` for more
 *   than 2^53 - 1 bytes
 */
export function parseNpyHeader(bytes: Uint8Array, name: string): NpyHeader {
  return parseHeader(bytes, name, false);
}

/** Reads the header of labels: those may be texts, too, of up to 1024 characters. Otherwise as `parseNpyHeader`. */
export function parseNpyLabelHeader(bytes: Uint8Array, name: string): NpyHeader {
  return parseHeader(bytes, name, true);
}

function parseHeader(bytes: Uint8Array, name: string, takesTexts: boolean): NpyHeader {
  const headerBytes = npyHeaderBytes(bytes, name);
  if (bytes.length < headerBytes) throw truncated(name, `a header of ${headerBytes} bytes`, bytes.length);
  const textOffset = LENGTH_OFFSET + lengthBytes(bytes);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + textOffset, headerBytes - textOffset);
  const { descr, fortran_order, shape: tuple } = parseDictionary(text.toString('latin1'), name, takesTexts);
  const { characters, ...element } = parseType(descr, name, takesTexts);
  const shape = Array.from(tuple.matchAll(/\d+/g), Number);
  const isFortran = fortran_order === 'True' && shape.filter((size) => size > 1).length > 1;
  const dataBytes = dataBytesOf({ element, shape, characters, headerBytes }, () => {
    const found = `found the shape ${shape.join(' x ')}; the header is damaged`;
    return new DigitflowError('NPY_SHAPE', `${name}: expected at most 2^53 - 1 bytes, ${found}`);
  });
  const texts = characters === undefined ? {} : { characters };
  return { element, shape, ...texts, isFortran, headerBytes, dataBytes };
}

/** The three entries of the dictionary, and how each value is written; `descr` of a structure is a list or a tuple. */
const VALUES = {
  descr: /'[^'\\]*'|"[^"\\]*"|[[(]/y,
  fortran_order: /True|False/y,
  // Python 2 wrote `(60000L, 28L, 28L)`.
  shape: /\(\s*(?:\d+L?\s*,\s*)+(?:\d+L?\s*)?\)|\(\s*\)/y,
};
type Key = keyof typeof VALUES;

/** Reads the literal that NumPy writes: these three keys in any order, a comma after the last or none. */
function parseDictionary(text: string, name: string, takesTexts: boolean): Record<Key, string> {
  let at = 0;
  const take = (pattern: RegExp) => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    at += found?.length ?? 0;
    return found;
  };
  const need = (pattern: RegExp, expected: string): string => {
    const found = take(pattern);
    if (found !== undefined) return found;
    const rest = quote(text.slice(at, at + 24));
    throw broken(name, `expected ${expected} at character ${at} of its header, found ${rest}`);
  };

  const values: Partial<Record<Key, string>> = {};
  need(/\s*\{/y, 'a dictionary');
  while (Object.keys(values).length < 3) {
    const quoted = need(/\s*(['"])(descr|fortran_order|shape)\1\s*:\s*/y, 'descr, fortran_order or shape');
    const key = (/\w+/.exec(quoted)?.[0] ?? '') as Key;
    if (values[key] !== undefined) throw broken(name, `expected ${key} once in its header, found it twice`);
    values[key] = need(VALUES[key], `a value of ${key}`);
    // What follows the start of a list is not read: its type is refused.
    if (key === 'descr') parseType(values[key], name, takesTexts);
    if (take(/\s*,/y) === undefined) break;
  }
  need(/\s*\}\s*$/y, 'the end, after all of descr, fortran_order and shape,');
  const { descr, fortran_order, shape } = values;
  if (descr === undefined || fortran_order === undefined || shape === undefined) {
    throw broken(name, `expected descr, fortran_order and shape in its header, found ${Object.keys(values)}`);
  }
  return { descr, fortran_order, shape };
}

/** The type of a quoted `descr`: byte order, letter, bytes; of texts that of a character, and how many there are. */
function parseType(
  descr: string,
  name: string,
  takesTexts: boolean,
): Pick<ArrayHeader, 'characters'> & ElementFormat {
  const [, order, letter, size] = /^.([<>|])([a-zA-Z])(.*).$/.exec(descr) ?? ['', '', '', ''];
  if (NUMBER_TYPE.test(letter + size) && (order !== '|' || size === '1')) {
    // NumPy counts bytes, the names of types bits.
    const type = letter === 'b' ? 'bool' : (`${letter}${8 * Number(size)}` as ElementType);
    return { type, littleEndian: order !== '>' };
  }
  const isText = TEXT_TYPE.test(letter + size) && Number(size) <= MOST_CHARACTERS;
  if (takesTexts && isText && (letter === 'S' || order !== '|')) {
    const type = letter === 'S' ? 'u8' : 'u32';
    return { type, littleEndian: order !== '>', characters: Number(size) };
  }
  const isQuoted = /^['"]/.test(descr);
  const refused = isQuoted ? REFUSED_TYPES[letter] : REFUSED_TYPES.V;
  const found = isQuoted ? `${refused ?? 'another type'} (${quote(descr.slice(1, -1))})` : refused;
  const [expected, orNames] = takesTexts
    ? [`numbers, or of texts of 1 to ${MOST_CHARACTERS} characters`, ', or of names with array.astype(str)']
    : ['numbers', ''];
  const message = `${name}: expected an array of ${expected}, found ${found}; save it with array.astype('uint8')${orNames}`;
  throw new DigitflowError('NPY_TYPE', message);
}

/** Bytes of a file in an error, which is one line. */
function quote(text: string): string {
  return `'${text.replace(/[^ -~]/g, '?')}'`;
}

/** How many bytes tell the header's length: version 1 has two, the later ones four. */
function lengthBytes(start: Uint8Array): 2 | 4 {
  return start[NPY_MAGIC.length] === 1 ? 2 : 4;
}

function broken(name: string, message: string): DigitflowError {
  return new DigitflowError('NPY_HEADER', `${name}: ${message}; save the array again with numpy.save`);
}

function truncated(name: string, expected: string, found: number): DigitflowError {
  const message = `${name}: cut off: expected ${expected}, found ${found} bytes; get the file again`;
  return new DigitflowError('NPY_TRUNCATED', message);
}
