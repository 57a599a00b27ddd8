import type { Observable } from 'rxjs';
import type { Batch } from '../engine/batch.js';
import type { ScorerNeeds } from '../engine/open-scorer.js';
import type { Permits, Piece, RecordsPlace } from '../engine/records.js';
import { DigitflowError } from '../errors.js';
import { type CsvFlags, mostRowBytesOf } from '../formats/csv/dialect.js';
import type { ImageSize, Network } from '../network/network.js';
import { type ByteInput, discard } from './bytes/open-bytes.js';
import type { DigestMode } from './data-stream.js';
import { locateLabels, type Split } from './find-files.js';
import { type FirstBytes, isStream, nameOf, plainFileSize, readFirstBytes } from './first-bytes.js';
import { FORMATS, formatOf } from './formats.js';
import { openIdxLabels } from './idx/idx-input.js';
import type { Format, Input, InputDescription, LabelStream, OpenOptions } from './input.js';
import { InputReader, type ReadOptions, type RunPosition } from './read-inputs.js';

/** Images, and their labels where they lie by themselves. */
export interface ImageFiles {
  readonly images: ByteInput;
  readonly labels?: ByteInput | undefined;
  /** What to call them; default: the path, `stdin`. */
  readonly imagesName?: string | undefined;
  readonly labelsName?: string | undefined;
}

/** What the images are for. */
export interface InputsOptions {
  /** What the network takes; null for the image where any size will do. */
  readonly network: { readonly image: ImageSize | null; readonly classes: Network['classes'] };
  /** What is known of a CSV; the rest is guessed. */
  readonly csv?: CsvFlags | undefined;
  /** Whether labels must be there, may be, or are passed over. Default `required`. */
  readonly labelled?: OpenOptions['labelled'] | undefined;
  /** Whether to digest the raw content. Default `auto`: when it is not too long. */
  readonly digest?: DigestMode | undefined;
  /** Which half of a data set that holds both. Default `test`. */
  readonly split?: Split | undefined;
  /** Is told how an input was understood, once it is opened. */
  readonly onOpened?: ((input: InputDescription) => void) | undefined;
}

/** Where to look from: a place among the inputs. */
export type LookFrom = Pick<RunPosition, 'file' | 'bytes' | 'row'>;

/** Inputs of any format, one after the other: opened each when it is asked for, and read by permits. */
export class Inputs {
  readonly #files: readonly ImageFiles[];
  readonly #options: InputsOptions;
  readonly #opened: Input[] = [];
  /** An input whose first bytes are read, and that was not opened as yet. */
  #first: { readonly index: number; readonly bytes: Promise<FirstBytes> } | undefined;
  #isText: boolean | undefined;
  /** What images take in regular files from the first on; null where one of them is a stream, or packed. */
  #pixelBytes: number | null = 0;
  #reader: InputReader | undefined;
  /** Those whose labels were not opened as yet. */
  readonly #unlabelled: Set<ImageFiles>;
  /** Labels that were opened before the images. */
  #labels: Promise<LabelStream> | undefined;

  constructor(files: readonly ImageFiles[], options: InputsOptions) {
    this.#files = files;
    this.#unlabelled = new Set(files);
    this.#options = options;
  }

  /** Those that were opened so far. */
  get opened(): readonly Input[] {
    return this.#opened.filter((input) => input !== undefined);
  }

  /** True when all was read to its end. */
  get isComplete(): boolean {
    return this.#reader?.isComplete ?? false;
  }

  /** Records that were accepted, scored or not, those of an earlier run among them, and how many of them were rejected. */
  get rows(): number {
    return this.#reader?.rows ?? 0;
  }

  get rejected(): number {
    return this.#reader?.rejected ?? 0;
  }

