import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { DigitflowError, inputError } from '../../errors.js';
import {
  NPY_START_BYTES,
  type NpyHeader,
  npyHeaderBytes,
  parseNpyHeader,
} from '../../formats/numpy/npy-header.js';
import type { Verdicts } from '../../judging/baseline.js';

/** A label and a prediction: u8 each. */
export const BYTES_EACH = 2;
const BUFFER_BYTES = 64 * 1024;

/** Verdicts that were kept, read in their order. */
export class VerdictReader {
  readonly path: string;
  /** How many it has. */
  readonly images: number;
  readonly #fd: number;
  #position: number;

  /** @throws DigitflowError INPUT_MISSING, INPUT_READ; VERDICTS_FILE for what holds no verdicts */
  constructor(path: string) {
    this.path = path;
    this.#fd = reading(path, () => openSync(path, 'r'));
    try {
      const header = reading(path, () => headerFrom(this.#fd, path));
      this.images = header.shape[0];
      this.#position = header.headerBytes;
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Of the whole file. */
  get sha256(): string {
    return reading(this.path, () => digestOf(this.#fd));
  }

  /** `(count, 2)` u8: the labels and predictions of the next images, fewer only at the end. Throws INPUT_READ. */
  next(count: number): Uint8Array {
    const bytes = readUpTo(this.#fd, count * BYTES_EACH, this.#position, this.path);
    this.#position += bytes.length;
    return bytes;
  }

  close(): void {
    closeSync(this.#fd);
  }
}

function headerFrom(fd: number, path: string): NpyHeader {
  const start = readUpTo(fd, NPY_START_BYTES, 0, path);
  const header = parseNpyHeader(readUpTo(fd, npyHeaderBytes(start, path), 0, path), path);
  const { element, shape, isFortran, headerBytes, dataBytes } = header;
  const refuse = (expected: string, found: string) => {
    const advice = 'give a file that digitflow evaluate --verdicts has written';
    return new DigitflowError('VERDICTS_FILE', `${path}: expected ${expected}, found ${found}; ${advice}`);
  };
  if (shape.length !== 2 || shape[1] !== BYTES_EACH || element.type !== 'u8' || isFortran) {
    const found = `(${shape.join(', ')}) of ${element.type}${isFortran ? ' in Fortran order' : ''}`;
    throw refuse('verdicts, an array (images, 2) of u8', found);
  }
  const { size } = fstatSync(fd);
  if (size !== headerBytes + dataBytes)
    throw refuse(`${headerBytes + dataBytes} bytes, as its header says`, String(size));
  return header;
}

function readUpTo(fd: number, byteCount: number, position: number, path: string): Uint8Array {
  const bytes = new Uint8Array(byteCount);
  return reading(path, () => {
    let filled = 0;
    while (filled < byteCount) {
      const count = readSync(fd, bytes, filled, byteCount - filled, position + filled);
      if (count === 0) break;
      filled += count;
    }
    return bytes.subarray(0, filled);
  });
}

function reading<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw inputError(error, path);
  }
}

/**
 * Reads all verdicts of a file.
 *
 * @throws DigitflowError INPUT_MISSING, INPUT_READ; VERDICTS_FILE and what reading a NumPy file throws for what holds no verdicts
 */
export function readVerdicts(path: string): Verdicts {
  const reader = new VerdictReader(path);
  try {
    const { images } = reader;
    const bytes = reader.next(images);
    const column = (at: number) => Uint8Array.from({ length: images }, (_, i) => bytes[BYTES_EACH * i + at]);
    return { labels: column(0), predictions: column(1) };
  } finally {
    reader.close();
  }
}

/** Of all of a file that is open, 64 hex digits. */
export function digestOf(fd: number): string {
  const hash = createHash('sha256');
  const buffer = new Uint8Array(BUFFER_BYTES);
  let position = 0;
  for (;;) {
    const count = readSync(fd, buffer, 0, buffer.length, position);
    if (count === 0) return hash.digest('hex');
    hash.update(buffer.subarray(0, count));
    position += count;
  }
}
