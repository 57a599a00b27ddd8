import { Unzlib } from 'fflate/browser';
import { exifOrientation, turn } from './exif-orientation.js';
import { checkPixels, type GreyImage, luma, onGround } from './grey-image.js';
import { brokenPng, pngData } from './png-chunks.js';

/** Deflate makes at most so many bytes of one. */
const MOST_INFLATION = 1032;
/** Packed data is inflated a piece at a time, so that no more comes out than is wanted. */
const PIECE_BYTES = 8192;

/** Samples of a pixel by colour type: grey, -, RGB, palette, grey and alpha, -, RGB and alpha. */
const CHANNELS = [1, 0, 3, 1, 2, 0, 4];
const [RGB, PALETTE, GREY_ALPHA] = [2, 3, 4];
const DEPTHS = [[1, 2, 4, 8, 16], [], [8, 16], [1, 2, 4, 8], [8, 16], [], [8, 16]];

/** Where each pass of an interlaced picture begins, and its steps: x, y, x, y (PNG, 8.2). */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
];

/**
 * Unpacks zlib's format faster than JavaScript can: exactly `size` bytes, and takes memory for no more. Null where it cannot, or
 * where there are others: then what is wrong is found out without it.
 */
export type Inflate = (packed: readonly Uint8Array[], size: number) => Uint8Array | null;

/**
 * Decodes a PNG of any kind (grey, RGB, palette, alpha, 1 to 16 bits, interlaced) to grey. Transparent parts take the shade
 * that the ink stands out from: white for dark ink, black for light ink.
 *
 * @throws DigitflowError PNG_BROKEN; MEMORY_LIMIT where it has more pixels than are of use.
 */
export function decodePng(bytes: Uint8Array, name: string, inflate?: Inflate): GreyImage {
  const chunks = pngData(bytes, name);
  const header = new DataView(chunks.header.buffer, chunks.header.byteOffset, 13);
  const [width, height] = [header.getUint32(0), header.getUint32(4)];
  const [depth, type, compression, filter, interlace] = chunks.header.subarray(8);
  checkPixels(width, height, name);
  if (width === 0 || height === 0) throw brokenPng(name, 'no pixels');
  if (!DEPTHS[type]?.includes(depth) || compression !== 0 || filter !== 0 || interlace > 1) {
    throw brokenPng(name, 'a header that the format does not have');
  }
  if (type === PALETTE && chunks.palette === null) throw brokenPng(name, 'no palette');
  const bits = CHANNELS[type] * depth;
  const passes = (interlace === 1 ? ADAM7 : [[0, 0, 1, 1]])
    .map(([left, top, stepX, stepY]) => ({
      ...{ left, top, stepX, stepY },
      columns: Math.ceil((width - left) / stepX),
      rows: Math.ceil((height - top) / stepY),
    }))
    .filter(({ columns, rows }) => columns > 0 && rows > 0);
  const rowBytes = (columns: number) => Math.ceil((columns * bits) / 8);
  const size = passes.reduce((sum, { columns, rows }) => sum + rows * (1 + rowBytes(columns)), 0);
  const raw = unpack(chunks.packed, size, name, inflate);

  const shades = new Uint8Array(width * height);
  const kind = kindOf(type, depth, chunks);
  const alphas = kind.isOpaque ? null : new Uint8Array(width * height);
  let at = 0;
  for (const { left, top, stepX, stepY, columns, rows } of passes) {
    const length = rowBytes(columns);
    const samples = depth === 8 ? null : new Uint16Array(columns * kind.channels);
    let above: Uint8Array = new Uint8Array(length);
    for (let row = 0; row < rows; row++, at += length + 1) {
      const line = raw.subarray(at + 1, at + 1 + length);
      if (!unfilter(raw[at], line, above, Math.max(1, bits >> 3))) throw brokenPng(name, 'an unknown filter');
      if (samples !== null) readSamples(line, depth, samples);
      const first = (top + row * stepY) * width + left;
      putRow(samples ?? line, columns, kind, shades, alphas, first, stepX);
      above = line;
    }
  }
  const image = { width, height, pixels: alphas === null ? shades : onGround(shades, alphas) };
  return chunks.exif === null ? image : turn(image, exifOrientation(chunks.exif));
}

/** Gives the first bytes of the image data; there must be as many. */
function unpack(packed: readonly Uint8Array[], size: number, name: string, inflate?: Inflate): Uint8Array {
  const tooShort = () => brokenPng(name, 'less image data than its size asks for');
  // Before any memory is taken.
  if (size > MOST_INFLATION * packed.reduce((sum, part) => sum + part.length, 0)) throw tooShort();
  const whole = inflate?.(packed, size);
  if (whole?.length === size) return whole;
  const raw = new Uint8Array(size);
  let filled = 0;
  const unzlib = new Unzlib((piece) => {
    raw.set(piece.subarray(0, size - filled), filled);
    filled = Math.min(size, filled + piece.length);
  });
  try {
    for (const part of packed) {
      for (let at = 0; at < part.length && filled < size; at += PIECE_BYTES) {
        unzlib.push(part.subarray(at, at + PIECE_BYTES));
      }
    }
  } catch (cause) {
    throw brokenPng(name, 'image data that cannot be unpacked', { cause });
  }
  if (filled < size) throw tooShort();
  return raw;
}

