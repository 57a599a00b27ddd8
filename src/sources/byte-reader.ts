import type { ByteSource } from './byte-source.js';

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
