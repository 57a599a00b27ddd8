import { closeSync, fstatSync, open, read, readSync } from 'node:fs';
import { promisify } from 'node:util';
import type { HeldFile } from '../../engine/records.js';
import { inputError } from '../../errors.js';

// Not node:fs/promises: that takes 2 ms to load, and as long again for the reads of a small data set.
const openAsync = promisify(open);
const readAsync = promisify(read);

/** A file open for reading until its last holder releases it: workers may read on when its source is closed. */
export class OpenFile implements HeldFile {
  readonly fd: number;
  /** What to call it in an error. */
  readonly name: string;
  #holders = 1;

  /** Takes over an open descriptor. */
  constructor(fd: number, name: string) {
    this.fd = fd;
    this.name = name;
  }

  /** @throws DigitflowError INPUT_MISSING, INPUT_READ */
  static async open(path: string, name: string): Promise<OpenFile> {
    try {
      return new OpenFile(await openAsync(path, 'r'), name);
    } catch (error) {
      throw inputError(error, name);
    }
  }

  /** Its size now. */
  get sizeBytes(): number {
    return fstatSync(this.fd).size;
  }

  /** The byte at a position; undefined after the end. */
  byteAt(position: number): number | undefined {
    const byte = new Uint8Array(1);
    return this.readAt(byte, position) === 1 ? byte[0] : undefined;
  }

  /**
   * Reads at once and returns how many bytes it read; 0 at the end.
   *
   * @throws DigitflowError INPUT_READ
   */
  readAt(target: Uint8Array, position: number): number {
    try {
      return readSync(this.fd, target, 0, target.length, position);
    } catch (error) {
      throw inputError(error, this.name);
    }
  }

  /**
   * As `readAt`, without blocking; `position` null goes on where the descriptor stands.
   *
   * It holds the file meanwhile: the descriptor must not become that of another file.
   */
  async read(target: Uint8Array, position: number | null): Promise<number> {
    this.retain();
    try {
      return (await readAsync(this.fd, target, 0, target.length, position)).bytesRead;
    } catch (error) {
      throw inputError(error, this.name);
    } finally {
      this.release();
    }
  }

  retain(): void {
    if (this.#holders === 0) throw new Error(`${this.name}: expected an open file, found a closed one`);
    this.#holders++;
  }

  release(): void {
    if (this.#holders > 0 && --this.#holders === 0) closeSync(this.fd);
  }
}
