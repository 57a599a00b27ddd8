import type { Batch } from '../engine/batch.js';
import type { ScorerNeeds } from '../engine/open-scorer.js';
import type { InputDescription, Permits, Piece, Reading, RunEnd } from '../engine/records.js';
import { DigitflowError } from '../errors.js';
import type { LabelLayout } from '../formats/labels.js';
import type { Guess, Labelling, ReadingFlags } from '../formats/reading.js';
import type { FormatName } from '../formats/recognize.js';
import type { ImageSize, Network } from '../network/network.js';
import type { ByteInput } from './bytes/open-bytes.js';
import type { ChooseReading } from './candidate-readings.js';
import type { DataStream, DigestMode } from './data-stream.js';
import type { Split } from './find-files.js';
import type { FirstBytes } from './first-bytes.js';
import type { PictureSet } from './pictures/picture-set.js';

/** A format of images: one implementation each; src/inputs/formats.ts is the table of them. */
export interface Format {
  readonly name: FormatName;
  /** Whether its records come as rows of text. */
  readonly isText: boolean;
  /** Whether unpacked content that begins so is of this format. */
  recognizes(start: Uint8Array): boolean;
  /** The size of its images, as far as first bytes tell it: null where they do not. `image` is what the network takes. */
  sizeOf?(
    first: Pick<FirstBytes, 'bytes' | 'name'>,
    image: ImageSize,
  ): ImageSize | null | Promise<ImageSize | null>;
  /** Opens an input, which it owns from then on, and checks all that can be checked before its data is read. */
  open(first: FirstBytes, options: OpenOptions): Promise<Input>;
  /** Opens a file of labels alone; left out where the format has none such. */
  openLabels?(first: FirstBytes, options: Pick<OpenOptions, 'classes' | 'digest'>): Promise<LabelStream>;
}

/** Labels that stand at the first of them. */
export interface LabelStream {
  readonly stream: DataStream;
  readonly layout: LabelLayout;
}

/** Images, and their labels where they lie by themselves. */
export interface ImageFiles {
  readonly images: ByteInput;
  readonly labels?: ByteInput | undefined;
  /** What to call them; default: the path, `stdin`. */
  readonly imagesName?: string | undefined;
  readonly labelsName?: string | undefined;
  /** Where the images are pictures, each a file of its own. */
  readonly pictures?: PictureSet | undefined;
  /** How many pictures lie beside them, which are passed over. */
  readonly picturesBeside?: number | undefined;
}

/** The size of an image where no network, and nothing else, says it. */
export const USUAL_IMAGE: ImageSize = { height: 28, width: 28 };

/** What the images are for. */
export interface OpenOptions {
  /** Which input it is, from 0. */
  readonly file: number;
  /** What the network takes; null for the image where any size will do. */
  readonly image: ImageSize | null;
  /** The names of the network's classes, in the order of its outputs. */
  readonly classes: Network['classes'];
  /** Whether the network takes dark ink on white. */
  readonly isInverted: boolean;
  /** How the data is to be read; the rest is guessed. */
  readonly reading: ReadingFlags;
  /** Asked where several readings stay possible; where it is left out, such an input is refused. */
  readonly choose?: ChooseReading | undefined;
  /** Whether labels must be there, may be, or are passed over. */
  readonly labelled: 'required' | 'optional' | 'ignored';
  /** Whether they are given by themselves: then those that come with the images do not count. */
  readonly areLabelsGiven: boolean;
  /**
   * Finds the labels of images that come without: given, or beside the images by their name. What it returns opens them; it
   * gives null where there are none, and none are needed.
   */
  findLabels(imagesPath: string | null): Promise<() => Promise<LabelStream | null>>;
  /** Whether to compute the SHA-256 of the content. */
  readonly digest: DigestMode;
  /** Which half of a data set that holds both. */
  readonly split: Split;
  /** What may be columns of text to carry through beside the images: names, or numbers from 1. */
  readonly columns?: readonly string[] | undefined;
}

/** What the images of all inputs are for. */
export interface InputsOptions {
  /** What the network takes; null for the image where any size will do. */
  readonly network: {
    readonly image: ImageSize | null;
    readonly classes: Network['classes'];
    /** How the network sees a pixel; left out for brightness itself. */
    readonly normalization?: Network['normalization'] | undefined;
    /** Whether pixels stand column by column, and dark is bright, where the normalization was given to say it. */
    readonly saysTransposed?: boolean | undefined;
    readonly saysInverted?: boolean | undefined;
  };
  /** How the data is to be read; the rest is guessed. */
  readonly reading?: ReadingFlags | undefined;
  /** Asked where several readings stay possible. Default: such an input is refused (READING_UNCLEAR). */
  readonly choose?: ChooseReading | undefined;
  /** Whether labels must be there, may be, or are passed over. Default `required`. */
  readonly labelled?: OpenOptions['labelled'] | undefined;
  /** Whether to digest the raw content. Default `auto`: when it is not too long. */
  readonly digest?: DigestMode | undefined;
  /** Which half of a data set that holds both. Default `test`. */
  readonly split?: Split | undefined;
  /** What may be columns of text to carry through beside the images, see `Input.carried`. */
  readonly columns?: readonly string[] | undefined;
  /** Is given each input that was opened, before `onOpened`; what it throws refuses it. */
  readonly onInput?: ((input: Input) => void) | undefined;
  /** Is told how an input was understood, once it is opened. */
  readonly onOpened?: ((input: InputDescription) => void) | undefined;
}

