import type { HeldFile } from '../../engine/records.js';

/** Where bytes come from. They are pulled, one call at a time; at most one piece is read ahead. */
export interface ByteSource {
  /** What to call it in an error: a path, `stdin`. */
  readonly name: string;
  /** How many bytes `pull` gives in all, where that is known beforehand (regular, uncompressed files, arrays), or null. */
  readonly sizeBytes: number | null;
  /** The file where bytes can be read at any position, in any thread (regular, uncompressed files), or null. */
  readonly file: HeldFile | null;
  /**
   * The next piece, at least one byte long, or null at the end. A view: valid until the next `pull`.
   *
   * @param into where the caller would like to have it, perhaps in shared memory. A source may read straight into it and
   *   return a view of it; or it returns a piece of its own, of any length.
   * @throws DigitflowError `INPUT_READ` when reading fails, `GZIP_BROKEN` for gzip that cannot be unpacked.
   */
  pull(into?: Uint8Array): Promise<Uint8Array | null>;
  /**
   * Goes on at another position of what it gives; left out where it gives all bytes in order. Not during a pull.
   *
   * @param end what comes from there on is not wanted; it may be given all the same
   */
  readonly seek?: ((position: number, end?: number) => Promise<void>) | undefined;
  /** Frees what is held, at once and at any time; a pending pull may reject, or never settle. */
  close(): Promise<void>;
}

/** The same source, which gives `piece` first. */
export function prepend(piece: Uint8Array, source: ByteSource): ByteSource {
  const { name, sizeBytes, file } = source;
  let first: Uint8Array | null = piece;
  return {
    ...{ name, sizeBytes, file },
    pull(into) {
      if (first === null) return source.pull(into);
      const given = first;
      first = null;
      return Promise.resolve(given);
    },
    ...(source.seek === undefined ? {} : { seek }),
    close: () => source.close(),
  };

  async function seek(position: number, end = Number.POSITIVE_INFINITY): Promise<void> {
    // What was pulled already is not asked for again.
    const isHere = first !== null && position < piece.length && !Number.isFinite(end);
    first = isHere ? piece.subarray(position) : null;
    if (!isHere) await source.seek?.(position, end);
  }
}

/** What `use` makes of something that is open, and is closed when that fails. */
export async function closedOnError<T>(
  open: Pick<ByteSource, 'close'> | undefined,
  use: () => Promise<T> | T,
): Promise<T> {
  try {
    return await use();
  } catch (error) {
    await open?.close();
    throw error;
  }
}

/** The start of a source in one piece: `mostBytes` of it or a little more, less only where it ends. The source is closed. */
export async function readStart(
  source: ByteSource,
  mostBytes: number,
): Promise<{ readonly bytes: Buffer; readonly isWhole: boolean }> {
  const pieces: Uint8Array[] = [];
  try {
    for (let length = 0; length < mostBytes; ) {
      const piece = await source.pull();
      if (piece === null) return { bytes: Buffer.concat(pieces), isWhole: true };
      // A copy: a piece is valid until the next.
      pieces.push(Uint8Array.from(piece));
      length += piece.length;
    }
    return { bytes: Buffer.concat(pieces), isWhole: false };
  } finally {
    await source.close();
  }
}

const NOTHING = new Uint8Array(0);

const LEAST_ROOM_BYTES = 2 ** 20;

/** A cursor over a byte source. It gives views, valid until the next read, and copies only what a caller wants in one piece. */
export class ByteReader {
  readonly source: ByteSource;
  #rest: Uint8Array = NOTHING;
  #joined: Uint8Array = NOTHING;

  constructor(source: ByteSource) {
    this.source = source;
  }

  /** The next 1 to `maxBytes` bytes, as many as are at hand; none only at the end. For `into` see `ByteSource.pull`. */
  async read(maxBytes: number, into?: Uint8Array): Promise<Uint8Array> {
    // A stream may have nothing as yet: do not wait for it.
    if (maxBytes === 0) return NOTHING;
    if (this.#rest.length === 0) this.#rest = (await this.source.pull(into)) ?? NOTHING;
    const view = this.#rest.subarray(0, maxBytes);
    this.#rest = this.#rest.subarray(view.length);
    return view;
  }

  /** Goes on at another position of the source; false where that gives all bytes in order. For `end` see `ByteSource.seek`. */
  async seek(position: number, end?: number): Promise<boolean> {
    if (this.source.seek === undefined) return false;
    this.#rest = NOTHING;
    await this.source.seek(position, end);
    return true;
  }

  /**
   * At least `leastBytes` of what comes next, fewer only at the end, and at most `mostBytes`, as many as are at hand. The next
   * read gives them again.
   */
  async peek(leastBytes: number, mostBytes: number): Promise<Uint8Array> {
    if (this.#rest.length >= leastBytes) return this.#rest.subarray(0, mostBytes);
    // A copy: a pull may write over the last piece.
    const held = new Uint8Array(mostBytes);
    held.set(this.#rest);
    let length = this.#rest.length;
    while (length < leastBytes) {
      const piece = await this.source.pull(held.subarray(length));
      if (piece === null) break;
      if (length + piece.length > mostBytes) {
        this.#rest = Buffer.concat([held.subarray(0, length), piece]);
        return this.#rest.subarray(0, mostBytes);
      }
      held.set(piece, length);
      length += piece.length;
    }
    this.#rest = held.subarray(0, length);
    return this.#rest;
  }

  /** The next `byteCount` bytes in one piece, fewer only at the end. */
  async readFully(byteCount: number): Promise<Uint8Array> {
    const first = await this.read(byteCount);
    if (first.length === byteCount || first.length === 0) return first;
    let filled = 0;
    for (let next = first; next.length > 0; next = await this.read(byteCount - filled)) {
      this.#makeRoom(filled, filled + next.length, byteCount);
      this.#joined.set(next, filled);
      filled += next.length;
    }
    return this.#joined.subarray(0, filled);
  }

  /** Grows with what has come, not at once to what was asked for: a header may announce more than there is. */
  #makeRoom(filled: number, needed: number, mostBytes: number): void {
    if (this.#joined.length >= needed) return;
    const grown = new Uint8Array(Math.min(mostBytes, Math.max(2 * needed, LEAST_ROOM_BYTES)));
    grown.set(this.#joined.subarray(0, filled));
    this.#joined = grown;
  }
}
