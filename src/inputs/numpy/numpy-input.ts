import { DigitflowError } from '../../errors.js';
import {
  NPY_START_BYTES,
  type NpyHeader,
  npyHeaderBytes,
  parseNpyHeader,
  parseNpyLabelHeader,
} from '../../formats/numpy/npy-header.js';
import { checkFortranSize, fromFortranOrder } from '../../formats/numpy/numpy-data.js';
import {
  type ChosenArrays,
  chooseArrays,
  npyImageLayout,
  npyLabelLayout,
} from '../../formats/numpy/numpy-roles.js';
import { isNpz } from '../../formats/recognize.js';
import type { ImageSize } from '../../network/network.js';
import { type ByteSource, closedOnError } from '../bytes/byte-source.js';
import { OpenFile } from '../bytes/file-bytes.js';
import { type ArchiveBytes, archiveInMemory, openZipEntry, readZipEntries } from '../bytes/zip-bytes.js';
import { DataStream, type HeaderFormat } from '../data-stream.js';
import type { Split } from '../find-files.js';
import type { FirstBytes } from '../first-bytes.js';
import type { Input, LabelStream, OpenOptions } from '../input.js';
import { pixelInput } from '../pixel-input.js';

const NPY_HEADER: HeaderFormat<NpyHeader> = {
  prefix: 'NPY',
  startBytes: NPY_START_BYTES,
  headerBytes: npyHeaderBytes,
  parseHeader: parseNpyHeader,
};

const NPY_LABEL_HEADER: HeaderFormat<NpyHeader> = { ...NPY_HEADER, parseHeader: parseNpyLabelHeader };

/** Where the images lie, and their labels; what the archive calls them. */
interface Arrays {
  readonly images: ByteSource;
  readonly labels: LabelStream | null;
  readonly guesses: Input['guesses'];
}

/**
 * Opens arrays as NumPy saves them: a file an array (.npy), or an archive of both (.npz).
 *
 * @throws DigitflowError what `parseNpyHeader`, `npyImageLayout`, `npyLabelLayout` and `pixelInput` throw; of archives
 *   ZIP_BROKEN, NPZ_ARRAYS, and USAGE where it is a stream, or packed
 */
export async function openNumpy(first: FirstBytes, options: OpenOptions): Promise<Input> {
  const { name } = first;
  const arrays = isNpz(first.bytes) ? await openArchive(first, options) : await openPair(first, options);
  const { labels, guesses } = arrays;
  return closedOnError(labels?.stream, async () => {
    const images = await inRowOrder(await DataStream.open(arrays.images, NPY_HEADER, options.digest));
    return closedOnError(images, () => {
      const { element, shape } = images.header;
      const { count, ...image } = npyImageLayout(images.header, options.image ?? squareOf(shape[1]), name);
      return pixelInput({
        ...{ file: options.file, name, format: 'numpy', guesses, image, count },
        ...{ element, images, labels, options },
      });
    });
  });
}

/** The size of the images of an array; null for an archive. Throws what its header throws. */
export function numpySize(
  { bytes, name }: Pick<FirstBytes, 'bytes' | 'name'>,
  image: ImageSize,
): ImageSize | null {
  return isNpz(bytes) ? null : npyImageLayout(parseNpyHeader(bytes, name), image, name);
}

/** An array of its own, and the labels that are given or lie beside it. */
async function openPair(first: FirstBytes, options: OpenOptions): Promise<Arrays> {
  const openGiven = await options.findLabels(first.path);
  const images = await first.content();
  return closedOnError(images, async () => ({ images, labels: await openGiven(), guesses: [] }));
}

/** The arrays of an archive, by their names. */
async function openArchive(first: FirstBytes, options: OpenOptions): Promise<Arrays> {
  return withArchive(first, options.split, async (chosen, open) => {
    const images = await open(chosen.images);
    return closedOnError(images, async () => {
      const own = options.labelled === 'ignored' || options.areLabelsGiven ? null : chosen.labels;
      const labels =
        own === null ? await (await options.findLabels(null))() : await openLabels(await open(own), options);
      const guesses: Input['guesses'] = [
        { property: 'images', value: chosen.images, by: 'seen' },
        ...(own === null ? [] : [{ property: 'labels', value: own, by: 'seen' } as const]),
      ];
      return { images, labels, guesses };
    });
  });
}

