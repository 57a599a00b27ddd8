import { renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { EarlySync } from './early-sync.js';
import {
  asidePath,
  checkWritable,
  KeptFile,
  newAside,
  plainTarget,
  syncFolder,
  writing,
} from './kept-file.js';
import { type FileOutput, fileOutput, writeStdout } from './rows/row-output.js';

/**
 * An output of any length that is written piece by piece, and takes its place when all of it is on the disk: until then the
 * one before stays. Stdout, pipes and the like are written as it comes.
 */
export class AsideOutput {
  readonly #path: string | undefined;
  /** Where it is written, and where it goes then; null where it is written in place. */
  readonly #places: { readonly aside: string; readonly target: string } | null;
  #file: FileOutput | undefined;
  #early: EarlySync | undefined;

  /**
   * Makes sure that it can be written, and changes nothing yet.
   *
   * @param path undefined for stdout
   * @throws DigitflowError OUTPUT_WRITE
   */
  constructor(path: string | undefined) {
    this.#path = path;
    const target = path === undefined ? null : plainTarget(path);
    this.#places = path === undefined || target === null ? null : { aside: asidePath(path), target };
    if (path === undefined) return;
    // What makes sure of a file that is written whole holds for its beginning, too.
    if (this.#places === null) checkWritable(path);
    else new KeptFile(path);
  }

  /** Throws OUTPUT_WRITE; OutputClosed when the reader of stdout has gone. */
  async write(bytes: Uint8Array | string): Promise<void> {
    if (this.#path === undefined) return bytes.length > 0 ? writeStdout(bytes) : undefined;
    const file = this.#file ?? (await this.#open(this.#path));
    await file.write(bytes);
    if (this.#places !== null) this.#early?.wrote(bytes.length);
  }

  /** Resolves when all of it is on the disk, where it is written aside. Throws OUTPUT_WRITE. */
  async end(): Promise<void> {
    await this.write('');
    await this.#early?.end();
    this.#close();
  }

  /** Gives what has ended its name. Throws OUTPUT_WRITE. */
  publish(): void {
    const places = this.#places;
    if (places === null) return;
    writing(this.#path ?? '', () => renameSync(places.aside, places.target));
    syncFolder(dirname(places.target));
  }

  /** Leaves nothing of what was written aside, unless another run writes there now; to be called where it is not published. */
  discard(isOurs: boolean): void {
    this.#close();
    if (this.#places !== null && isOurs) rmSync(this.#places.aside, { force: true });
  }

  async #open(path: string): Promise<FileOutput> {
    const file = await fileOutput(this.#places === null ? path : newAside(path));
    this.#early = new EarlySync(() => file.sync());
    this.#file = file;
    return file;
  }

  #close(): void {
    const file = this.#file;
    this.#file = undefined;
    this.#early?.thenClose(() => file?.close());
  }
}
