import { lastValueFrom, map, type Observable, toArray } from 'rxjs';
import type { Permits } from '../../src/engine/permits.js';
import { type IdxInputs, type IdxSource, openIdx } from '../../src/inputs/idx-source.js';
import type { Chunk } from '../../src/operators/events.js';

/** The bytes of a chunk or of a whole source, copied. */
export interface Copy {
  readonly images: Buffer;
  readonly labels: Buffer;
}

/** Slots that are always free. */
export function permitsOf(capacityBytes: number): Permits {
  return { room: () => new Uint8Array(capacityBytes), whenFree: () => Promise.resolve() };
}

/** Chunks, each copied before `next` returns. */
export function copied(chunks: Observable<Chunk>): Observable<Copy> {
  return chunks.pipe(
    map(({ images, labels }) => ({ images: Buffer.from(images), labels: Buffer.from(labels ?? []) })),
  );
}

/** All bytes of a source. */
export async function drain(source: IdxSource, permits = permitsOf(1 << 20)): Promise<Copy> {
  const copies = await lastValueFrom(copied(source.chunks(permits)).pipe(toArray()));
  return {
    images: Buffer.concat(copies.map(({ images }) => images)),
    labels: Buffer.concat(copies.map(({ labels }) => labels)),
  };
}

/** Opens and reads all bytes. */
export async function drainInputs(inputs: IdxInputs): Promise<Copy> {
  return drain(await openIdx(inputs));
}
