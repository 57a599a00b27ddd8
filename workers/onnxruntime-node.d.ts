/** As much of the optional package as we use: its own types come with it. */
declare module 'onnxruntime-node' {
  export interface ValueMetadata {
    readonly name: string;
    readonly isTensor: boolean;
    /** `float32` */
    readonly type: string;
    /** A free size is a name, or -1. */
    readonly shape: readonly (number | string)[];
  }
  export class Tensor {
    constructor(type: string, data: Float32Array | Float64Array | Uint8Array, dims: readonly number[]);
    readonly data: ArrayLike<number>;
    readonly dims: readonly number[];
  }
  export interface InferenceSession {
    readonly inputMetadata: readonly ValueMetadata[];
    readonly outputMetadata: readonly ValueMetadata[];
    run(
      feeds: Readonly<Record<string, Tensor>>,
      fetches: readonly string[],
    ): Promise<Readonly<Record<string, Tensor>>>;
  }
  export const InferenceSession: {
    create(model: string | Uint8Array, options: Readonly<Record<string, unknown>>): Promise<InferenceSession>;
  };
}
