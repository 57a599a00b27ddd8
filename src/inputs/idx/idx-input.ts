import {
  IDX_MAGIC_BYTES,
  idxHeaderBytes,
  imageLayout,
  labelLayout,
  parseIdxHeader,
} from '../../formats/idx.js';
import { isGzip } from '../../formats/recognize.js';
import type { ArrayHeader } from '../../formats/stored-arrays.js';
import { DataStream, type HeaderFormat } from '../data-stream.js';
import type { FirstBytes } from '../first-bytes.js';
import type { Format, Input, LabelStream, OpenOptions } from '../input.js';
import { pixelInput } from '../pixel-input.js';

const IDX_HEADER: HeaderFormat<ArrayHeader> = {
  prefix: 'IDX',
  async readHeader(reader, name) {
    const magic = Uint8Array.from(await reader.readFully(IDX_MAGIC_BYTES));
    const sizesBytes = idxHeaderBytes(magic, name) - IDX_MAGIC_BYTES;
    const bytes = Buffer.concat([magic, await reader.readFully(sizesBytes)]);
    return { header: parseIdxHeader(bytes, name), bytes };
  },
};

/** The format of MNIST: images in one file, labels in another. */
export const IDX_FORMAT: Format = {
  name: 'idx',
  isText: false,
  recognizes: (start) => (start.length >= 2 && start[0] === 0 && start[1] === 0) || isGzip(start),
  open: openIdx,
  openLabels: openIdxLabels,
};

/**
 * Opens IDX images, and labels that belong to them, and checks all that can be checked before the data is read.
 *
 * @throws DigitflowError what `parseIdxHeader`, `imageLayout`, `openLabels` and `pixelInput` throw
 */
async function openIdx(first: FirstBytes, options: OpenOptions): Promise<Input> {
  const { name } = first;
  // By their name: before anything is read.
  const found = await options.findLabels(first.path);
  const images = await DataStream.open(await first.content(), IDX_HEADER, options.digest);
  let labels: LabelStream | null = null;
  try {
    const { count, height, width } = imageLayout(images.header, name);
    labels = found === null ? null : await options.openLabels(found);
    const classCount = options.classes.length;
    return pixelInput({
      ...{ file: options.file, name, format: 'idx', guesses: [], image: { height, width }, count },
      ...{ images, labels, classCount, storedBytes: height * width },
    });
  } catch (error) {
    await Promise.all([images.close(), labels?.stream.close()]);
    throw error;
  }
}

/** @throws DigitflowError what `parseIdxHeader` and `labelLayout` throw */
export async function openIdxLabels(
  first: FirstBytes,
  { classes, digest }: Pick<OpenOptions, 'classes' | 'digest'>,
): Promise<LabelStream> {
  const stream = await DataStream.open(await first.content(), IDX_HEADER, digest);
  try {
    return { stream, layout: labelLayout(stream.header, stream.name, classes.length) };
  } catch (error) {
    await stream.close();
    throw error;
  }
}
