import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DigitflowError } from './errors.js';

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

/** The folder of the trained networks and the test set. */
export const DATA_FOLDER = fromPackageRoot('data');

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
    imports: { env: { memory: WasmMemory } },
  ) => { readonly exports: object };
}

const { WebAssembly: wasm } = globalThis as unknown as { readonly WebAssembly: Wasm };

/** Reads and compiles a kernel; throws BUILD_INCOMPLETE. Asking twice costs next to nothing: V8 knows the bytes again. */
export function compileKernel(file: string): WasmModule {
  return new wasm.Module(read(file));
}

/** Allocates a shared memory of 64 KiB pages; throws RangeError where there is not so much. */
export function allocateWasmMemory(pages: number, mostPages = pages): WasmMemory {
  return new wasm.Memory({ initial: pages, maximum: mostPages, shared: true });
}

/** Makes an instance of a kernel over a memory; returns what it exports. */
export function instantiateWasm<Kernel extends object>(module: WasmModule, memory: WasmMemory): Kernel {
  return new wasm.Instance(module, { env: { memory } }).exports as Kernel;
}

function read(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (cause) {
    const message = `no kernel at ${file}: run \`npm run build\` first`;
    throw new DigitflowError('BUILD_INCOMPLETE', message, { cause });
  }
}
