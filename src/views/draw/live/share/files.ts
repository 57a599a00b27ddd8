import type { GreyImage } from '../../../../formats/pictures/grey-image.js';
import { crc32 } from '../../../../formats/pictures/png-chunks.js';
import { transposePixels } from '../../../../network/feed-forward.js';
import type { Network } from '../../../../network/network.js';

/** A picture as a grey PNG. A canvas would do it, but some browsers change what is read from one. */
export async function pngOf({ height, width, pixels }: GreyImage): Promise<Uint8Array<ArrayBuffer>> {
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, width);
  header.setUint32(4, height);
  // 8 bits, and 0 for grey.
  header.setUint8(8, 8);
  // Each row begins with its filter: none.
  const rows = new Uint8Array(height * (width + 1));
  for (let y = 0; y < height; y++) rows.set(pixels.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  const packed = new Blob([rows]).stream().pipeThrough(new CompressionStream('deflate'));
  const data = new Uint8Array(await new Response(packed).arrayBuffer());
  const parts = [
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk('IHDR', new Uint8Array(header.buffer)),
    chunk('IDAT', data),
    chunk('IEND', new Uint8Array(0)),
  ];
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

function chunk(type: string, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(data.length + 12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

/** A drawing, and what it is. */
export interface LabelledDrawing {
  /** The name of its class. */
  readonly label: string;
  /** `(height * width)` u8, row-major, bright on black. */
  readonly pixels: Uint8Array;
}

/** Drawings as CSV with a header, the label first, and pixels as the network's own images are stored; at least one. */
export function csvOf(
  drawings: readonly LabelledDrawing[],
  { image, normalization }: Pick<Network, 'image' | 'normalization'>,
): string {
  const names = Array.from(drawings[0].pixels, (_, i) => `pixel${i}`);
  const rows = drawings.map(({ label, pixels }) => {
    // They may be dark ink on white, or stand column by column.
    const shades = normalization.scale < 0 ? pixels.map((pixel) => 255 - pixel) : pixels;
    const turned = { height: image.width, width: image.height };
    return [quoted(label), ...(normalization.transposed ? transposePixels(shades, turned) : shades)];
  });
  return [['label', ...names], ...rows].map((row) => `${row.join(',')}\n`).join('');
}

function quoted(text: string): string {
  return /^[\w.-]+$/.test(text) ? text : `"${text.replaceAll('"', '""')}"`;
}
