import {
  allocateWasmMemory,
  compileKernel,
  KERNEL_FILE,
  type WasmMemory,
  type WasmModule,
} from '../assets.js';
import { DigitflowError } from '../errors.js';
import type { Network } from '../network/network.js';
import type { Normalization } from '../network/normalization.js';
import { instantiate } from './kernel.js';
import { type LayoutOptions, layoutMemory, type MemoryLayout, MOST_INPUTS, PAGE_BYTES } from './layout.js';
import { STOP_FLAG } from './messages.js';
import { placeNetwork } from './place-network.js';
import { COMPRESSION_TABLE_BYTES, fillCompressionTable } from './text/compression-table.js';

/** A network in shared memory, with the slots around it and the kernel to run on them. */
export class SharedNetwork {
  readonly layout: MemoryLayout;
  readonly memory: WasmMemory;
  readonly module: WasmModule;
  readonly #network: Network;
  readonly #control: Int32Array;
  #placed: Normalization | undefined;

  /** @throws DigitflowError NETWORK_TOO_LARGE, BUILD_INCOMPLETE, and MEMORY_LIMIT beyond 4 GiB */
  constructor(network: Network, options: LayoutOptions) {
    this.#network = network;
    const { inputs } = network.layers[0];
    if (inputs > MOST_INPUTS) {
      throw new DigitflowError(
        'NETWORK_TOO_LARGE',
        `expected at most ${MOST_INPUTS} inputs, found ${inputs}`,
      );
    }
    this.layout = layoutMemory(network, options);
    this.module = compileKernel(KERNEL_FILE);
    this.memory = allocateMemory(this.layout.bytes / PAGE_BYTES, this.layout);
    this.#control = new Int32Array(this.memory.buffer, this.layout.control, 16);
  }

  /** Whether the network lies there as this normalization wants it. */
  isPlacedFor({ scale, offset, transposed }: Normalization): boolean {
    const placed = this.#placed;
    return placed?.scale === scale && placed.offset === offset && placed.transposed === transposed;
  }

  /** Writes the network with the normalization folded in, unless it lies there so. No task may be under way. */
  placeFor(normalization: Normalization): void {
    if (this.isPlacedFor(normalization)) return;
    const kernel = instantiate(this.module, this.memory);
    placeNetwork(kernel, this.memory.buffer, this.layout, this.#network, normalization);
    this.#placed = normalization;
  }

  /** Tells all workers to leave what they have not begun. */
  stop(): void {
    // Publishes nothing but itself: a worker that sees it late scores one batch too many, which nobody reads.
    Atomics.store(this.#control, STOP_FLAG, 1);
  }
}

/**
 * Allocates the shared memory, with the table by which the kernel reads text.
 *
 * @throws DigitflowError MEMORY_LIMIT
 */
export function allocateMemory(
  pages: number,
  { compression }: Pick<MemoryLayout, 'compression'>,
): WasmMemory {
  try {
    const memory = allocateWasmMemory(pages);
    if (compression > 0)
      fillCompressionTable(new Uint8Array(memory.buffer, compression, COMPRESSION_TABLE_BYTES));
    return memory;
  } catch (cause) {
    const message = `no ${pages * PAGE_BYTES} bytes of shared memory can be had: give a smaller batch size or fewer workers`;
    throw new DigitflowError('MEMORY_LIMIT', message, { cause });
  }
}