/** Gives the names of the images and labels in an archive, and what opens each. */
async function withArchive<T>(
  first: FirstBytes,
  split: Split,
  use: (chosen: ChosenArrays, open: (array: string) => Promise<ByteSource>) => Promise<T>,
): Promise<T> {
  const archive = await archiveBytes(first);
  try {
    const entries = await readZipEntries(archive);
    const entryOf = new Map(entries.map((entry) => [entry.name.replace(/\.npy$/, ''), entry]));
    return await use(chooseArrays([...entryOf.keys()], split, first.name), async (array) => {
      const entry = entryOf.get(array);
      if (entry === undefined) throw new TypeError(`expected an array called ${array}`);
      return openZipEntry(archive, entry);
    });
  } finally {
    archive.release();
  }
}

/**
 * Opens what holds the labels of a set: an array of them, or an archive with images; null where that has none.
 *
 * @throws DigitflowError what `openNumpy` throws for labels
 */
export async function openLabelArray(first: FirstBytes, split: Split): Promise<DataStream<NpyHeader> | null> {
  const source = isNpz(first.bytes)
    ? await withArchive(first, split, async ({ labels }, open) => (labels === null ? null : open(labels)))
    : await first.content();
  return source && DataStream.open(source, NPY_LABEL_HEADER, 'never');
}

async function archiveBytes({ name, path, sizeBytes, memory, web }: FirstBytes): Promise<ArchiveBytes> {
  if (memory !== undefined) return archiveInMemory(memory, name);
  if (path !== null && sizeBytes !== null) return OpenFile.open(path, name);
  if (web !== undefined && sizeBytes !== null) return web.archive(sizeBytes);
  const found = path === null && web === undefined ? 'a stream' : 'a packed one';
  const message = `${name}: expected a file, since an archive of arrays is read at several places, found ${found}; give the path of the .npz file`;
  throw new DigitflowError('USAGE', message);
}

/** @throws DigitflowError what `parseNpyLabelHeader` and `npyLabelLayout` throw; NPZ_ARRAYS for an archive */
export async function openNumpyLabels(
  first: FirstBytes,
  options: Pick<OpenOptions, 'classes' | 'digest'>,
): Promise<LabelStream> {
  if (!isNpz(first.bytes)) return openLabels(await first.content(), options);
  const advice = 'give the archive alone where it has both, or take the labels out of it';
  const message = `${first.name}: expected labels as an array of their own (.npy), found an archive (.npz); ${advice}`;
  throw new DigitflowError('NPZ_ARRAYS', message);
}

async function openLabels(
  source: ByteSource,
  { classes, digest }: Pick<OpenOptions, 'classes' | 'digest'>,
): Promise<LabelStream> {
  const stream = await inRowOrder(await DataStream.open(source, NPY_LABEL_HEADER, digest));
  return closedOnError(stream, () => ({
    stream,
    layout: npyLabelLayout(stream.header, classes.length, stream.name),
  }));
}

/** An array in Fortran order is held in memory, and turned there. */
async function inRowOrder(stream: DataStream<NpyHeader>): Promise<DataStream<NpyHeader>> {
  const { header, name } = stream;
  if (!header.isFortran) return stream;
  try {
    checkFortranSize(header, name);
    stream.checkSize();
    const stored = Uint8Array.from(await stream.readFully(header.dataBytes));
    await stream.finish();
    return stream.withData(fromFortranOrder(stored, header));
  } finally {
    await stream.close();
  }
}

/** What flat images are where no network says it: squares, if they can be. */
function squareOf(pixels = 0): ImageSize {
  const side = Math.sqrt(pixels);
  return Number.isInteger(side) ? { height: side, width: side } : { height: 1, width: pixels };
}
