import { isAscii } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { Script } from 'node:vm';
import { crc32 } from 'node:zlib';
import type { Program } from './cli/program.js';

/** What Node puts around a module of CommonJS. */
const WRAPPER = ['(function (exports, require, module, __filename, __dirname) {', '\n})'] as const;

/** Ahead of V8's bytes: the CRC-32 of the source they were made of, and their own, u32 little-endian each. */
const SEAL_BYTES = 8;

/** A program and what V8 made of it before. */
export interface CachedCode {
  readonly source: Buffer;
  readonly code: Buffer;
}

/** A program compiled, not run yet. */
export interface CompiledProgram {
  readonly script: Script;
  /** Runs the module; to be called once. */
  run(): Program;
}

/** Where the code of a program is kept for the Node that runs: V8 itself refuses what another version has made. */
export function codeFileOf(file: string): string {
  const name = basename(file, '.cjs');
  return join(dirname(file), 'code-cache', `${name}-${process.version}-${process.arch}.bin`);
}

/** The kept code of a program; null where there is none for this Node, or not of this source, or it is damaged. */
export function readCachedCode(file: string): CachedCode | null {
  try {
    const sealed = readFileSync(codeFileOf(file));
    const source = readFileSync(file);
    const code = sealed.subarray(SEAL_BYTES);
    const isWhole = sealed.readUInt32LE(0) === crc32(source) && sealed.readUInt32LE(4) === crc32(code);
    return isWhole ? { source, code } : null;
  } catch {
    // Nothing was built by this Node, or nothing can be read: then it is compiled.
    return null;
  }
}

/** What to write to the file: V8 does not notice a damaged byte, and knows its source by no more than the length. */
export function seal({ source, code }: CachedCode): Buffer {
  const sums = Buffer.alloc(SEAL_BYTES);
  sums.writeUInt32LE(crc32(source), 0);
  sums.writeUInt32LE(crc32(code), 4);
  return Buffer.concat([sums, code]);
}

/** Compiles a program as Node compiles a module, but with code that V8 has made before: what V8 refuses of it is made anew. */
export function compileProgram(
  file: string,
  { source, code }: { readonly source: Buffer; readonly code?: Buffer },
): CompiledProgram {
  const [head, tail] = WRAPPER;
  // ASCII is quicker to load; the build escapes what it can.
  const text = source.toString(isAscii(source) ? 'latin1' : 'utf8');
  const options = { filename: file, columnOffset: -head.length, cachedData: code };
  const script = new Script(head + text + tail, options);
  return {
    script,
    run() {
      const module = { exports: {} };
      const { exports } = module;
      script.runInThisContext().call(exports, exports, createRequire(file), module, file, dirname(file));
      return module.exports as Program;
    },
  };
}
