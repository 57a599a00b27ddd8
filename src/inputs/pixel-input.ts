import type { InputDescription, Permits, Piece, PixelRecords, Reading } from '../engine/records.js';
import { DigitflowError } from '../errors.js';
import { LabelReader } from '../formats/label-reader.js';
import { PixelReader, type PixelReaderOptions } from '../formats/pixel-reader.js';
import { type Guess, guessedWords } from '../formats/reading.js';
import { type ElementFormat, elementBytes } from '../formats/stored-arrays.js';
import type { Cursor, Input, OpenReading, ReadEnd } from './input.js';
import { type PixelSource, settleStored } from './stored-readings.js';

/** The most bytes of labels in one piece: labels may be longer than images. */
const MOST_LABEL_BYTES = 2 ** 20;
/** So much is converted at a time: what stays in the cache. */
const CONVERTED_BYTES = 2 ** 20;

/** How images are stored. */
export interface StoredImages {
  /** Bytes of one image. */
  readonly storedBytes: number;
  /** Makes u8 pixels of whole images from index `first` on, valid until the next call; left out where they are that already. */
  readonly toPixels?: ((stored: Uint8Array, first: number) => Uint8Array) | undefined;
}

/**
 * What binary formats have in common: pixels are read straight to where they will be scored, or left to the workers, with
 * the labels in lockstep.
 *
 * @throws DigitflowError IDX_COUNTS_DIFFER, and for regular uncompressed files what `DataStream.checkSize` throws, and
 *   what `settleStored` throws
 */
export async function pixelInput(source: PixelSource): Promise<Input> {
  const { file, name, format, image, count, element, images, labels, options } = source;
  if (labels !== null && labels.layout.count !== count) {
    const message =
      `${images.name} holds ${count} images, but ${labels.stream.name} holds ${labels.layout.count} labels; ` +
      'give the labels that belong to these images';
    throw new DigitflowError('IDX_COUNTS_DIFFER', message);
  }
  const streams = labels === null ? [images] : [images, labels.stream];
  for (const stream of streams) stream.checkSize();
  const { flags, guesses: settled, labelFormat } = await settleStored(source);
  const guesses = [...source.guesses, ...labelGuesses(labels), ...settled];
  const recordPixels = image.height * image.width;
  const stored: StoredImages = {
    storedBytes: recordPixels * elementBytes(element.type),
    toPixels: pixelsOf(element, recordPixels, name, format, {
      scale: flags.scale,
      guessed: guessedWords(settled, ['scale'], 'images'),
    }),
  };
  const guessedLabels = guessedWords(settled, ['labels-from', 'label-map'], 'labels');
  const canBeReadByWorkers = images.canBeLeft && stored.toPixels === undefined;
  const oriented = { transposed: flags.transpose ?? null, inverted: flags.invert };
  let isRead = false;
  const close = async (): Promise<void> => {
    await Promise.all(streams.map((stream) => stream.close()));
  };
  const read = (from: Cursor, permits: Permits, until?: ReadEnd): OpenReading => {
    if (isRead) throw new DigitflowError('USAGE', `${name}: already read; open it again`);
    isRead = true;
    const first = from.row;
    const end = Math.min(count, until?.row ?? count);
    const labelReader =
      labels &&
      labelFormat &&
      new LabelReader(labelFormat, options.classes, labels.stream.name, flags, guessedLabels);
    const cutter = new RecordCutter(stored, labelReader, first);
    const reading: Reading = {
      ...{ input: file, name, dialect: null, linesBefore: 0, storedBytes: stored.storedBytes },
      ...oriented,
      dataStart: images.header.headerBytes,
      decode: (piece) => cutter.cut(piece),
    };
    const isLeft = permits.readByWorkers && canBeReadByWorkers;
    return {
      reading,
      pieces: piecesOf({ ...source, ...stored }, reading, { first, end }, permits, isLeft),
      // What is left to go wrong when a reader is closed does not matter.
      close: () => void close().catch(() => undefined),
    };
  };
  return {
    ...{ file, name, format, guesses, image, read, close, canBeReadByWorkers, ...oriented },
    ...{ isText: false, dataStart: images.header.headerBytes, linesBefore: 0 },
    hasLabels: labels !== null,
    labelling: labels && (labels.layout.format.meaning === 'one-hot' ? 'one-hot' : 'value'),
    records: count,
    bytes: images.canBeLeft ? count * stored.storedBytes : null,
    returnAfter: () => null,
    files: async () => streams.map((stream) => ({ name: stream.name, sha256: stream.sha256 })),
  };
}

/** Of labels with other columns beside them, as QMNIST has, that these are passed over. */
function labelGuesses(labels: PixelSource['labels']): Guess[] {
  if (labels === null || labels.layout.format.meaning !== 'index') return [];
  const { strideBytes, type } = labels.layout.format;
  const columns = strideBytes / elementBytes(type);
  return columns > 1 ? [{ property: 'label', value: `the first of ${columns} columns`, by: 'seen' }] : [];
}

/** How stored numbers become pixels; undefined where they are pixels already. */
function pixelsOf(
  element: ElementFormat,
  recordPixels: number,
  name: string,
  format: InputDescription['format'],
  { scale, guessed }: PixelReaderOptions,
): StoredImages['toPixels'] {
  if (element.type === 'u8' && (scale === undefined || scale === 255)) return undefined;
  const code = format === 'idx' ? 'IDX_PIXEL' : 'NPY_PIXEL';
  const reader = new PixelReader(element, recordPixels, name, { scale, code, guessed });
  return (stored, record) => reader.read(stored, record * recordPixels);
}

