import { createGunzip, type Gunzip } from 'node:zlib';
import { DigitflowError } from '../../errors.js';
import { isGzip } from '../../formats/recognize.js';
import { type ByteSource, prepend } from './byte-source.js';

/** How many bytes are unpacked at a time, into a new piece each. Measured: smaller ones cost the main thread more. */
const UNPACKED_BYTES = 512 * 1024;

/**
 * The content of a source: unpacked when it begins like gzip, whatever its name says; else as it is.
 *
 * All members are unpacked. Pulling rejects with `GZIP_BROKEN` when the stream is damaged, cut off, or followed by
 * anything that is not gzip.
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
  return isGzip(start) ? new GunzipBytes(whole) : whole;
}

class GunzipBytes implements ByteSource {
  readonly name: string;
  readonly sizeBytes = null;
  readonly fd = null;
  readonly #packed: ByteSource;
  readonly #gunzip: Gunzip;
  #pieces: AsyncIterator<Uint8Array> | null = null;
  #packedBytes = 0;

  constructor(packed: ByteSource) {
    this.name = packed.name;
    this.#packed = packed;
    this.#gunzip = createGunzip({ chunkSize: UNPACKED_BYTES });
  }

  async pull(): Promise<Uint8Array | null> {
    if (this.#pieces === null) {
      // The iterator listens for errors from its first `next` on, and keeps one that comes between two pulls.
      this.#pieces = this.#gunzip[Symbol.asyncIterator]();
      void this.#writeAll();
    }
    try {
      const { done, value } = await this.#pieces.next();
      if (!done) return value;
    } catch (error) {
      throw error instanceof DigitflowError ? error : this.#broken(reasonOf(error), error);
    }
    // zlib stops in silence at bytes that are no further member: they were written to it, but not consumed.
    if (this.#gunzip.bytesWritten < this.#packedBytes) throw this.#broken('other bytes follow its end');
    return null;
  }

  async close(): Promise<void> {
    this.#gunzip.destroy();
    await this.#packed.close();
  }

  /** Writes the packed pieces to zlib, each when the one before has been consumed: it is valid until the next pull. */
  async #writeAll(): Promise<void> {
    try {
      for (let piece = await this.#packed.pull(); piece !== null; piece = await this.#packed.pull()) {
        if (this.#gunzip.destroyed) return;
        this.#packedBytes += piece.length;
        await this.#write(piece);
      }
      this.#gunzip.end();
    } catch (error) {
      this.#gunzip.destroy(error instanceof Error ? error : undefined);
    }
  }

  #write(piece: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#gunzip.write(piece, (error) => (error ? reject(error) : resolve()));
    });
  }

  #broken(reason: string, cause?: unknown): DigitflowError {
    return new DigitflowError(
      'GZIP_BROKEN',
      `${this.name}: broken gzip stream (${reason}); fetch or compress the file again`,
      { cause },
    );
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
