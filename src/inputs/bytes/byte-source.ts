/**
 * Where bytes come from. Pulled: nothing is read that was not asked for, but for one piece ahead.
 *
 * One call of `pull` at a time.
 */
export interface ByteSource {
  /** What to call it in an error: a path, `stdin`. */
  readonly name: string;
  /** The length of what `pull` yields, where it is known beforehand (regular, uncompressed files), or null. */
  readonly sizeBytes: number | null;
  /** The descriptor where bytes can be read at any position, in any thread (regular, uncompressed files), or null. */
  readonly fd: number | null;
  /**
   * The next piece, at least one byte long, or null at the end. A view: valid until the next `pull`.
   *
   * @param into where the caller would like to have it, shared memory perhaps. A source that can, reads straight into
   *   it and returns a view of it, at most as long; any other returns a piece of its own, of any length.
   * @throws DigitflowError `INPUT_READ` when reading fails, `GZIP_BROKEN` for gzip that cannot be unpacked.
   */
  pull(into?: Uint8Array): Promise<Uint8Array | null>;
  /** Frees what is held, at once and at any time; a pull that is pending may reject or never settle. */
  close(): Promise<void>;
}

/** The same source with `piece` in front of what it still has to give. */
export function prepend(piece: Uint8Array, source: ByteSource): ByteSource {
  let first: Uint8Array | null = piece;
  return {
    name: source.name,
    sizeBytes: source.sizeBytes,
    fd: source.fd,
    pull(into) {
      if (first === null) return source.pull(into);
      const given = first;
      first = null;
      return Promise.resolve(given);
    },
    close: () => source.close(),
  };
}

/** What a source still has to give, for those who take anything that can be iterated; it is opened when they begin, and closed. */
export async function* piecesOf(open: () => Promise<ByteSource>): AsyncGenerator<Uint8Array, void> {
  const source = await open();
  try {
    for (let piece = await source.pull(); piece !== null; piece = await source.pull()) yield piece;
  } finally {
    await source.close();
  }
}

const NOTHING = new Uint8Array(0);

/** A cursor over a byte source that hands out views and copies only what a caller wants in one piece. */
export class ByteReader {
  readonly #source: ByteSource;
  #rest: Uint8Array = NOTHING;
  #joined: Uint8Array = NOTHING;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  /**
   * The next 1 to `maxBytes` bytes, as many as are at hand; none only at the end. Valid until the next read.
   *
   * @param into where the caller would like to have them; see `ByteSource.pull`.
   */
  async read(maxBytes: number, into?: Uint8Array): Promise<Uint8Array> {
    // Asking for nothing must not wait for a stream that has nothing yet.
    if (maxBytes === 0) return NOTHING;
    if (this.#rest.length === 0) this.#rest = (await this.#source.pull(into)) ?? NOTHING;
    const view = this.#rest.subarray(0, maxBytes);
    this.#rest = this.#rest.subarray(view.length);
    return view;
  }

  /** The next `byteCount` bytes in one piece, fewer only at the end. Valid until the next read. */
  async readFully(byteCount: number): Promise<Uint8Array> {
    const first = await this.read(byteCount);
    if (first.length === byteCount || first.length === 0) return first;
    if (this.#joined.length < byteCount) this.#joined = new Uint8Array(byteCount);
    this.#joined.set(first);
    let filled = first.length;
    while (filled < byteCount) {
      const next = await this.read(byteCount - filled);
      if (next.length === 0) break;
      this.#joined.set(next, filled);
      filled += next.length;
    }
    return this.#joined.subarray(0, filled);
  }

  /** Frees the source, at once. */
  close(): Promise<void> {
    return this.#source.close();
  }
}
