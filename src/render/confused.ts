/** What was taken for what. */
export interface Confused {
  readonly classes: readonly { readonly name: string; readonly support: number }[];
  /** `[truth][prediction]` counts. */
  readonly confusion: readonly (readonly number[])[];
}