/** Images of one input, opened and understood. What differs between formats is in what this does. */
export interface Input extends InputDescription, ScorerNeeds {
  /** The size of an image. */
  readonly image: ImageSize;
  /** Whether pixels are stored column by column; null where the input does not say. */
  readonly transposed: boolean | null;
  /** Whether 255 - x replaces each pixel x. Default: as they are. */
  readonly inverted?: boolean | undefined;
  /** Whether its records have labels. */
  readonly hasLabels: boolean;
  /** How its labels say their class, also those that are passed over; null where there are none. */
  readonly labelling: Labelling | null;
  /** How many records it has; null where that is not known. */
  readonly records: number | null;
  /** How many bytes are to be read of regular, uncompressed files; null for everything else. */
  readonly bytes: number | null;
  readonly isText: boolean;
  /** Of the columns that were asked for those that there are, each with its place in the id that is carried, parted by NULs. */
  readonly carried?: ReadonlyMap<string, number> | undefined;
  /** Where the records begin in its unpacked content, and how many lines end before them. */
  readonly dataStart: number;
  readonly linesBefore: number;
  readonly canBeReadByWorkers: boolean;
  /** Reads it from a place on, to its end or to `until`; what is wrong is raised by the pieces. */
  read(from: Cursor, permits: Permits, until?: ReadEnd): OpenReading;
  /** Where to go on after a batch, and whether the batch counts; null where what follows it is next. */
  returnAfter(batch: Batch): { readonly to: Cursor; readonly counts: boolean } | null;
  /** Its files with their digests, once it was read; `isComplete` is false where it was not read to its end. */
  files(isComplete: boolean): Promise<readonly InputFile[]>;
  /** Closes what is open, at once and at any time. */
  close(): Promise<void>;
}

/** One file of an input. */
export interface InputFile {
  /** What to call it in messages. */
  readonly name: string;
  /** SHA-256 of the raw, unpacked content in hexadecimal; null where it was not computed. */
  readonly sha256: string | null;
}

/** One pass over an input, under way. */
export interface OpenReading {
  readonly reading: Reading;
  /** Each comes when a slot is free, and is to be taken in before the next is asked for. */
  readonly pieces: AsyncIterable<Piece>;
  /** At once and at any time; what workers are reading stays open until they have. */
  close(): void;
}

/** Where reading stands. */
export interface Cursor {
  /** Which input, from 0. */
  readonly input: number;
  /** Records that come before; told by formats that count them. */
  readonly row: number;
  /** Bytes of the unpacked content that come before; told by text. */
  readonly bytes: number;
  /** Whether a row of text begins there for sure. */
  readonly isAtRow: boolean;
  /** True where text is cut on the main thread, also what workers could read: line ends may be within quotes. */
  readonly isCutHere: boolean;
  /** False where the file's end is not to be trusted: it is growing. */
  readonly takesLast: boolean;
}

/** Where reading an input stops. */
export type ReadEnd = Omit<RunEnd, 'file'>;

/** Where an input is read from. */
export function cursorAt(input: number, { row = 0, bytes = 0 }: Partial<Cursor> = {}): Cursor {
  return { input, row, bytes, isAtRow: false, isCutHere: false, takesLast: true };
}

/** What is said of an input: that pictures lie beside it, too. */
export function withBeside(input: Input, { picturesBeside = 0 }: ImageFiles): InputDescription {
  if (picturesBeside === 0) return input;
  const { file, name, format, guesses } = input;
  const beside: Guess = { property: 'pictures passed over', value: `${picturesBeside}`, by: 'seen' };
  return { file, name, format, guesses: [...guesses, beside] };
}

/** Makes sure that a network can take images of a size: as many pixels as it has inputs. */
export function checkSize({ name, image }: Input, wanted: ImageSize | null): void {
  const pixelsOf = ({ height, width }: ImageSize) => height * width;
  if (wanted === null || pixelsOf(wanted) === pixelsOf(image)) return;
  throw new DigitflowError(
    'INPUT_SIZE',
    `${name}: expected images of ${pixelsOf(wanted)} pixels (${wanted.height} x ${wanted.width}) for this network, ` +
      `found ${pixelsOf(image)} (${image.height} x ${image.width}); resize the images or give another network`,
  );
}

/**
 * Refuses a normalization that says of pictures how their pixels stand, which has no effect; and one that inverts pixels where
 * a flag says of these whether to.
 *
 * @throws DigitflowError USAGE
 */
export function checkOrientation(
  { name, format, transposed, inverted }: Input,
  {
    saysTransposed: said,
    saysInverted,
  }: { saysTransposed?: boolean | undefined; saysInverted?: boolean | undefined },
): void {
  if (saysInverted && inverted !== undefined) {
    const flag = inverted ? '--invert' : '--no-invert';
    const message = `${flag}: expected no other word on which pixels are dark, found --normalize, which inverts them`;
    throw new DigitflowError('USAGE', `${message}; leave one of the two out`);
  }
  if (format !== 'pictures' || said === undefined || transposed === said) return;
  const words = (isTransposed: boolean) => (isTransposed ? 'transposed' : 'upright');
  const found = `expected pictures that stand ${words(!said)}, as those of ${name}, found ${words(said)}`;
  throw new DigitflowError(
    'USAGE',
    `--normalize: ${found}; say --transpose ${said ? 'yes' : 'no'} to turn them`,
  );
}
