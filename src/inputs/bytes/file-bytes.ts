import type { HeldFile } from '../../engine/records.js';
import type { ByteSource } from './byte-source.js';
import type { OpenFile } from './open-file.js';

/** The length of each of the two buffers that a file is read into; measured, see docs/performance.md. */
export const FILE_BUFFER_BYTES = 1024 * 1024;

/**
 * The first piece is just the header of a three-dimensional IDX file, so that the records after it can be read in one
 * go to wherever they are wanted.
 */
const FIRST_BYTES = 16;

/**
 * Reads an open file, and releases it when it is closed.
 *
 * It reads straight to where the caller wants the bytes. Where the caller does not say, two buffers take turns: the disk
 * fills one while the consumer has the other.
 */
export class FileBytes implements ByteSource {
  readonly name: string;
  readonly sizeBytes: number | null;
  readonly file: HeldFile | null;
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
