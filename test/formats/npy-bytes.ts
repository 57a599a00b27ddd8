/** What a test wants of an NPY file; the header is written as NumPy writes it unless `header` says otherwise. */
interface NpyContent {
  readonly descr?: string;
  readonly isFortran?: boolean;
  readonly shape?: readonly number[];
  readonly header?: string;
  readonly version?: readonly [major: number, minor: number];
  readonly data?: ArrayLike<number>;
}

/** Bytes of an NPY file. */
export function npyBytes({
  descr = '|u1',
  isFortran = false,
  shape = [],
  header,
  version = [1, 0],
  data = [],
}: NpyContent): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const order = isFortran ? 'True' : 'False';
  const text = header ?? `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${tuple}, }`;
  const lengthBytes = version[0] === 1 ? 2 : 4;
  const padded = `${text.padEnd(64 * Math.ceil((text.length + 9 + lengthBytes) / 64) - 9 - lengthBytes)}\n`;
  const length = Buffer.alloc(lengthBytes);
  length.writeUIntLE(padded.length, 0, lengthBytes);
  const start = Buffer.concat([Buffer.from('\x93NUMPY', 'latin1'), Buffer.from(version), length]);
  return Buffer.concat([start, Buffer.from(padded, 'latin1'), Uint8Array.from(data)]);
}

/** Bytes of an NPY file of texts, as NumPy stores them: `<U5` and `>U5` in UCS-4, `|S5` in bytes, with zeros at the end. */
export function npyTexts(
  descr: string,
  texts: readonly string[],
  shape: readonly number[] = [texts.length],
): Uint8Array {
  const length = Number(descr.slice(2));
  const stored = texts.map((text) => {
    const points = descr[1] === 'S' ? [...Buffer.from(text)] : Array.from(text, (c) => c.codePointAt(0) ?? 0);
    const all = Array.from({ length }, (_, at) => points[at] ?? 0);
    if (descr[1] === 'S') return Buffer.from(all);
    const bytes = Buffer.alloc(4 * length);
    for (const [at, point] of all.entries()) {
      if (descr[0] === '>') bytes.writeUInt32BE(point, 4 * at);
      else bytes.writeUInt32LE(point, 4 * at);
    }
    return bytes;
  });
  return npyBytes({ descr, shape, data: Buffer.concat(stored) });
}
