/** Bytes of an IDX file: a header as given, then data. */
export function idxBytes(
  typeByte: number,
  dimensions: readonly number[],
  data: ArrayLike<number>,
): Uint8Array {
  const header = Buffer.alloc(4 + 4 * dimensions.length);
  header.set([0, 0, typeByte, dimensions.length]);
  dimensions.forEach((size, axis) => {
    header.writeUInt32BE(size, 4 + 4 * axis);
  });
  const bytes = new Uint8Array(header.length + data.length);
  bytes.set(header);
  bytes.set(data, header.length);
  return bytes;
}

/** `count` images of `height` x `width`; the pixels count up, so that a byte out of place is seen. */
export function imagesIdx(count: number, height: number, width: number): Uint8Array {
  const pixels = Uint8Array.from({ length: count * height * width }, (_, index) => (index * 7 + 3) % 256);
  return idxBytes(0x08, [count, height, width], pixels);
}

/** u8 labels. */
export function labelsIdx(labels: readonly number[]): Uint8Array {
  return idxBytes(0x08, [labels.length], labels);
}

/** The digits 0 to 9 over and over. */
export function digits(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index % 10);
}
