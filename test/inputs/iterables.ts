/**
 * Bytes as an iterable of pieces that end at the given offsets. All pieces are views of one Buffer, overwritten with
 * the next: a reader that keeps one too long gives wrong bytes.
 */
export async function* cutAt(
  bytes: Uint8Array,
  offsets: readonly number[],
): AsyncGenerator<Uint8Array, void> {
  const shared = Buffer.alloc(bytes.length);
  let begin = 0;
  for (const end of [...offsets, bytes.length].sort((a, b) => a - b)) {
    shared.fill(0xee);
    shared.set(bytes.subarray(begin, end));
    yield shared.subarray(0, end - begin);
    begin = end;
  }
}

/** Bytes in one piece. */
export function whole(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  return cutAt(bytes, []);
}

/** A stream that gives `bytes` and then stays silent; `destroy` counts how often it was destroyed. */
export class SilentStream implements AsyncIterable<Uint8Array> {
  destroyedCount = 0;
  readonly #bytes: Uint8Array;
  #reportWaiting: () => void = () => undefined;
  /** Resolves when a reader waits for bytes that never come. */
  readonly waiting = new Promise<void>((resolve) => {
    this.#reportWaiting = resolve;
  });

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void> {
    yield this.#bytes;
    this.#reportWaiting();
    await new Promise(() => undefined);
  }

  destroy(): void {
    this.destroyedCount++;
  }
}
