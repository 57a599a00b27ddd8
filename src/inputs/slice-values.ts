import { DigitflowError } from '../errors.js';
import { decodeText } from '../formats/csv/text-encoding.js';
import { idxHeaderBytes, parseIdxHeader, QMNIST_COLUMNS } from '../formats/idx.js';
import { storedTexts } from '../formats/label-reader.js';
import { labelFormat } from '../formats/labels.js';
import { parseNpyLabelHeader } from '../formats/numpy/npy-header.js';
import { readNumber } from '../formats/read-number.js';
import { isNpy } from '../formats/recognize.js';
import {
  type ArrayHeader,
  describeArray,
  elementBytes,
  isFloat,
  numberReader,
} from '../formats/stored-arrays.js';
import { readStart } from './bytes/byte-source.js';
import { type ByteInput, nameOf, openBytes } from './bytes/open-bytes.js';

/** One value a record, as a file has them. */
export interface RecordValues {
  readonly name: string;
  /** `(records)`: the index of each record's value. */
  readonly codes: Uint16Array;
  readonly values: readonly string[];
  /** Whether its first may be the name of the column: null where that shows by how many there are alone. */
  readonly isFirstName: boolean | null;
}

/** What the columns of QMNIST's labels are. */
const QMNIST_NAMES = [
  ...(['class', 'series', 'writer', 'index', 'nist-class', 'global-index', 'duplicate'] as const),
] as const;

/** A file is read whole, its values take two bytes each. */
const MOST_BYTES = 2 ** 28;

/** The column of QMNIST's labels that a name means; null where it means none. */
export function qmnistColumn(name: string): number | null {
  const column = (QMNIST_NAMES as readonly string[]).indexOf(name);
  return column < 0 ? null : column;
}

/**
 * Reads a file of one value a record: lines of text, or whole numbers or texts as IDX or NumPy arrays, packed or not.
 *
 * @param mostValues more different ones are refused by `tooMany`
 * @throws DigitflowError SLICE_VALUES for what holds no such values; what opening it and reading its header throws
 */
export async function readRecordValues(
  input: ByteInput,
  mostValues: number,
  tooMany: (records: number) => DigitflowError,
): Promise<RecordValues> {
  const name = nameOf(input);
  const bytes = await readAll(input, name);
  const code = coder(mostValues, tooMany);
  const isIdx = bytes.length >= 4 && bytes[0] === 0 && bytes[1] === 0;
  if (!isIdx && !isNpy(bytes)) return { name, ...textValues(bytes, name, code) };
  const header = isIdx ? parseIdxHeader(bytes, name) : parseNpyLabelHeader(bytes, name);
  const { shape } = header;
  if (shape.length < 1 || shape.slice(1).some((size) => size !== 1)) {
    const isQmnist = header.element.type === 'i32' && shape[1] === QMNIST_COLUMNS;
    const advice = isQmnist
      ? `slice by the name of one of QMNIST's columns, such as writer, with these as labels`
      : 'give a file of one column';
    throw refused(name, 'one value a record', describeArray(header), advice);
  }
  return { name, ...arrayValues(bytes, header, 0, name, code), isFirstName: false };
}

/** A column of QMNIST's labels; null where these are none. Throws what `readRecordValues` throws. */
export async function readQmnistColumn(
  labels: ByteInput,
  column: number,
  mostValues: number,
  tooMany: (records: number) => DigitflowError,
): Promise<RecordValues | null> {
  const name = nameOf(labels);
  const bytes = await readAll(labels, name);
  if (bytes.length < 4 || bytes[0] !== 0 || bytes[1] !== 0 || bytes.length < idxHeaderBytes(bytes, name))
    return null;
  const header = parseIdxHeader(bytes, name);
  const { element, shape } = header;
  if (element.type !== 'i32' || shape.length !== 2 || shape[1] !== QMNIST_COLUMNS) return null;
  return {
    name,
    ...arrayValues(bytes, header, column, name, coder(mostValues, tooMany)),
    isFirstName: false,
  };
}

