// biome-ignore-all lint/suspicious/noControlCharactersInRegex: this is how formats begin.
import {
  advised,
  type Content,
  FROM_SAVED_MODEL,
  imagesOrNetwork,
  networkBy,
  networkIn,
  OTHER,
  PACKED,
  TABLE,
} from './content.js';

const SAVE_AS_PNG = 'save it as a PNG';
/** Pictures that are not read. */
const PICTURE = {
  kind: 'other',
  advice: { images: SAVE_AS_PNG, labels: SAVE_AS_PNG, picture: SAVE_AS_PNG, mask: SAVE_AS_PNG },
} as const;
/** Pictures that are. */
const READ_PICTURE = {
  kind: 'picture',
  advice: { images: 'see it with look digit', labels: 'give the class of each image' },
} as const;

const ARRAYS = 'save its arrays with numpy.savez';
const FROM_GGUF =
  'save the PyTorch network that it was made of with torch.save(model.state_dict(), ...), or the arrays of gguf.GGUFReader with numpy.savez';
const FROM_TFLITE =
  'save the Keras model that it was made of with model.save, or convert it: python -m tf2onnx.convert --tflite model.tflite --output model.onnx';
const FROM_MATLAB =
  'export the network in MATLAB with exportONNXNetwork, or save the arrays of scipy.io.loadmat with numpy.savez';

/**
 * Content by how it begins (the formats' specifications), each byte a character. Made when it is asked for: most runs never do.
 */
const signatures = (): readonly (readonly [
  start: string | RegExp,
  title: string,
  is: Omit<Content, 'title'>,
])[] => [
  ['\x89PNG', 'a PNG picture', READ_PICTURE],
  ['\xff\xd8\xff', 'a JPEG picture', READ_PICTURE],
  [/^GIF8[79]a/, 'a GIF picture', PICTURE],
  [/^RIFF.{4}WEBP/s, 'a WebP picture', PICTURE],
  [/^BM.{4}\0{4}/s, 'a BMP picture', PICTURE],
  [/^(?:II\*\0|MM\0\*|II\+\0|MM\0\+)/, 'a TIFF picture', PICTURE],
  [/^\0\0.{2}ftyp(?:hei|hev|mif1|msf1)/s, 'a HEIC picture', PICTURE],
  [/^\0\0.{2}ftypavi[fs]/s, 'an AVIF picture', PICTURE],
  [/^\0\0.{2}ftyp/s, 'a video', OTHER],
  ['\0\0\0\x0cjP  \r\n', 'a JPEG 2000 picture', PICTURE],
  [/^(?:\0\0\0\x0cJXL |\xff\x0a)/, 'a JPEG XL picture', PICTURE],
  [/^\0\0[\x01\x02]\0[\x01-\x20]\0/, 'an icon', PICTURE],
  [/^P[1-6]\s+(?:#[^\n]*\n\s*)*\d+\s+(?:#[^\n]*\n\s*)*\d+\s/, 'a PNM picture', PICTURE],
  ['8BPS\0', 'a Photoshop picture', PICTURE],
  ['%PDF-', 'a PDF document', PICTURE],
  [/^GGUF[\x01-\x08]\0\0/, 'a GGUF network', networkBy(FROM_GGUF)],
  [/^.{4}TFL3/s, 'a TensorFlow Lite network', networkBy(FROM_TFLITE)],
  // The first of the pickles that the format was made of before it was a ZIP: a magic number.
  ['\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.', 'a PyTorch file', networkIn('pytorch')],
  [
    '\x89HDF\r\n\x1a\n',
    'an HDF5 file, as Keras saves networks',
    { ...imagesOrNetwork(ARRAYS, ARRAYS), network: 'keras' },
  ],
  [/^MATLAB \d\.\d MAT-file/, 'a MATLAB file', imagesOrNetwork(ARRAYS, FROM_MATLAB)],
  // A protocol, and a frame, a mark, a collection, a name or a number: what pickles begin with. In protocol 1, a list or a
  // dictionary that is remembered as the first value.
  [
    /^(?:\x80[\x02-\x05][\x95(}\])cXK\x8a\x8c]|[\]}]q\0[(\]}c])/,
    'a Python pickle',
    { ...imagesOrNetwork(ARRAYS, ARRAYS), network: 'numpy' },
  ],
  [/^PAR1[\0-\x1f]/, 'a Parquet file', TABLE],
  [/^(?:ARROW1\0|FEA1\0)/, 'an Arrow file', TABLE],
  [/^ORC[\0-\x20]/, 'an ORC file', TABLE],
  ['Obj\x01', 'an Avro file', TABLE],
  ['SQLite format 3\0', 'an SQLite database', TABLE],
  ['\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', 'an Excel workbook', TABLE],
  [/^RDX[23]\n/, 'an R workspace', TABLE],
  ['CDF\x01', 'a NetCDF file', imagesOrNetwork(ARRAYS, ARRAYS)],
  ['\x1f\x8b', 'gzip', PACKED],
  ['\xfd7zXZ\0', 'xz', PACKED],
  [/^BZh[1-9]1AY&SY/, 'bzip2', PACKED],
  ['\x28\xb5\x2f\xfd', 'Zstandard', PACKED],
  ['\x04\x22\x4d\x18', 'LZ4', PACKED],
  ['\x1f\x9d', 'a file of compress', PACKED],
  ['7z\xbc\xaf\x27\x1c', 'a 7z archive', PACKED],
  ['Rar!\x1a\x07', 'a RAR archive', PACKED],
  [/^[^\0].{256}ustar/s, 'a tar archive', PACKED],
  [/^(?:\xff\xfe\0\0|\0\0\xfe\xff)/, 'text in UTF-32', advised('write it as UTF-8')],
  [/^(?:\xff\xfe|\xfe\xff)/, 'text in UTF-16', advised('write it as UTF-8')],
  [/^\0\0[\x08\x09\x0b-\x0e][\x01-\x08]/, 'an IDX file', { kind: 'images', advice: {} }],
  ['\x93NUMPY', 'a NumPy array', { kind: 'images', network: 'numpy', advice: {} }],
  [/^[\x01-\x03]\x08\0\0/, 'an IDX file whose numbers are little-endian', advised('write them big-endian')],
];

