/** How many rows of text are turned into pixels before the kernel takes them on: they stay in a core's own cache. */
const PIECE_PIXEL_BYTES = 128 * 1024;

/** What slots for text hold. */
export interface TextCapacity {
  /** The most text that lies in a slot at a time. */
  readonly textBytes: number;
  /** The most text that one batch stands for: more than `textBytes` where workers read it from a file, piece by piece. */
  readonly stretchBytes: number;
  /** True to carry a column through. */
  readonly withIds: boolean;
  /** How many rows are turned into pixels at a time. */
  readonly pieceRecords: number;
  /** The most rows of a batch that may be rejected. */
  readonly mostRejects: number;
}

/** What slots for text are made for. */
export type TextOptions = Pick<TextCapacity, 'textBytes' | 'stretchBytes' | 'withIds'>;

/** Memory that is never touched costs nothing: the bounds are those of the worst text there is, or nearly. */
export function textCapacity(options: TextOptions, recordBytes: number): TextCapacity {
  return {
    ...options,
    pieceRecords: Math.max(1, Math.floor(PIECE_PIXEL_BYTES / recordBytes)),
    mostRejects: 1024 + Math.ceil(options.stretchBytes / 32),
  };
}
