import type { Duplex } from 'node:stream';
import type { InputDescription } from '../engine/records.js';
import type { ReadingFlags } from '../formats/reading.js';
import type { Network } from '../network/network.js';
import type { Reply, Watch } from './request-queue.js';

/** A network that answers. */
export interface ServedModel {
  /** What it is called in addresses. */
  readonly name: string;
  readonly network: Network;
  /** SHA-256 of its file, in hexadecimal. */
  readonly sha256: string;
  /** As in `RequestQueue`. */
  check(): void;
  ask(pixels: Uint8Array, watch?: Watch): Promise<Reply>;
}

/** How rows that are streamed in are scored. */
export interface RowsOptions {
  readonly probabilities: boolean;
  readonly top: number;
  readonly onBadRow: 'fail' | 'skip';
  readonly reading: ReadingFlags;
  readonly onOpened: (input: InputDescription) => void;
}

/** An image to explain: `(height * width)` u8. */
export interface ExplainedImage {
  readonly pixels: Uint8Array;
  /** Whether it is a picture, bright ink on black and upright; else as the network takes it. */
  readonly isPicture: boolean;
  readonly name: string;
  readonly done: readonly string[];
  readonly doubts: readonly string[];
}

/** What is served, whatever carries it. */
export interface Service {
  /** It may be another one after each turn: to be looked at once for each request. */
  readonly model: ServedModel;
  /** Whether requests are welcome: not before all is there, nor once it is to end. */
  readonly isReady: boolean;
  /** Scores what is written to it: images of any format in, NDJSON out, in order. */
  rows(model: ServedModel, options: RowsOptions): Duplex;
  /** Why the network says what it says, as JSON. It may take minutes; the signal's reason is what it rejects with. */
  explain(model: ServedModel, image: ExplainedImage, signal: AbortSignal): Promise<string>;
  /** The page to draw on, and the report on the test set, each an HTML document. */
  page(): Promise<string>;
  report(): Promise<string>;
}
