import { closeSync, openSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import { DigitflowError } from '../errors.js';
import type { EpochReport } from '../training/training-epochs.js';
import { KeptFile, writing } from './kept-file.js';

/** Where a training writes to; each path may be left out. */
export interface TrainingPaths {
  /** The network file. */
  readonly out?: string | undefined;
  /** The whole state, at most once a second, and at the end. Default: `resume`. */
  readonly checkpoint?: string | undefined;
  /** NDJSON, a line an epoch. */
  readonly log?: string | undefined;
  /** The learning curve as SVG. */
  readonly curve?: string | undefined;
}

/** A checkpoint is some 200 KB a run, and syncing it may take as long as an epoch. */
const CHECKPOINT_EVERY_MS = 1000;

/** The files of a training. All of them are found to be writable before it begins. */
export class TrainingOutputs {
  readonly out: KeptFile | undefined;
  readonly curve: KeptFile | undefined;
  readonly #checkpoint: KeptFile | undefined;
  readonly #log: { readonly path: string; readonly fd: number } | undefined;
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
    const { log: path } = paths;
    this.#log = path === undefined ? undefined : { path, fd: writing(path, () => openSync(path, 'w')) };
  }

  /** Writes an epoch's line, with its run from 1 and NaN as null; it can be read when this returns. */
  log({ run, ...report }: EpochReport): void {
    if (this.#log === undefined) return;
    const { path, fd } = this.#log;
    const bytes = Buffer.from(`${JSON.stringify({ run: run + 1, ...report })}\n`);
    writing(path, () => {
      // A pipe or a full disk may take a part only.
      for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done);
    });
  }

  /** Writes what `make` returns, unless no checkpoint is wanted or the last one was written just now. */
  checkpoint(make: () => Uint8Array, { isLast = false } = {}): void {
    if (this.#checkpoint === undefined || (!isLast && performance.now() < this.#nextCheckpointMs)) return;
    this.#checkpoint.write(make());
    this.#nextCheckpointMs = performance.now() + CHECKPOINT_EVERY_MS;
  }

  /** Closes the log. To be called once. */
  close(): void {
    if (this.#log !== undefined) closeSync(this.#log.fd);
  }
}

function checkDistinct(paths: TrainingPaths, inputs: readonly string[]): void {
  const seen = new Map(inputs.map((path) => [resolve(path), 'the images or labels']));
  for (const [name, path] of Object.entries(paths)) {
    if (path === undefined) continue;
    const other = seen.get(resolve(path));
    if (other !== undefined) {
      const message = `${path}: given for ${other} and for ${name}; give each a file of its own`;
      throw new DigitflowError('USAGE', message);
    }
    seen.set(resolve(path), name);
  }
}
