import type { Hash } from 'node:crypto';
import type { ByteSource } from './byte-source.js';

/** Longer content is not digested by default: 128 MiB take 0.1 s, and hold as many images as 64 MiB of IDX. */
export const MOST_DIGESTED_BYTES = 128 * 2 ** 20;

/** Computes the SHA-256 of content while another reader pulls it. */
export class ContentDigest {
  #hash: Hash | null;
  #byteCount = 0;
  #sha256: string | null = null;
  readonly #mostBytes: number;

  private constructor(hash: Hash, mostBytes: number) {
    this.#hash = hash;
    this.#mostBytes = mostBytes;
  }

  /** Loads node:crypto only now: OpenSSL takes 8 ms to start. */
  static async create(mostBytes = MOST_DIGESTED_BYTES): Promise<ContentDigest> {
    const { createHash } = await import('node:crypto');
    return new ContentDigest(createHash('sha256'), mostBytes);
  }

  /** In hexadecimal, once all of the content has passed; null before, and when it is too long. */
  get sha256(): string | null {
    return this.#sha256;
  }

  /** How many bytes have passed. */
  get byteCount(): number {
    return this.#byteCount;
  }

  /** True where there will be no digest: the content is too long. */
  get isGivenUp(): boolean {
    return this.#hash === null && this.#sha256 === null;
  }

  /** The same source, whose pieces pass through the digest. To be called once. */
  watch(source: ByteSource): ByteSource {
    return {
      name: source.name,
      sizeBytes: source.sizeBytes,
      // A worker that reads by the descriptor would bypass the digest.
      file: null,
      pull: async (into) => {
        const piece = await source.pull(into);
        this.#pass(piece);
        return piece;
      },
      close: () => source.close(),
    };
  }

  #pass(piece: Uint8Array | null): void {
    if (this.#hash === null) return;
    if (piece === null) {
      this.#sha256 = this.#hash.digest('hex');
      this.#hash = null;
      return;
    }
    this.#byteCount += piece.length;
    if (this.#byteCount > this.#mostBytes) this.#hash = null;
    else this.#hash.update(piece);
  }
}
