import { readStart } from '../bytes/byte-source.js';
import { OpenFile } from '../bytes/file-bytes.js';
import type { FirstBytes } from '../first-bytes.js';

/** How much of a text is looked at, in how many places beside its start, and how much there at least. */
const MOST_BYTES = 32 * 2 ** 20;
const PLACES = 8;
const LEAST_SAMPLE_BYTES = 64 * 1024;

/**
 * Takes samples of a text after its start, `startBytes` long: the same ones whether it is a file, packed, or a stream, of
 * which as much is waited for.
 *
 * @throws DigitflowError what reading throws
 */
export async function sampleRest(
  first: FirstBytes,
  startBytes: number,
  mostRowBytes: number,
): Promise<{ readonly samples: readonly Uint8Array[]; readonly seen: FirstBytes }> {
  const { path, sizeBytes } = first;
  const sampleBytes = Math.max(LEAST_SAMPLE_BYTES, mostRowBytes);
  const placesIn = (length: number) =>
    Array.from({ length: PLACES }, (_, i) => startBytes + Math.floor(((length - startBytes) * i) / PLACES));
  if (path !== null && sizeBytes !== null) {
    const length = Math.min(sizeBytes, MOST_BYTES);
    const file = await OpenFile.open(path, first.name);
    try {
      const samples = placesIn(length).map((at) => {
        const sample = new Uint8Array(Math.min(sampleBytes, length - at));
        return sample.subarray(0, file.readAt(sample, at));
      });
      return { samples, seen: first };
    } finally {
      file.release();
    }
  }
  const { bytes, seen } = await readOn(first);
  return { samples: placesIn(bytes.length).map((at) => bytes.subarray(at, at + sampleBytes)), seen };
}

/** As much of a text as is looked at. */
async function readOn(first: FirstBytes): Promise<{ bytes: Uint8Array; seen: FirstBytes }> {
  if (first.readMore !== null) {
    const seen = await first.readMore(MOST_BYTES);
    return { bytes: seen.bytes.subarray(0, MOST_BYTES), seen };
  }
  if (first.isWhole) return { bytes: first.bytes.subarray(0, MOST_BYTES), seen: first };
  const { bytes } = await readStart(await first.content(), MOST_BYTES);
  return { bytes: bytes.subarray(0, MOST_BYTES), seen: first };
}
