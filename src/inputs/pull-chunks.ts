import { Observable, type Subscriber } from 'rxjs';
import type { Permits } from '../engine/permits.js';
import { DigitflowError } from '../errors.js';
import type { Chunk } from '../operators/events.js';
import type { IdxStream } from './idx-stream.js';

/** The most bytes of labels in one chunk: labels may be longer than images. */
const LABEL_CHUNK_BYTES = 1024 * 1024;

/** Images and the labels that belong to them, each standing at its first record. */
export interface LockstepStreams {
  readonly images: IdxStream;
  /** Bytes of one image. */
  readonly imageBytes: number;
  readonly labels: IdxStream | null;
  /** Bytes from one label to the next. */
  readonly labelStrideBytes: number;
}

/** How to read. */
export interface ChunkOptions {
  /**
   * True to leave the pixels of a regular, uncompressed file that is not digested to the workers: they read them into
   * the slot, piece by piece into their own caches. Nobody may look at pixels before they are scored, and the file
   * stays open until the source is closed: close the scorer first. Where it cannot be done, nothing changes. Default false.
   */
  readonly readByWorkers?: boolean;
}

/**
 * Turns two streams into chunks, in lockstep and pulled: a chunk is read only when a slot is free.
 *
 * Nothing is buffered between the two; whoever subscribes copies what it needs before `next` returns. Unsubscribing
 * closes both streams at once. To be subscribed to once.
 */
export function pullChunks(
  streams: LockstepStreams,
  permits: Permits,
  { readByWorkers = false }: ChunkOptions = {},
): Observable<Chunk> {
  return new Observable((subscriber) => {
    subscriber.add(() => {
      // What is left to go wrong when a reader is closed concerns nobody any more. Workers may still be reading images.
      if (!readByWorkers) streams.images.close().catch(() => undefined);
      streams.labels?.close().catch(() => undefined);
    });
    pump(streams, permits, readByWorkers, subscriber).then(
      () => subscriber.complete(),
      (error: unknown) => subscriber.error(error),
    );
  });
}

async function pump(
  streams: LockstepStreams,
  permits: Permits,
  readByWorkers: boolean,
  subscriber: Subscriber<Chunk>,
): Promise<void> {
  const { images, imageBytes, labels, labelStrideBytes } = streams;
  // The start of a record that the last chunk broke off in; what is left of it comes as a chunk of its own, so that
  // whole records can be read straight to where they belong.
  let begunBytes = 0;
  const rest = new Uint8Array(imageBytes);
  const labelledBytes =
    Math.max(1, Math.floor(LABEL_CHUNK_BYTES / Math.max(1, labelStrideBytes))) * imageBytes;
  while (images.remainingBytes > 0) {
    await permits.whenFree();
    if (subscriber.closed) return;
    const into = begunBytes > 0 ? rest.subarray(begunBytes) : permits.room();
    if (begunBytes === 0 && into.length < imageBytes) throw noRoom(images.name, imageBytes, into.length);
    const maxBytes = Math.min(into.length, labelledBytes);
    const left = readByWorkers && begunBytes === 0 ? images.leave(maxBytes - (maxBytes % imageBytes)) : null;
    const pixels = left ? into.subarray(0, left.byteCount) : await images.read(maxBytes, into);
    const extent = left?.extent;
    if (subscriber.closed) return;
    const endedCount = Math.floor((begunBytes + pixels.length) / imageBytes);
    begunBytes = (begunBytes + pixels.length) % imageBytes;
    if (labels === null) {
      subscriber.next({ images: pixels, extent });
    } else {
      const bytes = await labels.readFully(endedCount * labelStrideBytes);
      if (subscriber.closed) return;
      subscriber.next({ images: pixels, labels: bytes, extent });
    }
    if (subscriber.closed) return;
  }
  await images.finish();
  await labels?.finish();
}

function noRoom(name: string, imageBytes: number, roomBytes: number): DigitflowError {
  return new DigitflowError(
    'INPUT_SIZE',
    `${name}: images of ${imageBytes} pixels do not fit into slots of ${roomBytes}: is the network made for them?`,
  );
}
