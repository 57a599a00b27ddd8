import { closeSync, fstatSync, ftruncateSync, openSync, statSync, writeSync } from 'node:fs';
import { DigitflowError } from '../errors.js';
import type { EpochReport } from '../training/training-epochs.js';
import { Claims } from './claims.js';
import { KeptFile, writeError, writing } from './kept-file.js';
import { PipeOutput } from './pipe-output.js';
import { checkFiles, keptFiles, type NamedFile } from './same-file.js';

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
  /** The film of the first layer, as `readFilm` reads it; `true` leaves it in the result alone. */
  readonly film?: string | true | undefined;
}

/** A checkpoint is some 200 KB a run, and syncing it may take as long as an epoch. */
const CHECKPOINT_EVERY_MS = 1000;

/** The files of a training. All of them are found to be writable before it begins. */
export class TrainingOutputs {
  readonly out: KeptFile | undefined;
  readonly curve: KeptFile | undefined;
  readonly film: KeptFile | undefined;
  readonly #claims: Claims;
  readonly #checkpoint: KeptFile | undefined;
  readonly #files: readonly NamedFile[];
  readonly #log: TrainingLog | undefined;
  #nextCheckpointMs = 0;

  /**
   * @param inputs paths that are read, and so must not be written
   * @throws DigitflowError OUTPUT_WRITE; OUTPUT_BUSY where another run writes one of them; USAGE for an input, and where one
   *   file is given for two things
   */
  constructor({ film, ...others }: TrainingPaths, inputs: readonly string[]) {
    const paths = { ...others, film: film === true ? undefined : film };
    const { log, ...kept } = paths;
    this.#files = [
      ...Object.entries(kept).flatMap(([name, path]) => (path === undefined ? [] : keptFiles(name, path))),
      ...(log === undefined ? [] : [{ name: 'log', at: log }]),
    ];
    checkFiles(inputs, this.#files);
    const opened = (path: string | undefined) => (path === undefined ? undefined : new KeptFile(path));
    // First: what is written aside may be another run's.
    this.#claims = new Claims(Object.values(paths));
    try {
      this.out = opened(paths.out);
      this.curve = opened(paths.curve);
      this.film = opened(paths.film);
      this.#checkpoint = opened(paths.checkpoint);
      this.#log = log === undefined ? undefined : new TrainingLog(log);
    } catch (error) {
      this.#claims.release();
      throw error;
    }
  }

  /**
   * Begins the log anew. To be called once, when it is known which files are read: some are found by the names of others.
   *
   * @throws DigitflowError OUTPUT_WRITE; USAGE where an input was given to be written, and for a pipe as the checkpoint
   */
  begin(inputs: readonly string[]): void {
    checkFiles(inputs, this.#files);
    if (this.#checkpoint?.isPipe) {
      const message = `${this.#checkpoint.path}: expected a file, which each checkpoint replaces, found a pipe`;
      throw new DigitflowError('USAGE', `${message}; give --checkpoint another path`);
    }
    this.#log?.begin();
  }

  /** Writes an epoch's line, with its run from 1 and NaN as null; it can be read when this returns, but in a full pipe. */
  log({ run, ...report }: EpochReport): void {
    this.#claims.check();
    this.#log?.write(`${JSON.stringify({ run: run + 1, ...report })}\n`);
  }

  /** Resolves when the reader of a log that is a pipe has taken all of it. Throws OUTPUT_WRITE. */
  async logged(): Promise<void> {
    await this.#log?.drained();
  }

  /** To be called after each epoch. Writes what `make` returns, unless no checkpoint is wanted or the last one was written just now. */
  checkpoint(make: () => Uint8Array, { isLast = false } = {}): void {
    this.#claims.check();
    if (this.#checkpoint === undefined || (!isLast && performance.now() < this.#nextCheckpointMs)) return;
    this.#checkpoint.write(make());
    this.#nextCheckpointMs = performance.now() + CHECKPOINT_EVERY_MS;
  }

  /** Closes the log, and lets others write the files. To be called once. */
  close(): void {
    this.#claims.release();
    this.#log?.close();
  }
}

/** A file, or a pipe, which takes a line whenever it can. All throws OUTPUT_WRITE. */
class TrainingLog {
  readonly #path: string;
  readonly #to: number | PipeOutput;

  constructor(path: string) {
    this.#path = path;
    this.#to = writing(path, () => {
      const isPipe = statSync(path, { throwIfNoEntry: false })?.isFIFO();
      return isPipe ? new PipeOutput(path) : openSync(path, 'a');
    });
  }

  begin(): void {
    const fd = this.#to;
    if (typeof fd === 'number' && fstatSync(fd).isFile()) writing(this.#path, () => ftruncateSync(fd));
  }

  write(line: string): void {
    const bytes = Buffer.from(line);
    const to = this.#to;
    writing(this.#path, () => {
      if (typeof to !== 'number') return to.write(bytes);
      // A full disk may take a part only.
      for (let done = 0; done < bytes.length; ) done += writeSync(to, bytes, done);
    });
  }

  async drained(): Promise<void> {
    if (typeof this.#to === 'number') return;
    await this.#to.drained().catch((error) => {
      throw writeError(error, this.#path);
    });
  }

  close(): void {
    if (typeof this.#to === 'number') closeSync(this.#to);
    else this.#to.close();
  }
}
