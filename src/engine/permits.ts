/** What a source has to know of the slots: whether one is free. */
export interface Permits {
  /**
   * Where the next records will lie: the rest of the batch that is being filled, or all of the next free slot. Whole
   * records that are read straight to its start need not be copied, and a chunk must not be longer. To be asked for
   * only after `whenFree`.
   */
  room(): Uint8Array;
  /** Resolves when a slot is free. Nothing is taken by it, so nothing can leak. */
  whenFree(): Promise<void>;
}