/** What binary content is: by its signature, or by how it is built. */
export function binaryContent(bytes: Buffer, text: string): Content | null {
  if (isSafetensors(bytes)) return safetensorsContent(bytes);
  const known = signatures().find(([start]) =>
    typeof start === 'string' ? text.startsWith(start) : start.test(text),
  );
  if (known !== undefined) return { title: known[1], ...known[2] };
  if (isOnnx(bytes)) return { title: 'an ONNX network', ...networkIn('onnx') };
  if (isSavedModel(text)) return { title: 'a TensorFlow network', ...networkBy(FROM_SAVED_MODEL) };
  return isUtf16(text) ? { title: 'text in UTF-16', ...advised('write it as UTF-8') } : null;
}

/** A length that the format allows, and the start of JSON. */
function isSafetensors(bytes: Buffer): boolean {
  return bytes.length > 8 && bytes[8] === 0x7b && bytes.readBigUInt64LE(0) <= 100_000_000n;
}

function safetensorsContent(bytes: Buffer): Content {
  const isCheckpoint = bytes.includes('digitflow.checkpoint/');
  if (!isCheckpoint)
    return { title: 'a network in safetensors', kind: 'safetensors', network: 'safetensors', advice: {} };
  const network = 'go on with it by train --resume; give the network that train --out wrote';
  return { title: 'a checkpoint of train', kind: 'safetensors', advice: { network } };
}

/** The wire types of ONNX's ModelProto, by field: 0 a number, 2 a length and as many bytes. */
const MODEL_FIELDS = new Map([
  ...[1, 5].map((field) => [field, 0] as const),
  ...[2, 3, 4, 6, 7, 8, 14, 20, 25].map((field) => [field, 2] as const),
]);
const GRAPH_FIELD = 7;
/** The keys of a node, a name, a tensor, a text, an input, an output: what a graph may begin with. */
const GRAPH_STARTS = [0x0a, 0x12, 0x2a, 0x52, 0x5a, 0x62];
const MOST_IR_VERSION = 100n;

/** Whether the fields before the graph, which is nearly all of a model, are those of a model. */
function isOnnx(bytes: Buffer): boolean {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 64n && at < bytes.length; shift += 7n) {
      const byte = bytes[at++];
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    return -1n;
  };
  const seen = new Set<number>();
  while (at < bytes.length) {
    const key = Number(varint());
    const field = Math.floor(key / 8);
    if (MODEL_FIELDS.get(field) !== key % 8) return false;
    const value = varint();
    if (value < 0n) return false;
    if (field === 1 && (value < 1n || value > MOST_IR_VERSION)) return false;
    seen.add(field);
    if (field === GRAPH_FIELD) return seen.has(1) && value > 0n && GRAPH_STARTS.includes(bytes[at]);
    if (key % 8 === 2) at += Number(value);
  }
  return false;
}

/** Schema version 1, then a graph that tells where it comes from. */
function isSavedModel(text: string): boolean {
  return text.startsWith('\x08\x01\x12') && /serve|VarHandleOp|tensorflow|Placeholder/.test(text);
}

/** Without a byte order mark: the same one of the two bytes of each letter and digit is zero. */
function isUtf16(text: string): boolean {
  const isZero = Array.from(text.slice(0, 16), (byte) => byte === '\0');
  const isEach = (first: boolean) => isZero.every((zero, i) => zero === (i % 2 === 0 ? first : !first));
  return isZero.length === 16 && (isEach(true) || isEach(false));
}
