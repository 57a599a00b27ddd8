import {
  IDX_MAGIC_BYTES,
  idxHeaderBytes,
  imageLayout,
  labelLayout,
  parseIdxHeader,
} from '../../formats/idx.js';
import { contentOf, isGzip } from '../../formats/recognize.js';
import type { ArrayHeader } from '../../formats/stored-arrays.js';
import { closedOnError } from '../bytes/byte-source.js';
import { DataStream, type HeaderFormat } from '../data-stream.js';
import type { FirstBytes } from '../first-bytes.js';
import type { Format, Input, LabelStream, OpenOptions } from '../input.js';
import { pixelInput } from '../pixel-input.js';

const IDX_HEADER: HeaderFormat<ArrayHeader> = {
  prefix: 'IDX',
  startBytes: IDX_MAGIC_BYTES,
  headerBytes: idxHeaderBytes,
  parseHeader: parseIdxHeader,
};

/** The format of MNIST: images in one file, labels in another. */
export const IDX_FORMAT: Format = {
  name: 'idx',
  isText: false,
  recognizes: (start) => beginsLikeIdx(start) || isGzip(start),
  sizeOf: ({ bytes, name }) => imageLayout(parseIdxHeader(bytes, name), name),
  open: openIdx,
  openLabels: openIdxLabels,
};

/** Two zero bytes, and a type, or a damaged one; other formats begin so as well. */
function beginsLikeIdx(start: Uint8Array): boolean {
  if (start.length < 2 || start[0] !== 0 || start[1] !== 0) return false;
  const isType = start.length < 3 || (start[2] >= 0x08 && start[2] <= 0x0e);
  return isType || contentOf(start).kind === 'unknown';
}

/** @throws DigitflowError what `parseIdxHeader`, `imageLayout`, the opening of labels and `pixelInput` throw */
async function openIdx(first: FirstBytes, options: OpenOptions): Promise<Input> {
  const { name, path } = first;
  // What a stream lacks is told before anything is read; what a file is, before its labels are looked for.
  const openGiven = path === null ? await options.findLabels(null) : null;
  const images = await DataStream.open(await first.content(), IDX_HEADER, options.digest);
  return closedOnError(images, async () => {
    const { count, height, width } = imageLayout(images.header, name);
    const openLabels = openGiven ?? (await options.findLabels(path));
    const labels = await openLabels();
    return pixelInput({
      ...{ file: options.file, name, format: 'idx', guesses: [], image: { height, width }, count },
      ...{ element: images.header.element, images, labels, options },
    });
  });
}

/** @throws DigitflowError what `parseIdxHeader` and `labelLayout` throw */
export async function openIdxLabels(
  first: FirstBytes,
  { classes, digest }: Pick<OpenOptions, 'classes' | 'digest'>,
): Promise<LabelStream> {
  const stream = await DataStream.open(await first.content(), IDX_HEADER, digest);
  return closedOnError(stream, () => ({
    stream,
    layout: labelLayout(stream.header, stream.name, classes.length),
  }));
}