async function readAll(input: ByteInput, name: string): Promise<Buffer> {
  const { bytes, isWhole } = await readStart(await openBytes(input, name), MOST_BYTES);
  if (isWhole) return bytes;
  throw refused(name, `values of at most ${MOST_BYTES / 2 ** 20} MiB`, 'more', 'give fewer');
}

/** Gives each different value a number, in the order in which they come. */
function coder(mostValues: number, tooMany: (records: number) => DigitflowError) {
  const codes = new Map<string | number, number>();
  return {
    of: (value: string | number, record: number): number => {
      let code = codes.get(value);
      if (code === undefined) {
        // One more: it may be the name of the column.
        if (codes.size > mostValues) throw tooMany(record);
        code = codes.size;
        codes.set(value, code);
      }
      return code;
    },
    get values(): string[] {
      return Array.from(codes.keys(), String);
    },
  };
}

type Coder = ReturnType<typeof coder>;

function arrayValues(bytes: Uint8Array, header: ArrayHeader, column: number, name: string, code: Coder) {
  const { element, shape, characters, headerBytes, dataBytes } = header;
  const found = bytes.length - headerBytes;
  if (found !== dataBytes) {
    throw refused(
      name,
      `${dataBytes} bytes of data (${describeArray(header)})`,
      `${found}`,
      'get the file again',
    );
  }
  if (characters === undefined && isFloat(element.type)) {
    throw refused(
      name,
      'whole numbers, or texts',
      describeArray(header),
      'group them by ranges, and number these',
    );
  }
  const data = bytes.subarray(headerBytes);
  const [count] = shape;
  const codes = new Uint16Array(count);
  if (characters !== undefined) {
    const texts = storedTexts(data, labelFormat(element, characters, 'text'), name, 0);
    for (let i = 0; i < count; i++) codes[i] = code.of(texts[i], i);
  } else {
    const size = elementBytes(element.type);
    const stride = dataBytes / Math.max(1, count);
    const numberAt = numberReader(element);
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    for (let i = 0; i < count; i++) codes[i] = code.of(numberAt(view, i * stride + column * size), i);
  }
  return { codes, values: code.values };
}

/** Lines; an empty one is a value, too, but for the last. */
function textValues(bytes: Uint8Array, name: string, code: Coder): Omit<RecordValues, 'name'> {
  const text = (decodeText(bytes) ?? Buffer.from(bytes).toString('latin1')).replace(/^\ufeff/, '');
  const lines = text.split(/\r*\n|\r/);
  if (lines[lines.length - 1] === '') lines.pop();
  const parts = (line: string) => line.split(/[,;\t]/).length;
  const columns = lines.length > 0 ? parts(lines[0]) : 1;
  // Commas may belong to the values: where all lines have as many, they part columns.
  if (columns > 1 && lines.every((line) => !line.includes('"') && parts(line) === columns)) {
    throw refused(name, 'one value a line', `${columns} columns`, 'give a file of one of them');
  }
  const values = lines.map((line) => /^"((?:[^"]|"")*)"$/.exec(line)?.[1].replaceAll('""', '"') ?? line);
  const isNumber = (value: string) => readNumber(value) !== undefined;
  const [first, ...others] = values;
  // A number is no name, and no name is a value of its column as well.
  const mayBeName = others.length > 0 && !isNumber(first) && !others.includes(first);
  const isFirstName = mayBeName && (others.every(isNumber) || null);
  return {
    codes: Uint16Array.from(values, (value, i) => code.of(value, i)),
    values: code.values,
    isFirstName,
  };
}

function refused(name: string, expected: string, found: string, advice: string): DigitflowError {
  return new DigitflowError('SLICE_VALUES', `${name}: expected ${expected}, found ${found}; ${advice}`);
}