async function* piecesOf(
  { image, images, labels, count, storedBytes, toPixels }: PixelSource & StoredImages,
  reading: Reading,
  { first, end }: { readonly first: number; readonly end: number },
  permits: Permits,
  isLeftToWorkers: boolean,
): AsyncGenerator<Piece, void> {
  const labelBytes = labels?.layout.format.strideBytes ?? 0;
  if (isLeftToWorkers) images.leave(first * storedBytes);
  else await images.skip(first * storedBytes, (end - first) * storedBytes);
  await labels?.stream.skip(first * labelBytes, (end - first) * labelBytes);
  const afterBytes = (count - end) * storedBytes;
  // The start of a record that the last piece broke off in; what is left of it comes as a piece of its own, so that
  // whole records can be read straight to where they belong.
  let begunBytes = 0;
  const rest = new Uint8Array(storedBytes);
  const pixels = image.height * image.width;
  const labelled = Math.max(1, Math.floor(MOST_LABEL_BYTES / Math.max(1, labelBytes))) * storedBytes;
  // Numbers that are to become pixels are read to a place of their own.
  const own =
    toPixels && new Uint8Array(Math.max(storedBytes, CONVERTED_BYTES - (CONVERTED_BYTES % storedBytes)));
  while (images.remainingBytes > afterBytes) {
    await permits.whenFree();
    const room = permits.room(reading);
    if (begunBytes === 0 && room.length < pixels) {
      const message = `images of ${pixels} pixels do not fit into slots of ${room.length}: is the network made for them?`;
      throw new DigitflowError('INPUT_SIZE', `${images.name}: ${message}`);
    }
    // No more than the slot takes, whatever they take as stored.
    const records = own?.subarray(0, Math.floor(room.length / pixels) * storedBytes);
    const into = begunBytes > 0 ? rest.subarray(begunBytes) : (records ?? room);
    const mostBytes = Math.min(into.length, labelled, images.remainingBytes - afterBytes);
    const left = isLeftToWorkers ? images.leave(mostBytes - (mostBytes % storedBytes)) : null;
    let bytes = left ? into.subarray(0, left.byteCount) : await images.read(mostBytes, into);
    const endedCount = Math.floor((begunBytes + bytes.length) / storedBytes);
    begunBytes = (begunBytes + bytes.length) % storedBytes;
    const stored = await labels?.stream.readFully(endedCount * labelBytes);
    // While labels were awaited, the batch that was being filled may have gone.
    if (left !== null) bytes = permits.room(reading).subarray(0, left.byteCount);
    yield { reading, bytes, labels: stored, extent: left?.extent };
  }
  if (end < count) return;
  await images.finish();
  await labels?.stream.finish();
}

/** Cuts pieces, which may end anywhere, into records: the state of one pass over an input. */
export class RecordCutter {
  readonly #images: StoredImages;
  readonly #labels: LabelReader | null;
  /** The beginning of a record that straddles pieces; `(storedBytes)` once there was one. */
  #carry = new Uint8Array(0);
  #carriedBytes = 0;
  /** How many records ended so far. */
  #count: number;
  #hasFailed = false;

  constructor(images: StoredImages, labels: LabelReader | null, firstRow = 0) {
    this.#images = images;
    this.#labels = labels;
    this.#count = firstRow;
  }

  /**
   * The records that end in a piece: the one that began before it, then all others together; each to be taken in before
   * the next. What is wrong with labels fails a piece before any of its records, and the last that comes is a fault.
   */
  *cut(piece: Piece): Generator<PixelRecords, void> {
    if (this.#hasFailed) return;
    try {
      if (piece.fault !== undefined) throw piece.fault;
      yield* this.#recordsOf(piece);
    } catch (fault) {
      if (!(fault instanceof DigitflowError)) throw fault;
      this.#hasFailed = true;
      const { reading } = piece;
      yield { reading, first: this.#count, count: 0, pixels: new Uint8Array(0), labels: null, fault };
    }
  }

  *#recordsOf({ reading, bytes, labels: stored, extent }: Piece): Generator<PixelRecords, void> {
    const { storedBytes, toPixels = (images: Uint8Array) => images } = this.#images;
    const count = Math.floor((this.#carriedBytes + bytes.length) / storedBytes);
    const first = this.#count;
    const labels = this.#labels?.read(stored, first, count) ?? null;
    const begin = this.#carriedBytes > 0 ? Math.min(bytes.length, storedBytes - this.#carriedBytes) : 0;
    const given = begin > 0 && count > 0 ? 1 : 0;
    const end = begin + (count - given) * storedBytes;
    if (begin > 0) this.#keep(bytes.subarray(0, begin));
    if (given > 0) {
      const pixels = toPixels(this.#carry, first);
      this.#carriedBytes = 0;
      this.#count++;
      yield { reading, first, count: 1, pixels, labels: labels?.subarray(0, 1) ?? null };
    }
    if (count > given) {
      const pixels = toPixels(bytes.subarray(begin, end), first + given);
      this.#count = first + count;
      const rest = labels?.subarray(given) ?? null;
      yield { reading, first: first + given, count: count - given, pixels, labels: rest, extent };
    }
    // Only now: the record that was carried here is read from the same buffer until its `next` has returned.
    if (begin === 0 || given > 0) this.#keep(bytes.subarray(end));
  }

  #keep(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    if (this.#carry.length === 0) this.#carry = new Uint8Array(this.#images.storedBytes);
    this.#carry.set(bytes, this.#carriedBytes);
    this.#carriedBytes += bytes.length;
  }
}
