import { lastValueFrom, map, type Observable, toArray } from 'rxjs';
import type { Permits, Piece } from '../../src/engine/records.js';
import type { ImageFiles, Input } from '../../src/inputs/input.js';
import type { Inputs, InputsOptions } from '../../src/inputs/inputs.js';
import { openInputs } from '../../src/inputs/open-inputs.js';

export const DIGITS = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];

/** The bytes of a piece or of a whole input, copied. */
export interface Copy {
  readonly images: Buffer;
  readonly labels: Buffer;
}

/** Images of any size with their labels, opened; without labels where none are given. */
export async function openImages(
  files: Pick<ImageFiles, 'images' | 'labels'>,
  options: Partial<InputsOptions> = {},
): Promise<{ inputs: Inputs; input: Input }> {
  const inputs = await openInputs(files, {
    network: { image: null, classes: DIGITS },
    labelled: files.labels === undefined ? 'ignored' : 'required',
    ...options,
  });
  try {
    await inputs.look();
    const input = await inputs.open();
    if (input === null) throw new Error('expected an input');
    return { inputs, input };
  } catch (error) {
    await inputs.close();
    throw error;
  }
}

/** Slots that are always free. */
export function permitsOf(capacityBytes: number): Permits {
  return {
    room: () => new Uint8Array(capacityBytes),
    whenFree: () => Promise.resolve(),
    text: { chunkBytes: 64, fileStretchBytes: 10, mostRowBytes: 64 },
    readByWorkers: false,
  };
}

/** Pieces, each copied before `next` returns; what is wrong is raised. */
export function copied(pieces: Observable<Piece>): Observable<Copy> {
  return pieces.pipe(
    map(({ bytes, labels, fault }) => {
      if (fault !== undefined) throw fault;
      return { images: Buffer.from(bytes), labels: Buffer.from(labels ?? []) };
    }),
  );
}

/** All bytes of an input. */
export async function drain(inputs: Inputs, permits = permitsOf(1 << 20)): Promise<Copy> {
  const copies = await lastValueFrom(copied(inputs.pieces(permits)).pipe(toArray()));
  return {
    images: Buffer.concat(copies.map(({ images }) => images)),
    labels: Buffer.concat(copies.map(({ labels }) => labels)),
  };
}

/** Opens and reads all bytes. */
export async function drainFiles(files: Pick<ImageFiles, 'images' | 'labels'>): Promise<Copy> {
  const { inputs } = await openImages(files);
  try {
    return await drain(inputs);
  } finally {
    await inputs.close();
  }
}
