import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DigitflowError, inputError } from './errors.js';

/** This module is one folder below the package's root both as source (src/) and as bundle (dist/): one path serves both. */
function fromPackageRoot(path: string): string {
  return join(import.meta.dirname, '..', path);
}

/** The compiled kernel, built from workers/kernel/score/. */
export const KERNEL_FILE = fromPackageRoot('dist/kernel.wasm');

/** The entry of the scoring threads, built from workers/score-worker.ts. */
export const SCORE_WORKER_FILE = fromPackageRoot('dist/score-worker.cjs');

/** The compiled training kernel, built from workers/kernel/train/. */
export const TRAIN_KERNEL_FILE = fromPackageRoot('dist/train-kernel.wasm');

/** The entry of the training threads, built from workers/train-worker.ts. */
export const TRAIN_WORKER_FILE = fromPackageRoot('dist/train-worker.cjs');

/** The entry of a thread that explains a verdict, built from workers/why-worker.ts. */
export const WHY_WORKER_FILE = fromPackageRoot('dist/why-worker.cjs');

/** The entry of the threads that make images worse, built from workers/stress-worker.ts. */
export const STRESS_WORKER_FILE = fromPackageRoot('dist/stress-worker.cjs');

/** The entry of a thread that reads a network from elsewhere, built from workers/model-worker.ts. */
export const MODEL_WORKER_FILE = fromPackageRoot('dist/model-worker.cjs');

/** The entry of a thread that runs onnxruntime, built from workers/onnx-worker.ts. */
export const ONNX_WORKER_FILE = fromPackageRoot('dist/onnx-worker.cjs');

/** What runs in the page to draw on, built from src/views/draw/live/, what unpacks that there, and how it looks. */
export const DRAW_SCRIPT_FILE = fromPackageRoot('dist/draw-page.js');
export const DRAW_LOADER_FILE = fromPackageRoot('dist/draw-loader.js');
export const DRAW_STYLE_FILE = fromPackageRoot('dist/draw-style.css');

/** The folder of the trained networks and the test set. */
export const DATA_FOLDER = fromPackageRoot('data');

/** 500 images of the training set and their labels, in the folder of data: what networks from elsewhere are tried on. */
export const SAMPLE_FILES = ['sample-images-idx3-ubyte', 'sample-labels-idx1-ubyte'] as const;

/** A compiled kernel. */
export type WasmModule = object;

/** The shared memory of a kernel. */
export interface WasmMemory {
  readonly buffer: SharedArrayBuffer;
  grow(pages: number): number;
}

/** What is used of the global `WebAssembly`: TypeScript declares it only with the DOM, which a user may not have. */
interface Wasm {
  readonly Module: new (bytes: Uint8Array) => WasmModule;
  readonly Memory: new (limits: { initial: number; maximum: number; shared: boolean }) => WasmMemory;
  readonly Instance: new (
    module: WasmModule,
    imports: { env: { memory: WasmMemory; sleep: (address: number, expected: number) => void } },
  ) => { readonly exports: object };
}

function wasm(): Wasm {
  const { WebAssembly } = globalThis as unknown as { readonly WebAssembly?: Wasm };
  if (WebAssembly !== undefined) return WebAssembly;
  const message = 'expected WebAssembly, found it switched off in Node; start it without --jitless';
  throw new DigitflowError('WASM_MISSING', message);
}

/**
 * Reads and compiles a kernel. Asking twice costs next to nothing: V8 knows the bytes again.
 *
 * @throws DigitflowError BUILD_INCOMPLETE, INPUT_READ, WASM_MISSING
 */
export function compileKernel(file: string): WasmModule {
  return new (wasm().Module)(read(file));
}

const PAGE_BYTES = 65_536;

/**
 * Allocates a shared memory of 64 KiB pages.
 *
 * @throws DigitflowError MEMORY_LIMIT where there is not so much, WASM_MISSING
 */
export function allocateWasmMemory(pages: number, mostPages = pages): WasmMemory {
  const { Memory } = wasm();
  try {
    return new Memory({ initial: pages, maximum: mostPages, shared: true });
  } catch (cause) {
    throw memoryError(pages, cause);
  }
}

/** Makes a memory bigger by so many bytes at least; throws DigitflowError MEMORY_LIMIT. */
export function growWasmMemory(memory: WasmMemory, bytes: number): void {
  const pages = Math.ceil(bytes / PAGE_BYTES);
  try {
    memory.grow(pages);
  } catch (cause) {
    throw memoryError(pages, cause);
  }
}

/** Milliseconds after which a kernel that sleeps looks around. */
const NAP_MS = 20;

/** Makes an instance of a kernel over a memory; returns what it exports. */
export function instantiateWasm<Kernel extends object>(module: WasmModule, memory: WasmMemory): Kernel {
  const sleep = (address: number, expected: number) =>
    void Atomics.wait(new Int32Array(memory.buffer), address >>> 2, expected, NAP_MS);
  return new (wasm().Instance)(module, { env: { memory, sleep } }).exports as Kernel;
}

function memoryError(pages: number, cause: unknown): DigitflowError {
  const bytes = pages * PAGE_BYTES;
  const advice = hasAddresses()
    ? 'give a smaller batch size or fewer workers'
    : 'V8 reserves some 10 GB of addresses for each memory of WebAssembly; raise the limit (ulimit -v)';
  return new DigitflowError('MEMORY_LIMIT', `no ${bytes} bytes of shared memory can be had: ${advice}`, {
    cause,
  });
}

/** Whether the smallest memory can be had: then it is only a matter of size. */
function hasAddresses(): boolean {
  try {
    return new (wasm().Memory)({ initial: 1, maximum: 1, shared: true }).buffer.byteLength > 0;
  } catch {
    return false;
  }
}

function read(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (cause) {
    const error = inputError(cause, file);
    if (error.code !== 'INPUT_MISSING') throw error;
    const message = `no kernel at ${file}: run \`npm run build\` first`;
    throw new DigitflowError('BUILD_INCOMPLETE', message, { cause });
  }
}
