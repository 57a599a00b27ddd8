import { DigitflowError } from '../../src/errors.js';

/** A tensor's line in the header of a safetensors file. */
export interface HeaderEntry {
  dtype?: unknown;
  shape?: unknown;
  data_offsets?: unknown;
}

/** A safetensors file made by hand: the header's length, the header, the data. */
export function fileBytes(header: unknown, data: ArrayLike<number> = []): Uint8Array {
  return fileOfText(JSON.stringify(header), data);
}

/** The same with a header of any text. */
export function fileOfText(header: string, data: ArrayLike<number> = []): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(Uint8Array.from(data), 8 + text.length);
  return bytes;
}

/** Numbers as little-endian float32 bytes. */
export function f32(...values: number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  for (const [i, value] of values.entries()) view.setFloat32(i * 4, value, true);
  return bytes;
}

/** The DigitflowError that a function throws. */
export function caught(run: () => unknown): DigitflowError {
  try {
    run();
  } catch (error) {
    if (error instanceof DigitflowError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