/** Undoes a row's filter in place (PNG, 9.2); false for one that there is not. */
function unfilter(filter: number, line: Uint8Array, above: Uint8Array, pixel: number): boolean {
  const { length } = line;
  if (filter === 1) {
    for (let i = pixel; i < length; i++) line[i] += line[i - pixel];
  } else if (filter === 2) {
    for (let i = 0; i < length; i++) line[i] += above[i];
  } else if (filter === 3) {
    for (let i = 0; i < pixel; i++) line[i] += above[i] >> 1;
    for (let i = pixel; i < length; i++) line[i] += (line[i - pixel] + above[i]) >> 1;
  } else if (filter === 4) {
    for (let i = 0; i < pixel; i++) line[i] += above[i];
    for (let i = pixel; i < length; i++) line[i] += paeth(line[i - pixel], above[i], above[i - pixel]);
  }
  return filter <= 4;
}

function paeth(left: number, above: number, corner: number): number {
  const byLeft = Math.abs(above - corner);
  const byAbove = Math.abs(left - corner);
  const byCorner = Math.abs(left + above - 2 * corner);
  if (byLeft <= byAbove && byLeft <= byCorner) return left;
  return byAbove <= byCorner ? above : corner;
}

/** Takes samples of 1, 2, 4 or 16 bits out of a row. */
function readSamples(line: Uint8Array, depth: number, samples: Uint16Array): void {
  for (let i = 0, bit = 0; i < samples.length; i++, bit += depth) {
    samples[i] =
      depth === 16
        ? (line[2 * i] << 8) | line[2 * i + 1]
        : (line[bit >> 3] >> (8 - depth - (bit & 7))) & (2 ** depth - 1);
  }
}

/** What the samples of a pixel mean. */
interface PixelKind {
  readonly channels: number;
  readonly isColour: boolean;
  readonly hasAlpha: boolean;
  readonly isOpaque: boolean;
  /** From a sample to 0..255. */
  readonly scale: number;
  /** Of grey and of a palette: the shade of each sample, and its opacity where there is no channel of it. */
  readonly shadeOf: Uint8Array;
  readonly opacityOf: Uint8Array;
  /** The one colour that is transparent; empty where there is none. */
  readonly clear: readonly number[];
}

function kindOf(
  type: number,
  depth: number,
  { palette, transparency }: { palette: Uint8Array | null; transparency: Uint8Array | null },
): PixelKind {
  const channels = CHANNELS[type];
  const isColour = (type & RGB) !== 0 && type !== PALETTE;
  const hasAlpha = type >= GREY_ALPHA;
  const scale = 255 / (2 ** depth - 1);
  // Of grey and RGB one colour may be transparent: two bytes a channel.
  const hasClear = !hasAlpha && type !== PALETTE && (transparency?.length ?? 0) >= 2 * channels;
  const clear = Array.from({ length: hasClear ? channels : 0 }, (_, c) =>
    transparency === null ? 0 : (transparency[2 * c] << 8) | transparency[2 * c + 1],
  );
  const isOpaque = !hasAlpha && !hasClear && (type !== PALETTE || transparency === null);
  const shadeOf = new Uint8Array(isColour ? 0 : 2 ** depth);
  const opacityOf = new Uint8Array(shadeOf.length).fill(255);
  for (let i = 0; i < shadeOf.length; i++) {
    if (type !== PALETTE) shadeOf[i] = Math.round(i * scale);
    else if (palette !== null)
      shadeOf[i] = luma(palette[3 * i] ?? 0, palette[3 * i + 1] ?? 0, palette[3 * i + 2] ?? 0);
  }
  if (type === PALETTE) opacityOf.set(transparency?.subarray(0, opacityOf.length) ?? []);
  else if (hasClear && clear[0] < opacityOf.length) opacityOf[clear[0]] = 0;
  return { channels, isColour, hasAlpha, isOpaque, scale, shadeOf, opacityOf, clear };
}

/** Puts a row's shades to `first` and each `step` pixels on, and its opacities where not all is opaque. */
function putRow(
  samples: Uint8Array | Uint16Array,
  columns: number,
  { channels, isColour, hasAlpha, scale, shadeOf, opacityOf, clear }: PixelKind,
  shades: Uint8Array,
  alphas: Uint8Array | null,
  first: number,
  step: number,
): void {
  for (let column = 0, i = 0, to = first; column < columns; column++, i += channels, to += step) {
    shades[to] = isColour
      ? luma(samples[i] * scale, samples[i + 1] * scale, samples[i + 2] * scale)
      : shadeOf[samples[i]];
    if (alphas === null) continue;
    if (hasAlpha) alphas[to] = Math.round(samples[i + channels - 1] * scale);
    else if (!isColour) alphas[to] = opacityOf[samples[i]];
    else
      alphas[to] =
        samples[i] === clear[0] && samples[i + 1] === clear[1] && samples[i + 2] === clear[2] ? 0 : 255;
  }
}
