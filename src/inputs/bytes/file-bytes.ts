import { closeSync, fstatSync, openSync, read, readSync } from 'node:fs';
import { promisify } from 'node:util';
import type { HeldFile } from '../../engine/records.js';
import { inputError } from '../../errors.js';
import type { ByteSource } from './byte-source.js';

// Not node:fs/promises: that takes 2 ms to load, and as long again for the reads of a small data set.
const readAsync = promisify(read);

/** A file open for reading until its last holder releases it: workers may read on when its source is closed. */
export class OpenFile implements HeldFile {
  #holders = 1;

  /** Takes over an open descriptor; `name` is what to call it in an error. */
  constructor(
    readonly fd: number,
    readonly name: string,
  ) {}

  /** @throws DigitflowError INPUT_MISSING, INPUT_READ */
  static async open(path: string, name: string): Promise<OpenFile> {
    try {
      return new OpenFile(openSync(path, 'r'), name);
    } catch (error) {
      throw inputError(error, name);
    }
  }

  get sizeBytes(): number {
    return fstatSync(this.fd).size;
  }

  byteAt(position: number): number | undefined {
    const byte = new Uint8Array(1);
    return this.readAt(byte, position) === 1 ? byte[0] : undefined;
  }

  /** Reads at once and returns how many bytes it read, 0 at the end; throws INPUT_READ. */
  readAt(target: Uint8Array, position: number): number {
    try {
      return readSync(this.fd, target, 0, target.length, position);
    } catch (error) {
      throw inputError(error, this.name);
    }
  }

  /** As `readAt`, without blocking; `position` null goes on where the descriptor stands. */
  async read(target: Uint8Array, position: number | null): Promise<number> {
    // The descriptor must not become that of another file meanwhile.
    this.retain();
    try {
      return (await readAsync(this.fd, target, 0, target.length, position)).bytesRead;
    } catch (error) {
      throw inputError(error, this.name);
    } finally {
      this.release();
    }
  }

  /** Its bytes between two positions; it stays open until they are closed. */
  section(position: number, end: number): ByteSource {
    this.retain();
    return new FileBytes(this, position, end);
  }

  retain(): void {
    if (this.#holders === 0) throw new Error(`${this.name}: expected an open file, found a closed one`);
    this.#holders++;
  }

  release(): void {
    if (this.#holders > 0 && --this.#holders === 0) closeSync(this.fd);
  }
}

/** The length of each of the two buffers that a file is read into; measured, see docs/performance.md. */
export const FILE_BUFFER_BYTES = 1024 * 1024;

/** The first piece is just the header of IDX images, so that the records after it can be read straight to their place. */
const FIRST_BYTES = 16;

/**
 * Reads an open file straight to where the caller wants the bytes, and releases it when it is closed. Where the caller does
 * not say, two buffers take turns: the disk fills one while the consumer has the other.
 */
export class FileBytes implements ByteSource {
  readonly name: string;
  readonly sizeBytes: number | null;
  readonly file: HeldFile | null;
  readonly seek: ByteSource['seek'];
  readonly #file: Pick<OpenFile, 'read' | 'release'>;
  #position: number | null;
  readonly #end: number;
  readonly #bufferBytes: number;
  readonly #buffers: [Uint8Array?, Uint8Array?] = [];
  #turn: 0 | 1 = 0;
  #ahead: Promise<Uint8Array | null> | null = null;
  #reading: Promise<unknown> = Promise.resolve();
  #isBegun = false;
  #isClosed = false;

  /**
   * @param position where to begin; null where the descriptor stands, since the shell may have read a part of stdin
   * @param end the position to stop at, before the file's end
   */
  constructor(
    file: HeldFile & Pick<OpenFile, 'name' | 'read'>,
    position: number | null = 0,
    end = Number.POSITIVE_INFINITY,
  ) {
    const { name, sizeBytes } = file;
    this.name = name;
    this.sizeBytes = position === 0 ? sizeBytes : null;
    this.file = position === 0 ? file : null;
    this.#file = file;
    this.#position = position;
    if (position !== null) this.seek = (to) => this.#seek(position + to);
    this.#end = end;
    this.#bufferBytes = Math.max(1, Math.min(FILE_BUFFER_BYTES, sizeBytes));
  }

  async pull(into?: Uint8Array): Promise<Uint8Array | null> {
    if (!this.#isBegun) {
      this.#isBegun = true;
      return this.#read(new Uint8Array(FIRST_BYTES));
    }
    if (into !== undefined && this.#ahead === null) return this.#read(into);
    const piece = await (this.#ahead ?? this.#readTurn());
    this.#ahead = null;
    if (piece !== null && !this.#isClosed) {
      this.#ahead = this.#readTurn();
      // It may fail before the next pull, or without one; the next pull gets the failure all the same.
      this.#ahead.catch(() => undefined);
    }
    return piece;
  }

  async #seek(position: number): Promise<void> {
    // What was read ahead moves the position when it is done.
    await this.#reading.catch(() => undefined);
    this.#ahead = null;
    this.#position = position;
  }

  async close(): Promise<void> {
    if (!this.#isClosed) this.#file.release();
    this.#isClosed = true;
    // The file stays open until then.
    await this.#reading.catch(() => undefined);
  }

  /** Reads into the buffer that the consumer does not have. */
  #readTurn(): Promise<Uint8Array | null> {
    this.#turn = this.#turn === 0 ? 1 : 0;
    this.#buffers[this.#turn] ??= new Uint8Array(this.#bufferBytes);
    return this.#read(this.#buffers[this.#turn] as Uint8Array);
  }

  async #read(target: Uint8Array): Promise<Uint8Array | null> {
    const room = target.subarray(0, this.#end - (this.#position ?? 0));
    const reading = this.#file.read(room, this.#position);
    this.#reading = reading;
    const byteCount = await reading;
    if (this.#position !== null) this.#position += byteCount;
    return byteCount === 0 ? null : target.subarray(0, byteCount);
  }
}
