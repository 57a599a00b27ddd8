import { DigitflowError } from '../../errors.js';
import { isGzip } from '../../formats/recognize.js';
import { type ByteSource, prepend } from './byte-source.js';
import { InflateBytes, UNPACKED_BYTES } from './inflate-bytes.js';

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
  if (!isGzip(start)) return whole;
  // Loaded only when needed: it takes a millisecond.
  const { createGunzip } = await import('node:zlib');
  return new InflateBytes(whole, createGunzip({ chunkSize: UNPACKED_BYTES }), (reason, cause) => {
    const message = `${whole.name}: broken gzip stream (${reason}); fetch or compress the file again`;
    return new DigitflowError('GZIP_BROKEN', message, { cause });
  });
}
