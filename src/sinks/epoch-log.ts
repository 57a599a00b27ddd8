import { closeSync, openSync, writeSync } from 'node:fs';
import { writeError } from './kept-file.js';

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
