import type { Gunzip, InflateRaw } from 'node:zlib';
import { DigitflowError } from '../../errors.js';
import { isGzip } from '../../formats/recognize.js';
import { type ByteSource, prepend } from './byte-source.js';

/** How many bytes are unpacked at a time. Measured: smaller ones cost the main thread more. */
export const UNPACKED_BYTES = 512 * 1024;

/** What to raise when packed content is damaged, cut off, or followed by other bytes. */
type Broken = (reason: string, cause?: unknown) => DigitflowError;

/** What a source gives, unpacked by a stream of zlib's; nothing may follow the end of what is packed. */
export class InflateBytes implements ByteSource {
  readonly name: string;
  readonly sizeBytes = null;
  readonly file = null;
  readonly #packed: ByteSource;
  readonly #inflate: Gunzip | InflateRaw;
  readonly #broken: Broken;
  #pieces: AsyncIterator<Uint8Array> | null = null;
  #packedBytes = 0;

  constructor(packed: ByteSource, inflate: Gunzip | InflateRaw, broken: Broken) {
    this.name = packed.name;
    this.#packed = packed;
    this.#inflate = inflate;
    this.#broken = broken;
  }

  async pull(): Promise<Uint8Array | null> {
    if (this.#pieces === null) {
      // The iterator listens for errors from its first `next` on, and keeps one that comes between two pulls.
      this.#pieces = this.#inflate[Symbol.asyncIterator]();
      void this.#feed();
    }
    try {
      const { done, value } = await this.#pieces.next();
      if (!done) return value;
    } catch (error) {
      if (error instanceof DigitflowError) throw error;
      throw this.#broken(error instanceof Error ? error.message : String(error), error);
    }
    // zlib stops in silence at zeros or other bytes that are no further member: they were fed, but not consumed.
    if (this.#inflate.bytesWritten < this.#packedBytes) throw this.#broken('other bytes follow its end');
    return null;
  }

  async close(): Promise<void> {
    this.#inflate.destroy();
    await this.#packed.close();
  }

  /** Hands over one packed piece after the other, each only when zlib is done with the one before. */
  async #feed(): Promise<void> {
    try {
      for (let piece = await this.#packed.pull(); piece !== null; piece = await this.#packed.pull()) {
        if (this.#inflate.destroyed) return;
        this.#packedBytes += piece.length;
        await new Promise<void>((resolve, reject) => {
          this.#inflate.write(piece, (error) => (error ? reject(error) : resolve()));
        });
      }
      this.#inflate.end();
    } catch (error) {
      this.#inflate.destroy(error instanceof Error ? error : undefined);
    }
  }
}

/**
 * The content of a source: unpacked, with all members, when it begins like gzip; else as it is. Pulling rejects with
 * `GZIP_BROKEN` when the stream is damaged, cut off, or followed by anything that is not gzip.
 */
export async function unpackIfGzip(source: ByteSource): Promise<ByteSource> {
  let start = await source.pull();
  while (start !== null && start.length < 2) {
    const kept = Uint8Array.from(start);
    const more = await source.pull();
    if (more === null) return prepend(kept, source);
    start = Buffer.concat([kept, more]);
  }
  if (start === null) return source;
  const whole = prepend(start, source);
  if (!isGzip(start)) return whole;
  // Loaded only when needed: it takes a millisecond.
  const { createGunzip } = await import('node:zlib');
  return new InflateBytes(whole, createGunzip({ chunkSize: UNPACKED_BYTES }), (reason, cause) => {
    const message = `${whole.name}: broken gzip stream (${reason}); fetch or compress the file again`;
    return new DigitflowError('GZIP_BROKEN', message, { cause });
  });
}
