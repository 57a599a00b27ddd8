import { DigitflowError, quoteValue } from '../../errors.js';

/** The advice for a file whose bytes contradict themselves. */
export const EXPORT_AGAIN = 'the file is damaged or no safetensors file: export or download it again';

/** A NETWORK_FILE error of one line: where, what was expected, what was found, what to do. */
export function networkFileError(where: string, expected: string, found: string, advice: string) {
  return new DigitflowError('NETWORK_FILE', `${where}: expected ${expected}, found ${found}; ${advice}`);
}

// A whole string, with the colon after it where it is a key; or the border of an object.
const STRINGS_AND_BRACES = /"([^"\\]*(?:\\.[^"\\]*)*)"\s*(:?)|[{}]/g;

/** The first key that an object of a valid JSON text holds twice, or undefined. `JSON.parse` silently keeps the last one. */
function duplicateKey(json: string): string | undefined {
  const objects: Set<string>[] = [];
  for (const [token, text, colon] of json.matchAll(STRINGS_AND_BRACES)) {
    if (token === '{') objects.push(new Set());
    else if (token === '}') objects.pop();
    else if (colon === ':') {
      const key = JSON.parse(`"${text}"`) as string;
      const keys = objects.at(-1);
      if (keys?.has(key)) return key;
      keys?.add(key);
    }
  }
  return undefined;
}

/** The file begins with the header's length, u64 little-endian. */
export const LENGTH_BYTES = 8;
/** The only key of the header that names no tensor. */
export const METADATA_KEY = '__metadata__';
/** The longest header the reference implementation reads (safetensors/src/tensor.rs, MAX_HEADER_SIZE). */
const MAX_HEADER_BYTES = 100_000_000;

/** A parsed header; the descriptions of the tensors are not checked yet. */
interface SafetensorsHeader {
  /** Name and description of each tensor, in the header's order. */
  readonly entries: readonly [string, unknown][];
  readonly metadata: ReadonlyMap<string, string>;
  /** Byte offset in the file at which the tensors' data begins. */
  readonly dataStart: number;
}

/**
 * Finds and parses the header of a safetensors file: its length, then that many bytes of one JSON object.
 *
 * @throws DigitflowError NETWORK_FILE when it is too short, too long, not JSON, no object, or names a key twice.
 */
export function parseSafetensorsHeader(bytes: Uint8Array, fileName: string): SafetensorsHeader {
  const where = `${fileName}: header`;
  const dataStart = LENGTH_BYTES + headerLength(bytes, fileName);
  const text = decodeUtf8(bytes.subarray(LENGTH_BYTES, dataStart), where);
  const header = parseObject(text, where);

  const twin = duplicateKey(text);
  if (twin !== undefined) {
    throw networkFileError(where, 'each key once', `${quoteValue(twin)} twice`, EXPORT_AGAIN);
  }
  const entries = Object.entries(header);
  return {
    entries: entries.filter(([key]) => key !== METADATA_KEY),
    metadata: checkMetadata(header[METADATA_KEY] ?? {}, fileName),
    dataStart,
  };
}

function headerLength(bytes: Uint8Array, fileName: string): number {
  if (bytes.length < LENGTH_BYTES) {
    const expected = `a safetensors file of at least ${LENGTH_BYTES} bytes`;
    throw networkFileError(fileName, expected, `${bytes.length}`, EXPORT_AGAIN);
  }
  const announced = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  const most = Math.min(bytes.length - LENGTH_BYTES, MAX_HEADER_BYTES);
  if (announced > BigInt(most)) {
    const found = `a length of ${announced}`;
    throw networkFileError(`${fileName}: header`, `at most ${most} bytes`, found, EXPORT_AGAIN);
  }
  return Number(announced);
}

function decodeUtf8(bytes: Uint8Array, where: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw networkFileError(where, 'UTF-8 text', 'other bytes', EXPORT_AGAIN);
  }
}

function parseObject(text: string, where: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw networkFileError(where, 'a JSON object', quoteValue(text), EXPORT_AGAIN);
  }
  if (!isObject(value)) throw networkFileError(where, 'a JSON object', quoteValue(value), EXPORT_AGAIN);
  return value;
}

function checkMetadata(value: unknown, fileName: string): Map<string, string> {
  const where = `${fileName}: ${METADATA_KEY}`;
  if (!isObject(value))
    throw networkFileError(where, 'an object of strings', quoteValue(value), EXPORT_AGAIN);
  const metadata = new Map<string, string>();
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== 'string') {
      const advice = 'export it again with str(…) around it';
      throw networkFileError(`${where} ${quoteValue(key)}`, 'a string', quoteValue(text), advice);
    }
    metadata.set(key, text);
  }
  return metadata;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
