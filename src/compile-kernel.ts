import { readFileSync } from 'node:fs';
import { DigitflowError } from './errors.js';

/**
 * Reads and compiles a kernel. Asking twice costs next to nothing: V8 knows the bytes again.
 *
 * @throws DigitflowError BUILD_INCOMPLETE
 */
export function compileKernel(file: string): WebAssembly.Module {
  return new WebAssembly.Module(read(file));
}

function read(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (cause) {
    const message = `no kernel at ${file}: run \`npm run build\` first`;
    throw new DigitflowError('BUILD_INCOMPLETE', message, { cause });
  }
}
