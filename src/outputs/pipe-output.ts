import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { promisify } from 'node:util';

const pause = promisify(setTimeout);

/** How often a pipe is asked for a reader, and for room. */
const READER_MS = 20;
const FULL_MS = 1;

/**
 * A named pipe that is written. One that nobody reads yet, or that is full, must hold no thread: the process could not end then,
 * whatever the signal. What it does not take waits.
 */
export class PipeOutput {
  readonly #path: string;
  #fd: number | undefined;
  #waiting: Uint8Array = new Uint8Array(0);

  /** @throws what Node throws where it cannot be opened */
  constructor(path: string) {
    this.#path = path;
    this.#handOn();
  }

  /** Takes bytes, and hands on as many as the pipe takes now. Throws what Node throws. */
  write(bytes: Uint8Array): void {
    this.#waiting = this.#waiting.length === 0 ? bytes : Buffer.concat([this.#waiting, bytes]);
    this.#handOn();
  }

  /** Resolves when the pipe has taken all; throws what Node throws. */
  async drained(): Promise<void> {
    while (this.#waiting.length > 0) {
      await pause(this.#fd === undefined ? READER_MS : FULL_MS);
      this.#handOn();
    }
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
  }

  #handOn(): void {
    try {
      this.#fd ??= openSync(this.#path, constants.O_WRONLY | constants.O_NONBLOCK);
      while (this.#waiting.length > 0) {
        this.#waiting = this.#waiting.subarray(writeSync(this.#fd, this.#waiting));
      }
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      // Without a reader it cannot be opened.
      if (code !== 'EAGAIN' && code !== 'ENXIO') throw error;
    }
  }
}
