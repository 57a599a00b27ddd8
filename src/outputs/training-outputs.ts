import { closeSync, openSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import { DigitflowError } from '../errors.js';
import type { EpochReport } from '../training/training-epochs.js';
import { KeptFile, writeError } from './kept-file.js';

/** Where a training writes to; nothing of it is needed. */
export interface TrainingPaths {
  /** The network file. */
  readonly out?: string | undefined;
  /** The whole state, after an epoch, at most once a second, and at the end. Default: `resume`. */
  readonly checkpoint?: string | undefined;
  /** NDJSON, a line an epoch. */
  readonly log?: string | undefined;
  /** The learning curve as SVG. */
  readonly curve?: string | undefined;
}

/** A checkpoint is some 200 KB a run, and syncing it may take as long as an epoch. */
const CHECKPOINT_EVERY_MS = 1000;

/** What a training writes, all of it found to be writable before the training. */
export class TrainingOutputs {
  readonly out: KeptFile | undefined;
  readonly curve: KeptFile | undefined;
  readonly #checkpoint: KeptFile | undefined;
  readonly #log: EpochLog | undefined;
  #nextCheckpointMs = 0;

  /**
   * @param inputs paths that are read, and so must not be written
   * @throws DigitflowError OUTPUT_WRITE; USAGE when one path is given for two things
   */
  constructor(paths: TrainingPaths, inputs: readonly string[]) {
    checkDistinct(paths, inputs);
    const opened = (path: string | undefined) => (path === undefined ? undefined : new KeptFile(path));
    this.out = opened(paths.out);
    this.curve = opened(paths.curve);
    this.#checkpoint = opened(paths.checkpoint);
    // Last, since it empties the file.
    this.#log = paths.log === undefined ? undefined : new EpochLog(paths.log);
  }

  /** Writes an epoch's line: runs and epochs from 1, as they are told everywhere. */
  log({ run, ...report }: EpochReport): void {
    this.#log?.write({ run: run + 1, ...report });
  }

  /** Writes what `make` gives, unless there is no need of it or the last time was just now. */
  checkpoint(make: () => Uint8Array, { isLast = false } = {}): void {
    if (this.#checkpoint === undefined || (!isLast && performance.now() < this.#nextCheckpointMs)) return;
    this.#checkpoint.write(make());
    this.#nextCheckpointMs = performance.now() + CHECKPOINT_EVERY_MS;
  }

  close(): void {
    this.#log?.close();
  }
}

function checkDistinct(paths: TrainingPaths, inputs: readonly string[]): void {
  const seen = new Map(inputs.map((path) => [resolve(path), 'the images or labels']));
  for (const [name, path] of Object.entries(paths)) {
    if (path === undefined) continue;
    const other = seen.get(resolve(path));
    if (other !== undefined) {
      throw new DigitflowError(
        'USAGE',
        `${path}: given for ${other} and for ${name}; give each a file of its own`,
      );
    }
    seen.set(resolve(path), name);
  }
}

/** NDJSON that can be read along: one line an event, out when `write` returns. */
export class EpochLog {
  readonly #path: string;
  readonly #fd: number;

  /**
   * Opens the file anew, so that one that cannot be written is known at once.
   *
   * @throws DigitflowError OUTPUT_WRITE
   */
  constructor(path: string) {
    this.#path = path;
    try {
      this.#fd = openSync(path, 'w');
    } catch (error) {
      throw writeError(error, path);
    }
  }

  /**
   * Writes one line; what is no number becomes null.
   *
   * @throws DigitflowError OUTPUT_WRITE
   */
  write(event: object): void {
    const bytes = Buffer.from(`${JSON.stringify(event)}\n`);
    try {
      // A pipe or a full disk may take a part only.
      for (let done = 0; done < bytes.length; ) done += writeSync(this.#fd, bytes, done);
    } catch (error) {
      throw writeError(error, this.#path);
    }
  }

  /** Closes the file. To be called once. */
  close(): void {
    closeSync(this.#fd);
  }
}
