/** After so many bytes: half as many, or twice, were as quick. */
const SYNC_BYTES = 2 ** 26;

/**
 * Has the disk take what was written of a file while more is written: the sync at its end has little left to do. A sync that
 * fails does so only once, whatever comes after it: so this remembers it.
 */
export class EarlySync {
  readonly #sync: () => Promise<void>;
  #isUnderWay = false;
  #done: Promise<void> = Promise.resolve();
  #bytes = 0;
  #failure: { readonly error: unknown } | null = null;

  /** @param sync resolves when all that was written is on the disk */
  constructor(sync: () => Promise<void>) {
    this.#sync = sync;
  }

  /** To be told of what was written in full. */
  wrote(byteCount: number): void {
    this.#bytes += byteCount;
    if (this.#bytes < SYNC_BYTES || this.#isUnderWay) return;
    this.#bytes = 0;
    this.#isUnderWay = true;
    this.#done = this.#begin();
  }

  async #begin(): Promise<void> {
    try {
      await this.#sync();
    } catch (error) {
      this.#failure ??= { error };
    }
    this.#isUnderWay = false;
  }

  /** Resolves when all is on the disk; throws what any of the syncs threw. */
  async end(): Promise<void> {
    await this.#done;
    if (this.#failure !== null) throw this.#failure.error;
    await this.#sync();
  }

  /** Closes the file once no sync is under way: the number of a closed file may become another's. */
  thenClose(close: () => void): void {
    if (this.#isUnderWay) void this.#done.then(close);
    else close();
  }
}
