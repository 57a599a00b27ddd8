import { Worker } from 'node:worker_threads';
import { ONNX_WORKER_FILE } from '../../assets.js';
import type { ImageSession } from '../../engine/runtime/session-scorer.js';
import { DigitflowError, type ErrorCode } from '../../errors.js';
import { transposePixels } from '../../network/feed-forward.js';
import type { ImageSize } from '../../network/network.js';
import type { Normalization } from '../../network/normalization.js';

/** What a thread is given to open a session. */
export interface SessionFile {
  /** What to call it in an error. */
  readonly name: string;
  /** Its path, by which data beside it is found; or its bytes. */
  readonly model: string | Uint8Array;
  readonly threads: number;
}

/** What goes into a network, or comes out of it. */
export interface SessionValue {
  readonly name: string;
  readonly type: string;
  /** Null for a free size. */
  readonly dims: readonly (number | null)[];
}

/** The input that images go to. */
export interface ImagesInput {
  readonly name: string;
  readonly type: 'float32' | 'float64' | 'uint8';
  /** How many images go in at once; null where that is free. */
  readonly batch: number | null;
  /** Sizes of one image. */
  readonly dims: readonly number[];
}

/** Images as numbers, `(count, height * width)`. */
export interface SessionInput {
  readonly data: Float32Array<ArrayBuffer>;
  readonly count: number;
  readonly input: ImagesInput;
  /** The name of the output that is wanted. */
  readonly output: string;
}

/** What a thread is asked: for outputs, or, without an input, what it has opened. */
export interface SessionTask {
  readonly id: number;
  readonly input: SessionInput | null;
}

/** What it answers. Errors that are thrown in a thread lose their code on the way. */
export type SessionAnswer = { readonly id: number } & (
  | { readonly outputs: Float32Array }
  | { readonly inputs: readonly SessionValue[]; readonly values: readonly SessionValue[] }
  | { readonly code: ErrorCode; readonly message: string }
);

/** Where images go in and verdicts come out, and how logarithms are told. */
export interface SessionEnds {
  readonly input: ImagesInput;
  readonly output: string;
  readonly classes: number;
  readonly image: ImageSize;
  /** Whether outputs are logarithms of what they are to be. */
  readonly areLogarithms: boolean;
}

interface Asked {
  resolve(answer: SessionAnswer): void;
  reject(error: unknown): void;
}

/** An ONNX file that onnxruntime runs in a thread of its own, which starts when it is asked, and ends with `close`. */
export class OnnxSession implements ImageSession {
  readonly #file: Omit<SessionFile, 'threads'>;
  #threads: number;
  #ends: SessionEnds | undefined;
  #worker: Worker | undefined;
  #nextId = 0;
  readonly #asked = new Map<number, Asked>();

  constructor(file: Omit<SessionFile, 'threads'>, threads = 1) {
    this.#file = file;
    this.#threads = threads;
  }

  useThreads(count: number): void {
    if (count === this.#threads) return;
    this.#threads = count;
    void this.close();
  }

  /** What the file has; throws PEER_MISSING, NETWORK_FILE, WORKER_FAILED. */
  async describe(): Promise<{
    readonly inputs: readonly SessionValue[];
    readonly outputs: readonly SessionValue[];
  }> {
    const answer = await this.#ask(null);
    if (!('inputs' in answer)) throw new TypeError('expected what a session has');
    return { inputs: answer.inputs, outputs: answer.values };
  }

  /** Says where images go: before `run`. */
  use(ends: SessionEnds): void {
    this.#ends = ends;
  }

  async run(pixels: Uint8Array, count: number, normalization: Normalization): Promise<Float32Array> {
    if (this.#ends === undefined) throw new TypeError('expected to know where images go');
    const { image, input, output, classes, areLogarithms } = this.#ends;
    const { scale, offset, transposed } = normalization;
    const rows = transposed ? transposePixels(pixels, image) : pixels;
    const data = new Float32Array(rows.length);
    // `Float32Array.from` takes twenty times as long.
    for (let i = 0; i < rows.length; i++) data[i] = rows[i] * scale + offset;
    const answer = await this.#ask({ data, count, input, output });
    if (!('outputs' in answer)) throw new TypeError('expected outputs');
    const outputs = areLogarithms ? answer.outputs.map(Math.exp) : answer.outputs;
    if (outputs.length === count * classes && outputs.every(Number.isFinite)) return outputs;
    const expected = `${classes} finite outputs for each image`;
    const found = outputs.length === count * classes ? 'others' : `${outputs.length} for ${count} images`;
    throw this.#fault('NETWORK_FILE', `expected ${expected}, found ${found}; export it again`);
  }

  #fault(code: ErrorCode, words: string): DigitflowError {
    return new DigitflowError(code, `${this.#file.name}: ${words}`);
  }

  async #ask(input: SessionInput | null): Promise<SessionAnswer> {
    const worker = this.#started();
    const id = this.#nextId++;
    const answer = await new Promise<SessionAnswer>((resolve, reject) => {
      this.#asked.set(id, { resolve, reject });
      // While an answer is awaited the process lives.
      worker.ref();
      worker.postMessage({ id, input } satisfies SessionTask, input === null ? [] : [input.data.buffer]);
    }).finally(() => {
      this.#asked.delete(id);
      if (this.#asked.size === 0) worker.unref();
    });
    if ('code' in answer) throw new DigitflowError(answer.code, answer.message);
    return answer;
  }

  #started(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const worker = new Worker(ONNX_WORKER_FILE, { workerData: { ...this.#file, threads: this.#threads } });
    this.#worker = worker;
    const end = (found: string): void => {
      // One that was closed has nothing to answer.
      if (this.#worker !== worker) return;
      this.#worker = undefined;
      const error = this.#fault(
        'WORKER_FAILED',
        `expected onnxruntime to answer, found ${found}; run it again`,
      );
      for (const { reject } of this.#asked.values()) reject(error);
    };
    worker.on('message', (answer: SessionAnswer) => this.#asked.get(answer.id)?.resolve(answer));
    worker.on('error', (error) => end(`its thread broken (${error.message})`));
    worker.on('exit', (code) => end(`its thread ended (code ${code})`));
    return worker;
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }
}
