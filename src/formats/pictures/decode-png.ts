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
 * Decodes a PNG of any kind (grey, RGB, palette, alpha, 1 to 16 bits, interlaced) to grey. Transparent parts take the shade
 * that the ink stands out from: white for dark ink, black for light ink.
 *
 * @throws DigitflowError PNG_BROKEN; MEMORY_LIMIT where it has more pixels than are of use.
 */
export function decodePng(bytes: Uint8Array, name: string): GreyImage {
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
  const raw = inflate(chunks.packed, size, name);

  const shades = new Uint8Array(width * height);
  const alphas = new Uint8Array(width * height);
  const put = pixelReader(type, depth, chunks, shades, alphas);
  let at = 0;
  for (const { left, top, stepX, stepY, columns, rows } of passes) {
    const length = rowBytes(columns);
    let above: Uint8Array = new Uint8Array(length);
    for (let row = 0; row < rows; row++, at += length + 1) {
      const line = raw.subarray(at + 1, at + 1 + length);
      if (!unfilter(raw[at], line, above, Math.max(1, bits >> 3))) throw brokenPng(name, 'an unknown filter');
      const first = (top + row * stepY) * width + left;
      for (let column = 0; column < columns; column++) put(line, column, first + column * stepX);
      above = line;
    }
  }
  const image = { width, height, pixels: onGround(shades, alphas) };
  return chunks.exif === null ? image : turn(image, exifOrientation(chunks.exif));
}

/** Gives the first bytes of the image data; there must be as many. */
function inflate(packed: readonly Uint8Array[], size: number, name: string): Uint8Array {
  const tooShort = () => brokenPng(name, 'less image data than its size asks for');
  // Before any memory is taken.
  if (size > MOST_INFLATION * packed.reduce((sum, part) => sum + part.length, 0)) throw tooShort();
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
  if (filter > 4) return false;
  for (let i = 0; i < line.length && filter > 0; i++) {
    const left = i < pixel ? 0 : line[i - pixel];
    if (filter === 1) line[i] += left;
    else if (filter === 2) line[i] += above[i];
    else if (filter === 3) line[i] += (left + above[i]) >> 1;
    else line[i] += paeth(left, above[i], i < pixel ? 0 : above[i - pixel]);
  }
  return true;
}

function paeth(left: number, above: number, corner: number): number {
  const [byLeft, byAbove, byCorner] = [
    Math.abs(above - corner),
    Math.abs(left - corner),
    Math.abs(left + above - 2 * corner),
  ];
  if (byLeft <= byAbove && byLeft <= byCorner) return left;
  return byAbove <= byCorner ? above : corner;
}

/** Gives a function that reads pixel `column` of a row, and puts its shade and its opacity at `to`. */
function pixelReader(
  type: number,
  depth: number,
  { palette, transparency }: { palette: Uint8Array | null; transparency: Uint8Array | null },
  shades: Uint8Array,
  alphas: Uint8Array,
) {
  const channels = CHANNELS[type];
  const scale = 255 / (2 ** depth - 1);
  const isColour = (type & RGB) !== 0 && type !== PALETTE;
  const hasAlpha = type >= GREY_ALPHA;
  // Of grey and RGB one colour may be transparent: two bytes a channel.
  const clear =
    type <= RGB && transparency !== null && transparency.length >= 2 * channels
      ? Array.from({ length: channels }, (_, c) => (transparency[2 * c] << 8) | transparency[2 * c + 1])
      : null;
  const shadesOfPalette = Uint8Array.from({ length: 256 }, (_, i) =>
    palette === null ? 0 : luma(palette[3 * i] ?? 0, palette[3 * i + 1] ?? 0, palette[3 * i + 2] ?? 0),
  );

  return (line: Uint8Array, column: number, to: number): void => {
    const first = column * channels;
    if (type === PALETTE) {
      const index = sample(line, first);
      shades[to] = shadesOfPalette[index];
      alphas[to] = transparency?.[index] ?? 255;
      return;
    }
    const value = sample(line, first);
    shades[to] = isColour
      ? luma(value * scale, sample(line, first + 1) * scale, sample(line, first + 2) * scale)
      : Math.round(value * scale);
    if (hasAlpha) alphas[to] = Math.round(sample(line, first + channels - 1) * scale);
    else alphas[to] = clear?.every((level, c) => sample(line, first + c) === level) ? 0 : 255;
  };

  function sample(line: Uint8Array, i: number): number {
    if (depth === 8) return line[i];
    if (depth === 16) return (line[2 * i] << 8) | line[2 * i + 1];
    const bit = i * depth;
    return (line[bit >> 3] >> (8 - depth - (bit & 7))) & (2 ** depth - 1);
  }
}
