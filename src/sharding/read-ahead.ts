import { becameShorter, type PlacedBytes } from './planned-files.js';

/** Take turns: one is looked through, two are read to. */
const BUFFERS = 3;

/** How much is read at a time, and how much of what came before may be kept beside it; bytes. */
interface ChunkSizes {
  readonly chunkBytes: number;
  readonly room: number;
}

/** Reads a part of a file chunk by chunk, two of them ahead. */
export class ReadAhead {
  readonly #file: PlacedBytes;
  readonly #end: number;
  readonly #sizes: ChunkSizes;
  /** Each begins with the room for what is kept. */
  readonly #buffers: readonly Buffer[];
  /** The buffer of the next chunk; those that are being read lie in it and the ones after it. */
  #turn = 0;
  readonly #ahead: Promise<Buffer>[] = [];
  /** Where the chunk after these begins. */
  #position: number;

  /** How much memory it takes. */
  static bytesFor({ chunkBytes, room }: ChunkSizes): number {
    return BUFFERS * (room + chunkBytes);
  }

  /** @param memory of `bytesFor` bytes */
  constructor(
    file: PlacedBytes,
    { start, end }: { readonly start: number; readonly end: number },
    sizes: ChunkSizes,
    memory: Uint8Array,
  ) {
    this.#file = file;
    this.#position = start;
    this.#end = end;
    this.#sizes = sizes;
    const each = sizes.room + sizes.chunkBytes;
    const { buffer, byteOffset } = memory;
    this.#buffers = Array.from({ length: BUFFERS }, (_, at) =>
      Buffer.from(buffer, byteOffset + at * each, each),
    );
  }

  /**
   * The next chunk, after what is left of the last one: in the same memory, or where that is too much in another. Valid until
   * the next but one.
   *
   * @throws DigitflowError INPUT_READ
   */
  async next(rest: Buffer): Promise<Buffer> {
    this.#read();
    const chunk = (await this.#ahead.shift()) ?? Buffer.alloc(0);
    const buffer = this.#buffers[this.#turn];
    this.#turn = (this.#turn + 1) % BUFFERS;
    const { room } = this.#sizes;
    const window =
      rest.length > room
        ? Buffer.concat([rest, chunk])
        : buffer.subarray(room - rest.length, room + chunk.length);
    if (rest.length <= room) window.set(rest);
    // Only now: it may read to where the rest lay.
    this.#read();
    return window;
  }

  /** Begins to read what may be. */
  #read(): void {
    const { chunkBytes, room } = this.#sizes;
    while (this.#ahead.length < BUFFERS - 1 && this.#position < this.#end) {
      const buffer = this.#buffers[(this.#turn + this.#ahead.length) % BUFFERS];
      const chunk = buffer.subarray(room, room + Math.min(chunkBytes, this.#end - this.#position));
      const reading = this.#readTo(chunk, this.#position);
      // It may fail when nobody waits for it any more.
      reading.catch(() => undefined);
      this.#ahead.push(reading);
      this.#position += chunk.length;
    }
  }

  async #readTo(chunk: Buffer, position: number): Promise<Buffer> {
    for (let filled = 0; filled < chunk.length; ) {
      const byteCount = await this.#file.read(chunk.subarray(filled), position + filled);
      if (byteCount === 0) throw becameShorter(this.#file.name, this.#end, position + filled);
      filled += byteCount;
    }
    return chunk;
  }
}
