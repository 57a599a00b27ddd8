/** What a source has to know of the slots: whether one is free. */
export interface Permits {
  /** The most bytes of images that one slot holds; a chunk must not be longer. */
  readonly capacityBytes: number;
  /** Resolves when a slot is free. Nothing is taken by it, so nothing can leak. */
  whenFree(): Promise<void>;
}
