import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Evaluation } from '../../counting/evaluation.js';
import { checkLabelled, type ScoredRecords } from '../../counting/scored-records.js';
import { DigitflowError } from '../../errors.js';
import { npyHeader } from '../../formats/numpy/npy-start.js';
import type { Verdicts } from '../../judging/baseline.js';
import { Claims } from '../claims.js';
import {
  asidePath,
  KeptFile,
  newAside,
  plainTarget,
  syncFolder,
  syncIfAllowed,
  writing,
} from '../kept-file.js';
import { checkFiles, keptFiles } from '../same-file.js';
import { BYTES_EACH, digestOf } from './verdict-reader.js';

const BUFFER_BYTES = 64 * 1024;

/** Where verdicts were kept, and the digest of that file, 64 hex digits. */
export type KeptVerdicts = NonNullable<Evaluation['verdicts']>;

/**
 * Keeps label and prediction of every image in a file: a NumPy array `(images, 2)` of uint8, in C order. It is written aside, in
 * memory that does not grow, and takes its place when it is whole.
 */
export class VerdictWriter {
  readonly #path: string;
  readonly #aside: string;
  readonly #claims: Claims;
  readonly #fd: number;
  readonly #buffer = new Uint8Array(BUFFER_BYTES);
  #buffered = 0;
  #images = 0;
  #isOver = false;

  /**
   * Makes sure that it can be written, and by no one else; what is there stays.
   *
   * @param inputs paths that are read, and so must not be written
   * @throws DigitflowError OUTPUT_WRITE, OUTPUT_BUSY; USAGE for a pipe or a device, and for an input
   */
  constructor(path: string, inputs: readonly string[] = []) {
    this.#path = path;
    this.checkApart(inputs);
    new KeptFile(path);
    if (plainTarget(path) === null) {
      const expected = `${path}: expected a file for verdicts, since its beginning is written last`;
      throw new DigitflowError('USAGE', `${expected}, found a pipe or a device; give another path`);
    }
    this.#aside = asidePath(path);
    this.#claims = new Claims([path]);
    let fd: number | undefined;
    try {
      const aside = newAside(path);
      fd = writing(path, () => openSync(aside, 'wx+'));
      // How many there are is known at the end: until then it is the header of none, which is as long.
      const opened = fd;
      writing(path, () => writeAll(opened, headerOf(0), null));
      this.#fd = fd;
    } catch (error) {
      if (fd !== undefined) {
        closeSync(fd);
        rmSync(this.#aside, { force: true });
      }
      this.#claims.release();
      throw error;
    }
  }

  /** Throws USAGE where it is one of these files, which are read. */
  checkApart(inputs: readonly string[]): void {
    checkFiles(inputs, keptFiles('--verdicts', this.#path));
  }

  /**
   * Adds records, in their order.
   *
   * @throws DigitflowError OUTPUT_WRITE; LABELS_MISSING
   */
  add(records: Pick<ScoredRecords, 'first' | 'count' | 'labels' | 'predictions'>): void {
    const { count, labels, predictions } = records;
    if (count === 0) return;
    checkLabelled(records as ScoredRecords);
    for (let i = 0; i < count; i++) {
      if (this.#buffered === BUFFER_BYTES) this.#flush();
      this.#buffer[this.#buffered++] = labels?.[i] ?? 0;
      this.#buffer[this.#buffered++] = predictions[i];
    }
    this.#images += count;
  }

  /** Gives it its name. Throws OUTPUT_WRITE; OUTPUT_BUSY where another run has taken it over. */
  end(): KeptVerdicts {
    this.#claims.check();
    this.#flush();
    const target = plainTarget(this.#path) ?? this.#path;
    const sha256 = writing(this.#path, () => {
      writeAll(this.#fd, headerOf(this.#images), 0);
      syncIfAllowed(this.#fd);
      return digestOf(this.#fd);
    });
    this.#claims.check();
    writing(this.#path, () => renameSync(this.#aside, target));
    syncFolder(dirname(target));
    this.#close();
    return { path: this.#path, sha256 };
  }

  /** Leaves nothing behind where it did not end; may be called then, too. */
  discard(): void {
    if (this.#isOver) return;
    if (this.#claims.areHeld) rmSync(this.#aside, { force: true });
    this.#close();
  }

  #close(): void {
    this.#isOver = true;
    closeSync(this.#fd);
    this.#claims.release();
  }

  #flush(): void {
    writing(this.#path, () => writeAll(this.#fd, this.#buffer.subarray(0, this.#buffered), null));
    this.#buffered = 0;
  }
}

function headerOf(images: number): Uint8Array {
  return npyHeader('|u1', [images, BYTES_EACH]);
}

/** A full disk may take a part only. */
function writeAll(fd: number, bytes: Uint8Array, position: number | null): void {
  for (let done = 0; done < bytes.length; ) {
    const at = position === null ? null : position + done;
    done += writeSync(fd, bytes, done, bytes.length - done, at);
  }
}

/**
 * Writes verdicts as `evaluate` keeps them: a NumPy array `(images, 2)` of uint8, label and prediction of each.
 *
 * @throws DigitflowError OUTPUT_WRITE, OUTPUT_BUSY; USAGE for a pipe, and for not as many labels as predictions
 */
export function writeVerdicts(path: string, { labels, predictions }: Verdicts): KeptVerdicts {
  const count = labels.length;
  if (count !== predictions.length) {
    const message = `${path}: expected a label for each of ${predictions.length} predictions, found ${count}`;
    throw new DigitflowError('USAGE', `${message}; give as many`);
  }
  const writer = new VerdictWriter(path);
  try {
    writer.add({ first: 0, count, labels, predictions });
    return writer.end();
  } finally {
    writer.discard();
  }
}
