/** What a file was given as. */
export type Wanted = 'images' | 'labels' | 'network' | 'checkpoint' | 'film' | 'picture' | 'mask';

/** The formats that networks are read from or written to. */
export type NetworkFormat =
  | 'safetensors'
  | 'onnx'
  | 'keras'
  | 'pytorch'
  | 'numpy'
  | 'json'
  | 'c'
  | 'javascript';

/** What some content is, and what to do where it is not what was wanted. */
export interface Content {
  /** `a PNG picture`. */
  readonly title: string;
  /**
   * What it is good for: images, safetensors, pictures and text are read where they are asked for. Networks of other
   * formats and `other` are not read; `unknown` is binary data of which nothing is known.
   */
  readonly kind: 'images' | 'text' | 'picture' | 'safetensors' | 'network' | 'other' | 'unknown';
  /** The format of the network that it may hold; absent where networks of this kind are not read. */
  readonly network?: NetworkFormat;
  /** What to do about it, by what it was given as. What is not said here is said of what was wanted. */
  readonly advice: Partial<Readonly<Record<Wanted, string>>>;
}

/** Content of which no more is known. */
export const OTHER = { kind: 'other', advice: {} } as const satisfies Partial<Content>;

/** What is not read, with the same advice whatever it was given as. */
export function advised(advice: string) {
  const all = { images: advice, labels: advice, network: advice };
  return {
    kind: 'other',
    advice: { ...all, checkpoint: advice, film: advice, picture: advice, mask: advice },
  } as const;
}

const AS_CSV = 'write it as CSV';

/** Rows that another program writes as CSV. */
export const TABLE = { kind: 'other', advice: { images: AS_CSV, labels: AS_CSV } } as const;
/** A network that is read. */
export function networkIn(network: NetworkFormat) {
  return { kind: 'network', network, advice: {} } as const;
}

/** A network that is not read: how it becomes one that is. */
export function networkBy(advice: string) {
  return { kind: 'network', advice: { network: advice } } as const;
}

/** How a TensorFlow SavedModel, which is a folder, becomes a network that is read. */
export const FROM_SAVED_MODEL =
  'convert its folder: python -m tf2onnx.convert --saved-model FOLDER --output model.onnx';
/** Content to be unpacked. */
export const PACKED = advised('unpack it first');

/** Content that may hold images as well as a network: what to do with images, and with a network where it is not read. */
export function imagesOrNetwork(images: string, network: string) {
  return { kind: 'other', advice: { images, labels: images, network } } as const;
}

const CHECK = 'check that this is the right file';

/** What to do where something else was wanted, of which no more is known. */
const INSTEAD: Readonly<Record<Wanted, (kind: Content['kind']) => string>> = {
  images: (kind) =>
    kind === 'network' || kind === 'safetensors' ? 'give images here, and a network with --model' : CHECK,
  labels: (kind) => (kind === 'images' ? CHECK : 'give the class of each image'),
  network: (kind) => {
    const images = kind === 'images' || kind === 'text' ? ', and images before it' : '';
    return `give sigmoid, relu, or the path of a file${images}`;
  },
  checkpoint: () => 'give the file that train --checkpoint wrote',
  film: () => 'give the file that train --film wrote',
  picture: (kind) =>
    kind === 'images' || kind === 'text'
      ? "give a record's number, and this file with --images"
      : "give a picture, or a record's number",
  mask: () => 'draw the region in text, with # and -, or in a PNG',
};

/** `expected a network, found a PNG picture; …`: the words of an error after the file's name. */
export function unexpected(wanted: Wanted, expected: string, { title, kind, advice }: Content): string {
  return `expected ${expected}, found ${title}; ${advice[wanted] ?? INSTEAD[wanted](kind)}`;
}

/** Bytes in hexadecimal. */
export function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** What a file says of itself, to be shown in a message: on one line, and short. */
export function shown(text: string, most = 60): string {
  const plain = text
    .replace(/[^ -~]+/g, ' ')
    .replace(/ {2,}/g, ' ')
    .trim();
  return plain.length > most ? `${plain.slice(0, most)}…` : plain;
}
