import type { FileExtent } from '../engine/file-extent.js';
import type { LabelFormat } from '../formats/labels.js';

/** Bytes as they come from a source, images and labels in lockstep. Valid only until the next chunk. */
export interface Chunk {
  /** The next bytes of the images, cut anywhere; the header is not among them. Any length. */
  readonly images: Uint8Array;
  /** The labels of exactly those records that end in this chunk, as stored; absent when there are none. */
  readonly labels?: Uint8Array | undefined;
  /**
   * Set where the images, whole records then, were not read: `images` says only where in a slot they are to lie, and
   * the worker that scores them reads them there.
   */
  readonly extent?: FileExtent | undefined;
}

/** What a source's bytes are: enough to find where records begin and end. */
export interface RecordFormat {
  readonly height: number;
  readonly width: number;
  /** How many records the header announces. */
  readonly count: number;
  /** How a label is stored, or null when there are no labels. */
  readonly label: LabelFormat | null;
  /** What to call the source in an error: a path, `stdin`. */
  readonly imagesName: string;
  readonly labelsName?: string | undefined;
}

/** Whole records, pixels as stored. The bytes are a view: valid only until `next` returns. */
export interface Records {
  /** Index of the first record in its source, from 0. */
  readonly first: number;
  readonly count: number;
  /** `(count, height * width)` u8, row-major. */
  readonly pixels: Uint8Array;
  /** `(count)` u8 class indices, or null when the source has no labels. */
  readonly labels: Uint8Array | null;
  /** Set where the pixels were not read yet: who scores the records reads them to where `pixels` lies. */
  readonly extent?: FileExtent | undefined;
}
