import { quoteValue } from '../../../errors.js';
import { npyHeader } from '../../../formats/numpy/npy-start.js';
import { crc32 } from '../../../formats/pictures/png-chunks.js';
import { asFloat32, type WriteNetworkFile } from '../found-network.js';
import { describeOwnNetwork } from '../safetensors/network-file.js';

/** The array that holds, as UTF-8, what `__metadata__` holds in our safetensors files. */
export const METADATA = 'metadata';

/**
 * Writes `.npz`, not packed: `layers.N.weight` `(outputs, inputs)` and `layers.N.bias` `(outputs)` float32, N from 0, and
 * `metadata`, the bytes of a JSON object of strings. `numpy.load` reads it, and so do we, bit for bit.
 *
 * @throws DigitflowError NETWORK_FILE for a number that float32 cannot hold, or provenance that uses a key of ours.
 */
export const writeNetworkFile: WriteNetworkFile = (network) => {
  const { tensors, metadata } = describeOwnNetwork(network);
  const files = Array.from(tensors, ([name, { shape, values }]): [string, Uint8Array] => {
    const floats = asFloat32(values, `array ${quoteValue(name)}`);
    return [name, npyBytes('<f4', shape, new Uint8Array(floats.buffer))];
  });
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(metadata)));
  return storedZip([...files, [METADATA, npyBytes('|u1', [json.length], json)]]);
};

function npyBytes(type: string, shape: readonly number[], data: Uint8Array): Uint8Array {
  return Buffer.concat([npyHeader(type, shape), data]);
}

/** 1 January 1980, the first day that an archive can name: the same network gives the same bytes. */
const FIRST_DAY = 0x21;
const VERSION = 20;

/** A ZIP archive of arrays that are not packed. */
function storedZip(arrays: readonly (readonly [name: string, content: Uint8Array])[]): Uint8Array {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let position = 0;
  for (const [array, content] of arrays) {
    const name = Buffer.from(`${array}.npy`);
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(VERSION, 0);
    shared.writeUInt16LE(FIRST_DAY, 8);
    shared.writeUInt32LE(crc32(content), 10);
    shared.writeUInt32LE(content.length, 14);
    shared.writeUInt32LE(content.length, 18);
    shared.writeUInt16LE(name.length, 22);
    const entry = Buffer.alloc(14);
    entry.writeUInt32LE(position, 10);
    directory.push(Buffer.from('PK\x01\x02'), Buffer.from([VERSION, 0]), shared, entry, name);
    parts.push(Buffer.from('PK\x03\x04'), shared, name, content);
    position += 30 + name.length + content.length;
  }
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06');
  end.writeUInt16LE(arrays.length, 8);
  end.writeUInt16LE(arrays.length, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(position, 16);
  return Buffer.concat([...parts, list, end]);
}
