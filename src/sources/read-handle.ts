import { close, open, read } from 'node:fs';
import { promisify } from 'node:util';

/**
 * A file open for reading: what is needed of a `FileHandle`, without node:fs/promises, which takes 2 ms to load and as long
 * again for the reads of a small data set.
 */
export class ReadHandle {
  readonly fd: number;
  #reading: Promise<unknown> | null = null;
  #closing: Promise<void> | undefined;

  private constructor(fd: number) {
    this.fd = fd;
  }

  /** Rejects with Node's own error. */
  static async open(path: string): Promise<ReadHandle> {
    return new ReadHandle(await promisify(open)(path, 'r'));
  }

  /** One call at a time, none once it was closed; `position` null goes on where the last read ended. */
  async read(
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number | null,
  ): Promise<{ bytesRead: number }> {
    // Its descriptor may be that of another file by now.
    if (this.#closing) throw new Error('expected an open file, found a closed one');
    const reading = promisify(read)(this.fd, buffer, offset, length, position);
    this.#reading = reading;
    return reading;
  }

  /** Waits for the read that is under way: its descriptor must not become that of another file meanwhile. May be called again. */
  close(): Promise<void> {
    this.#closing ??= this.#closeOnce();
    return this.#closing;
  }

  async #closeOnce(): Promise<void> {
    await this.#reading?.catch(() => undefined);
    await promisify(close)(this.fd);
  }
}
