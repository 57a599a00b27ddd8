import { allocateWasmMemory, compileKernel, instantiateWasm, KERNEL_FILE } from '../../assets.js';
import { DigitflowError } from '../../errors.js';

/** Memory in which lines are counted at the speed of memory. */
export interface LineCounter {
  /** Where text is to lie. */
  readonly bytes: Uint8Array;
  /** See workers/kernel/score/lines.ts; places are indices of `bytes`. */
  plainLines(at: number, end: number, lineEnd: number, most: number): number;
  endOfPlain(): number;
}

/** One page of a memory; the module's own data lies in the first. */
const PAGE_BYTES = 2 ** 16;
const TEXT = PAGE_BYTES;
/** What may be read after the text. */
const SLACK = 64;

/** Null where no address space is left for a memory (V8 reserves 10 GiB for each), or WebAssembly is switched off. */
export function openLineCounter(byteCount: number): LineCounter | null {
  try {
    const memory = allocateWasmMemory(Math.ceil((TEXT + byteCount + SLACK) / PAGE_BYTES));
    const kernel = instantiateWasm<Omit<LineCounter, 'bytes'>>(compileKernel(KERNEL_FILE), memory);
    return {
      bytes: new Uint8Array(memory.buffer, TEXT, byteCount),
      plainLines: (at, end, lineEnd, most) => kernel.plainLines(TEXT + at, TEXT + end, lineEnd, most),
      endOfPlain: () => kernel.endOfPlain() - TEXT,
    };
  } catch (error) {
    if (error instanceof DigitflowError) return null;
    throw error;
  }
}
