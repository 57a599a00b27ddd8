import type { Safetensors } from './safetensors.js';
import { LENGTH_BYTES, METADATA_KEY, networkFileError, shown } from './safetensors-header.js';

const F32_BYTES = 4;
/** The data begins at a multiple of this, so that readers can map it into memory. */
const ALIGNMENT_BYTES = 8;

/**
 * Writes a safetensors file. All numbers are stored as F32, rounded to the nearest: half the size of F64, and
 * what every framework trains in. The same tensors and metadata give the same bytes.
 *
 * @throws DigitflowError NETWORK_FILE for a number that F32 cannot hold: NaN, Infinity, above 3.4e38.
 */
export function writeSafetensors({ tensors, metadata }: Safetensors): Uint8Array {
  const header = encodeHeader({ tensors, metadata });
  let elements = 0;
  for (const { values } of tensors.values()) elements += values.length;

  const bytes = new Uint8Array(LENGTH_BYTES + header.length + elements * F32_BYTES);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(header.length), true);
  bytes.set(header, LENGTH_BYTES);

  let byteOffset = LENGTH_BYTES + header.length;
  for (const [name, { values }] of tensors) {
    for (const [i, value] of values.entries()) {
      if (!Number.isFinite(Math.fround(value))) {
        const where = `tensor ${shown(name)}, element ${i}`;
        throw networkFileError(
          where,
          'a finite number that F32 can hold',
          `${value}`,
          'train it with smaller steps',
        );
      }
      view.setFloat32(byteOffset, value, true);
      byteOffset += F32_BYTES;
    }
  }
  return bytes;
}

/** The header as JSON, padded with spaces (the format allows no other filler). */
function encodeHeader({ tensors, metadata }: Safetensors): Uint8Array {
  const entries: [string, unknown][] = [[METADATA_KEY, Object.fromEntries(metadata)]];
  let begin = 0;
  for (const [name, { shape, values }] of tensors) {
    const end = begin + values.length * F32_BYTES;
    entries.push([name, { dtype: 'F32', shape, data_offsets: [begin, end] }]);
    begin = end;
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const padded = new Uint8Array(Math.ceil(json.length / ALIGNMENT_BYTES) * ALIGNMENT_BYTES).fill(0x20);
  padded.set(json);
  return padded;
}
