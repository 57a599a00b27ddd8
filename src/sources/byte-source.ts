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
  /**
   * The next piece, at least one byte long, or null at the end. A view: valid until the next `pull`.
   *
   * @throws DigitflowError `INPUT_READ` when reading fails, `GZIP_BROKEN` for gzip that cannot be unpacked.
   */
  pull(): Promise<Uint8Array | null>;
  /** Frees what is held, at once and at any time; a pull that is pending may reject or never settle. */
  close(): Promise<void>;
}

/** The same source with `piece` in front of what it still has to give. */
export function prepend(piece: Uint8Array, source: ByteSource): ByteSource {
  let first: Uint8Array | null = piece;
  return {
    name: source.name,
    sizeBytes: source.sizeBytes,
    pull() {
      if (first === null) return source.pull();
      const given = first;
      first = null;
      return Promise.resolve(given);
    },
    close: () => source.close(),
  };
}
