import type { Transform } from 'node:stream';
import type * as Zlib from 'node:zlib';
import { DigitflowError, reasonOf } from '../../errors.js';
import { isGzip } from '../../formats/recognize.js';
import { type ByteSource, prepend } from './byte-source.js';

/** How many bytes are unpacked at a time. Measured: smaller ones cost the main thread more. */
export const UNPACKED_BYTES = 512 * 1024;

/** What to raise when packed content is damaged, cut off, or followed by other bytes. */
type Broken = (reason: string, cause?: unknown) => DigitflowError;

/** A stream of zlib's that unpacks, and how many bytes it has consumed. */
type Unpacker = Transform & Zlib.Zlib;

/** What a source gives, unpacked by a stream of zlib's; nothing may follow the end of what is packed, unless it is padding. */
export class InflateBytes implements ByteSource {
  readonly name: string;
  readonly sizeBytes = null;
  readonly file = null;
  readonly #packed: ByteSource;
  readonly #inflate: Unpacker;
  readonly #broken: Broken;
  #pieces: AsyncIterator<Uint8Array> | null = null;
  readonly #mayBePadded: boolean;
  #fed: Promise<void> | null = null;
  #packedBytes = 0;
  #hasOthers = false;

  /** @param mayBePadded whether zeros may follow, as tapes and block devices leave them */
  constructor(packed: ByteSource, inflate: Unpacker, broken: Broken, mayBePadded = false) {
    this.name = packed.name;
    this.#packed = packed;
    this.#inflate = inflate;
    this.#broken = broken;
    this.#mayBePadded = mayBePadded;
  }

  async pull(): Promise<Uint8Array | null> {
    if (this.#pieces === null) {
      // The iterator listens for errors from its first `next` on, and keeps one that comes between two pulls.
      this.#pieces = this.#inflate[Symbol.asyncIterator]();
      this.#fed = this.#feed();
    }
    try {
      const { done, value } = await this.#pieces.next();
      if (!done) return value;
    } catch (error) {
      if (error instanceof DigitflowError) throw error;
      throw this.#broken(reasonOf(error), error);
    }
    // What is packed may end before its source does.
    await this.#fed;
    if (this.#hasOthers) throw this.#broken('other bytes follow its end');
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
        // zlib stops in silence at bytes that are no further member: they were fed, but not consumed.
        const rest = piece.subarray(
          Math.max(0, piece.length - this.#packedBytes + this.#inflate.bytesWritten),
        );
        this.#hasOthers ||= this.#mayBePadded ? rest.some((byte) => byte !== 0) : rest.length > 0;
      }
      this.#inflate.end();
    } catch (error) {
      this.#inflate.destroy(error instanceof Error ? error : undefined);
    }
  }
}

const ZSTANDARD = [0x28, 0xb5, 0x2f, 0xfd];
/** Older ones have Zstandard from 22.15 on, but take what is cut off for whole. */
const FIRST_NODE_WITH_ZSTANDARD = 24;

/** Whether content begins like what this Node can unpack: gzip, or Zstandard. */
export function isPacked(start: Uint8Array): boolean {
  return isGzip(start) || isZstandard(start);
}

function isZstandard(start: Uint8Array): boolean {
  const canUnpack = Number.parseInt(process.versions.node, 10) >= FIRST_NODE_WITH_ZSTANDARD;
  return canUnpack && ZSTANDARD.every((byte, i) => start[i] === byte);
}

/**
 * The content of a source: unpacked, with all members, when it begins like gzip, or like Zstandard where Node unpacks that;
 * else as it is. Pulling rejects with `GZIP_BROKEN` when the stream is damaged, cut off, or followed by anything else;
 * after gzip there may be zeros.
 */
export async function unpackIfPacked(source: ByteSource): Promise<ByteSource> {
  let start = await source.pull();
  // No line of text is waited with.
  while (start !== null && start.length < ZSTANDARD.length && mayBePacked(start[0])) {
    const kept = Uint8Array.from(start);
    const more = await source.pull();
    start = more === null ? kept : Buffer.concat([kept, more]);
    if (more === null) break;
  }
  if (start === null) return source;
  const whole = prepend(start, source);
  if (!isPacked(start)) return whole;
  const title = isGzip(start) ? 'gzip' : 'Zstandard';
  const broken: Broken = (reason, cause) => {
    const message = `${whole.name}: broken ${title} stream (${reason}); fetch or compress the file again`;
    return new DigitflowError('GZIP_BROKEN', message, { cause });
  };
  // Loaded only when needed: it takes a millisecond.
  const zlib = await import('node:zlib');
  const options = { chunkSize: UNPACKED_BYTES };
  if (isGzip(start)) return new InflateBytes(whole, zlib.createGunzip(options), broken, true);
  const { createZstdDecompress } = zlib as unknown as { createZstdDecompress: typeof zlib.createGunzip };
  return new InflateBytes(whole, createZstdDecompress(options), broken);
}

function mayBePacked(first: number): boolean {
  return first === 0x1f || first === ZSTANDARD[0];
}
