import type { TextReading } from '../pool/rows-of-text.js';
import type { ByteSource } from './byte-source.js';

/** A CSV that is to be read. */
export interface CsvInput extends TextReading {
  /** Set where workers can read it themselves: a regular, uncompressed file. */
  readonly path: string | null;
  /** Its unpacked content from the start, else. */
  content(): Promise<ByteSource>;
}

/** Opens an input when its turn has come; null behind the last. */
export type CsvOpener = (index: number) => Promise<CsvInput | null>;
