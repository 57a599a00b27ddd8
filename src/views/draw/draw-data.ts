import type { ImageSize, Layer, Network } from '../../network/network.js';
import { bytesOfText, textOfBytes } from './text-bytes.js';

/** A network in the page. */
export interface DrawNetwork {
  /** Of a bundled network, or of a file. */
  readonly name: string;
  readonly network: Pick<Network, 'layers' | 'image' | 'normalization' | 'classes'>;
}

/** Images in the page, bright ink on black. */
export interface DrawImages extends ImageSize {
  /** The name of the data that they are from. */
  readonly name: string;
  /** `(count, height * width)` u8, row-major. */
  readonly pixels: Uint8Array;
  /** `(count)` u8 class indices. */
  readonly labels: Uint8Array;
  /** The number of each in its data. */
  readonly numbers: readonly number[];
  /** By the first so many the accuracy is counted: a fair sample. The others are examples. */
  readonly sample: number;
}

/** A recorded training in the page. */
export interface DrawFilm {
  /** Of the network that it shows, or of its file. */
  readonly name: string;
  /** As `readFilm` reads them. */
  readonly bytes: Uint8Array;
}

/** What the page knows. */
export interface DrawData {
  readonly networks: readonly DrawNetwork[];
  /** Null where there are none of the networks' size and classes. */
  readonly images: DrawImages | null;
  /** Null where there is none to watch. */
  readonly film: DrawFilm | null;
}

/** Deflates, or inflates. */
type Squeeze = (bytes: Uint8Array) => Uint8Array;

/** What stands before the bytes: a description of them. */
interface Head {
  readonly networks: readonly (Omit<DrawNetwork['network'], 'layers'> & {
    readonly name: string;
    /** Of the numbers: 4 where float32 holds them all, else 8. */
    readonly bytes: 4 | 8;
    readonly layers: readonly Omit<Layer, 'weights' | 'biases'>[];
  })[];
  readonly images: (Omit<DrawImages, 'pixels' | 'labels'> & { readonly labels: readonly number[] }) | null;
  readonly film: { readonly name: string; readonly bytes: number } | null;
}

/** The data as text for the page. The same data gives the same text. */
export function packDrawData({ networks, images, film }: DrawData, deflate: Squeeze): string {
  const parts: Uint8Array[] = [];
  const head: Head = {
    networks: networks.map(({ name, network: { layers, image, normalization, classes } }) => {
      const numbers = layers.flatMap(({ weights, biases }) => [weights, biases]);
      const isSingle = numbers.every((values) => values.every((value) => Math.fround(value) === value));
      for (const values of numbers) parts.push(planes(isSingle ? new Float32Array(values) : values));
      const bare = layers.map(({ inputs, outputs, activation }) => ({ inputs, outputs, activation }));
      return { name, image, normalization, classes, bytes: isSingle ? 4 : 8, layers: bare };
    }),
    images: images && headOf(images),
    film: film && { name: film.name, bytes: film.bytes.length },
  };
  if (images !== null) parts.push(images.pixels);
  if (film !== null) parts.push(film.bytes);
  const described = new TextEncoder().encode(JSON.stringify(head));
  const length = new Uint8Array(Uint32Array.of(described.length).buffer);
  return textOfBytes(deflate(joined([length, described, ...parts])));
}

function headOf({ pixels: _, labels, ...rest }: DrawImages): Head['images'] {
  return { ...rest, labels: [...labels] };
}

/** The data that `packDrawData` was given. */
export function unpackDrawData(text: string, inflate: Squeeze): DrawData {
  const bytes = inflate(bytesOfText(text));
  const start = 4 + new Uint32Array(bytes.slice(0, 4).buffer)[0];
  const head: Head = JSON.parse(new TextDecoder().decode(bytes.subarray(4, start)));
  let at = start;
  const take = (count: number) => {
    at += count;
    return bytes.subarray(at - count, at);
  };
  const networks = head.networks.map(({ name, bytes: size, layers, ...rest }) => ({
    name,
    network: {
      ...rest,
      layers: layers.map((layer) => {
        const numbers = (count: number) => fromPlanes(take(count * size), size);
        return { ...layer, weights: numbers(layer.inputs * layer.outputs), biases: numbers(layer.outputs) };
      }),
    },
  }));
  const images = head.images && imagesOf(head.images, take);
  const film = head.film && { ...head.film, bytes: take(head.film.bytes) };
  return { networks, images, film };
}

function imagesOf(head: NonNullable<Head['images']>, take: (count: number) => Uint8Array): DrawImages {
  const { labels, height, width } = head;
  const pixels = take(labels.length * height * width);
  return { ...head, labels: Uint8Array.from(labels), pixels };
}

/** The first bytes of all numbers, then all second ones, and so on: bytes that are like each other deflate better. */
function planes(values: Float32Array | Float64Array): Uint8Array {
  const { BYTES_PER_ELEMENT: size, length } = values;
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return Uint8Array.from(bytes, (_, i) => bytes[(i % length) * size + Math.floor(i / length)]);
}

function fromPlanes(bytes: Uint8Array, size: 4 | 8): Float64Array {
  const length = bytes.length / size;
  const numbers = Uint8Array.from(bytes, (_, i) => bytes[(i % size) * length + Math.floor(i / size)]);
  return new Float64Array(size === 4 ? new Float32Array(numbers.buffer) : new Float64Array(numbers.buffer));
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