  /**
   * Looks at the inputs from a place on, to find out what a scorer for them is made for. Binary formats are checked on the
   * way: what is wrong with one of the files is known before anything is scored.
   *
   * @throws DigitflowError INPUT_MISSING, INPUT_READ, GZIP_BROKEN, CSV_BINARY, and what opening a binary format raises
   */
  async look({ file, bytes, row }: LookFrom = { file: 0, bytes: 0, row: 0 }): Promise<ScorerNeeds> {
    const first = await this.#firstOf(file);
    const { isText } = this.#formatOf(first, file);
    this.#isText = isText;
    if (isText) return { isText, bytes: less(await this.#textBytes(file), bytes) };
    await this.openAhead(file);
    const input = this.#opened[file];
    const rowBytes = (input.bytes ?? 0) / Math.max(1, input.records ?? 1);
    const { canBeReadByWorkers } = input;
    const records = this.#files.length === 1 ? input.records : null;
    return { isText, canBeReadByWorkers, records, bytes: less(this.#pixelBytes, row * rowBytes) };
  }

  /**
   * Opens the first input, whatever it is, and checks all files: what is wrong with one of them is known before anything is
   * scored. Other streams are opened when their turn comes.
   */
  async openAhead(first = 0): Promise<void> {
    if (this.#opened[first] !== undefined) return;
    for (let index = first; index < this.#files.length; index++) {
      if (index > first && isStream(this.#files[index].images)) {
        this.#pixelBytes = null;
        continue;
      }
      const input = await this.#openAt(index, index === first);
      this.#pixelBytes = less(this.#pixelBytes, input.bytes === null ? null : -input.bytes);
      // Of thousands of files none stays open.
      if (index > first && !input.isText) await input.close();
      else this.#opened[index] = input;
    }
  }

  /** The input with a number from 0; null after the last. */
  async open(index = 0): Promise<Input | null> {
    if (index >= this.#files.length) return null;
    this.#opened[index] ??= await this.#openAt(index, true);
    return this.#opened[index];
  }

  /** All pieces of all inputs, once. */
  pieces(permits: Permits, options?: ReadOptions): Observable<Piece> {
    this.#reader = new InputReader((index) => this.open(index), options);
    return this.#reader.pieces(permits);
  }

  /**
   * Looks at what became of a batch, in order.
   *
   * @returns where its records lie; null where it does not count: they are read again
   */
  accept(batch: Batch): RecordsPlace | null {
    return this.#reader?.accept(batch) ?? null;
  }

  async close(): Promise<void> {
    // Not awaited: a stream may take for ever to give its first line.
    this.#first?.bytes.then((first) => first.close()).catch(() => undefined);
    this.#labels?.then(({ stream }) => stream.close()).catch(() => undefined);
    for (const { labels } of this.#unlabelled) if (labels !== undefined) discard(labels);
    await Promise.all(this.opened.map((input) => input.close()));
  }

  /** Images that come with labels are binary, whatever they look like. */
  #formatOf(bytes: FirstBytes, index: number): Format {
    const format = formatOf(bytes);
    const { labels } = this.#files[index];
    return format.isText && labels !== undefined ? (FORMATS.find(({ isText }) => !isText) ?? format) : format;
  }

  /** Once for an input until it is opened: a stream gives its first bytes but once. */
  #readFirst(index: number): Promise<FirstBytes> {
    if (this.#first?.index !== index) {
      const { images, imagesName: name } = this.#files[index];
      const { height = 0, width = 0 } = this.#options.network.image ?? {};
      const bytes = readFirstBytes(images, { name, mostLineBytes: mostRowBytesOf(height * width) });
      this.#first = { index, bytes };
    }
    return this.#first.bytes;
  }

  /** A stream may take for ever to give its first bytes: what is wrong with its labels is told before. */
  async #firstOf(index: number): Promise<FirstBytes> {
    const first = this.#readFirst(index);
    const { images, labels, labelsName } = this.#files[index];
    if (labels === undefined || this.#labels !== undefined || !isStream(images)) return first;
    const { digest = 'auto', network } = this.#options;
    this.#unlabelled.delete(this.#files[index]);
    this.#labels = openLabels(labels, labelsName, { digest, ...network });
    await Promise.race([Promise.all([first, this.#labels]), first]);
    return first;
  }

  async #openAt(index: number, isTold: boolean): Promise<Input> {
    const first = await this.#firstOf(index);
    try {
      const format = this.#formatOf(first, index);
      if (this.#isText !== undefined && this.#isText !== format.isText) throw mixed(first.name, format);
      const input = await format.open(first, this.#openOptions(index));
      this.#first = undefined;
      this.#isText = format.isText;
      try {
        checkSize(input, this.#options.network.image);
      } catch (error) {
        await input.close();
        throw error;
      }
      if (isTold || input.isText) this.#options.onOpened?.(input);
      return input;
    } catch (error) {
      await first.close();
      throw error;
    }
  }

  #openOptions(file: number): OpenOptions {
    const { network, csv = {}, labelled = 'required', digest = 'auto', split = 'test' } = this.#options;
    return {
      ...{ file, ...network, csv, labelled, digest, split },
      areLabelsGiven: this.#files[file].labels !== undefined,
      findLabels: (imagesPath) => findLabels(this.#files[file], imagesPath, labelled),
      openLabels: (found) => {
        const { labelsName } = this.#files[file];
        this.#unlabelled.delete(this.#files[file]);
        return this.#labels ?? openLabels(found, labelsName, { digest, ...network });
      },
    };
  }

  /** How many bytes of text all inputs from `first` on have; null where one of them is a stream, or packed. */
  async #textBytes(first: number): Promise<number | null> {
    let sum = 0;
    for (let index = first; index < this.#files.length; index++) {
      const size =
        index === first
          ? (await this.#readFirst(index)).sizeBytes
          : await plainFileSize(this.#files[index].images);
      if (size === null) return null;
      sum += size;
    }
    return sum;
  }
}

function less(bytes: number | null, taken: number | null): number | null {
  return bytes === null || taken === null ? null : bytes - taken;
}

async function openLabels(
  found: ByteInput,
  name: string | undefined,
  options: Pick<OpenOptions, 'digest' | 'classes'>,
): Promise<LabelStream> {
  const first = await readFirstBytes(found, { name });
  const format = FORMATS.find(({ openLabels, recognizes }) => openLabels && recognizes(first.bytes));
  try {
    return await (format?.openLabels ?? openIdxLabels)(first, options);
  } catch (error) {
    await first.close();
    throw error;
  }
}

/** Labels that are given, or lie beside the images by their name; null where there are none, and none are needed. */
async function findLabels(
  { images, labels }: ImageFiles,
  imagesPath: string | null,
  labelled: OpenOptions['labelled'],
): Promise<ByteInput | null> {
  const isOptional = labelled === 'optional';
  if (labelled === 'ignored') return null;
  if (labels !== undefined) return labels;
  if (imagesPath === null) {
    if (isOptional) return null;
    const message = `images from ${nameOf(images) === 'stdin' ? 'a stream' : nameOf(images)} need labels: give the path of their labels as well`;
    throw new DigitflowError('USAGE', message);
  }
  return locateLabels(imagesPath).catch((error: unknown) => {
    if (isOptional && error instanceof DigitflowError && error.code === 'INPUT_MISSING') return null;
    throw error;
  });
}

function mixed(name: string, { isText }: Format): DigitflowError {
  const [expected, found] = isText ? ['IDX or NumPy', 'CSV'] : ['CSV', 'IDX or NumPy'];
  const message = `${name}: expected ${expected}, as the inputs before it, found ${found}; give it to a run of its own`;
  return new DigitflowError('USAGE', message);
}

/** Makes sure that a network can take images of a size: as many pixels as it has inputs. */
function checkSize({ name, image }: Input, wanted: ImageSize | null): void {
  if (wanted === null || wanted.height * wanted.width === image.height * image.width) return;
  throw new DigitflowError(
    'INPUT_SIZE',
    `${name}: expected images of ${wanted.height * wanted.width} pixels (${wanted.height} x ${wanted.width}) for this network, ` +
      `found ${image.height * image.width} (${image.height} x ${image.width}); resize the images or give another network`,
  );
}
