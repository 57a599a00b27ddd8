import { closeSync, fstatSync, open, readSync } from 'node:fs';
import { promisify } from 'node:util';
import type { HeldFile } from '../../engine/rows-of-text.js';
import { inputError } from '../../errors.js';

/** A regular file, open as long as somebody holds it: workers may be reading when its reader has left. */
export class OpenFile implements HeldFile {
  readonly fd: number;
  readonly #name: string;
  #holders = 1;

  private constructor(fd: number, name: string) {
    this.fd = fd;
    this.#name = name;
  }

  /** @throws DigitflowError INPUT_MISSING, INPUT_READ */
  static async open(path: string, name: string): Promise<OpenFile> {
    try {
      return new OpenFile(await promisify(open)(path, 'r'), name);
    } catch (error) {
      throw inputError(error, name);
    }
  }

  /** Its size now. */
  get sizeBytes(): number {
    return fstatSync(this.fd).size;
  }

  /** The byte at a position; undefined behind the end. */
  byteAt(position: number): number | undefined {
    const byte = new Uint8Array(1);
    return this.readAt(byte, position) === 1 ? byte[0] : undefined;
  }

  /** @throws DigitflowError INPUT_READ */
  readAt(target: Uint8Array, position: number): number {
    try {
      return readSync(this.fd, target, 0, target.length, position);
    } catch (error) {
      throw inputError(error, this.#name);
    }
  }

  retain(): void {
    this.#holders++;
  }

  release(): void {
    if (--this.#holders === 0) closeSync(this.fd);
  }
}
