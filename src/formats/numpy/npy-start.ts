/** The data begins at a multiple of this in its file. */
const ALIGNMENT = 64;
/** What stands before the text: magic number, version 1.0, and the length of the text. */
const START_BYTES = 10;

/** What an NPY file of an array in C order says before its data: as numpy.lib.format has it, version 1.0. */
export function npyHeader(type: string, shape: readonly number[]): Uint8Array {
  const sizes = shape.map((size) => `${size},`).join(' ');
  const text = `{'descr': '${type}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const length = Math.ceil((START_BYTES + text.length + 1) / ALIGNMENT) * ALIGNMENT - START_BYTES;
  const start = Buffer.alloc(START_BYTES);
  start.write('\x93NUMPY\x01\0', 'latin1');
  start.writeUInt16LE(length, 8);
  return Buffer.concat([start, Buffer.from(`${text.padEnd(length - 1)}\n`)]);
}
