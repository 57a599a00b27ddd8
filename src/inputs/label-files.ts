import { DigitflowError } from '../errors.js';
import { unexpected } from '../formats/content/content.js';
import { contentOf } from '../formats/recognize.js';
import { closedOnError } from './bytes/byte-source.js';
import { type ByteInput, discard, nameOf, webUrlOf } from './bytes/open-bytes.js';
import { locateLabels, noLabels, webLabels } from './find-files.js';
import { isStream, readFirstBytes } from './first-bytes.js';
import { FORMATS, titlesOf } from './formats.js';
import { openIdxLabels } from './idx/idx-input.js';
import type { ImageFiles, LabelStream, OpenOptions } from './input.js';

interface LabelFilesOptions extends Pick<OpenOptions, 'labelled' | 'digest' | 'classes'> {
  /** Ends what waits for a server. */
  readonly signal?: AbortSignal | undefined;
}

/** The labels of one input's images, where they lie by themselves. */
export class LabelFiles {
  readonly #files: ImageFiles;
  readonly #options: LabelFilesOptions;
  #opened: Promise<LabelStream> | undefined;

  constructor(files: ImageFiles, options: LabelFilesOptions) {
    this.#files = files;
    this.#options = options;
  }

  get areGiven(): boolean {
    return this.#files.labels !== undefined;
  }

  /** Whether they can be read but once. */
  get areStreamed(): boolean {
    const { labels } = this.#files;
    return labels !== undefined && isStream(labels);
  }

  /** Those that were closed are opened anew when they are asked for again. */
  forget(): void {
    this.#opened = undefined;
  }

  /** @throws DigitflowError USAGE for images without a path, INPUT_MISSING */
  async find(imagesPath: string | null): ReturnType<OpenOptions['findLabels']> {
    const found = await this.#find(imagesPath);
    return async () => (found === null ? null : this.#open(found));
  }

  async #find(imagesPath: string | null): Promise<ByteInput | null> {
    const { images, labels } = this.#files;
    const { labelled } = this.#options;
    if (labelled === 'ignored') return null;
    if (labels !== undefined) return labels;
    const isOptional = labelled === 'optional';
    const url = webUrlOf(images);
    // Nothing lies beside stdin, even where it is a file and has a path.
    const path = images === '-' ? null : imagesPath;
    const locating = path !== null ? locateLabels(path) : url && this.#openBeside(url);
    if (locating === null) {
      if (isOptional) return null;
      const message = `images from ${nameOf(images)} need labels: give the path of their labels as well`;
      throw new DigitflowError('USAGE', message);
    }
    return locating.catch((error: unknown) => {
      if (isOptional && error instanceof DigitflowError && error.code === 'INPUT_MISSING') return null;
      throw error;
    });
  }

  /** Whether a server has labels beside images shows when they are opened. */
  async #openBeside(images: URL): Promise<ByteInput> {
    const labels = webLabels(images);
    try {
      await this.#open(labels);
      return labels;
    } catch (error) {
      this.forget();
      if (!(error instanceof DigitflowError) || error.code !== 'INPUT_MISSING') throw error;
      throw noLabels(nameOf(images), [nameOf(labels)], { cause: error });
    }
  }

  /** Waits for the first bytes of images that may take for ever to come: what is wrong with given labels is told before. */
  async before<T>(first: Promise<T>): Promise<T> {
    const { labels } = this.#files;
    if (labels === undefined || this.#options.labelled === 'ignored') return first;
    await Promise.race([Promise.all([first, this.#open(labels)]), first]);
    return first;
  }

  /** Not awaited: a stream may take for ever to give its header. */
  close(): void {
    const { labels } = this.#files;
    if (this.#opened !== undefined) this.#opened.then(({ stream }) => stream.close()).catch(() => undefined);
    else if (labels !== undefined) discard(labels);
  }

  /** Opens them, once: in any binary format. */
  #open(found: ByteInput): Promise<LabelStream> {
    const open = async (): Promise<LabelStream> => {
      const { labelsName } = this.#files;
      const first = await readFirstBytes(found, labelsName, undefined, this.#options.signal);
      const format = FORMATS.find(({ openLabels, recognizes }) => openLabels && recognizes(first.bytes));
      return closedOnError(first, () => {
        const { bytes, name } = first;
        if (format?.openLabels !== undefined) return format.openLabels(first, this.#options);
        if (bytes.length === 0) return openIdxLabels(first, this.#options);
        const titles = titlesOf(FORMATS.filter(({ openLabels }) => openLabels));
        const words = unexpected('labels', `labels as ${titles}`, contentOf(bytes));
        throw new DigitflowError('IDX_MAGIC', `${name}: ${words}`);
      });
    };
    this.#opened ??= open();
    return this.#opened;
  }
}
