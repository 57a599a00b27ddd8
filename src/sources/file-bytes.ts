import { fstatSync, read } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import type { ByteSource } from './byte-source.js';
import { inputError } from './input-error.js';

/** The length of one of the two buffers that a file is read into; measured, see docs/performance.md. */
export const FILE_BUFFER_BYTES = 1024 * 1024;

/** An open regular file, read sequentially from where it stands. */
interface OpenFile {
  readInto(buffer: Uint8Array): Promise<number>;
  close(): Promise<void>;
}

/** Reads a regular file of `sizeBytes` bytes through `handle`, which `close` closes. */
export function fileBytes(
  handle: Pick<FileHandle, 'read' | 'close'>,
  name: string,
  sizeBytes: number,
): ByteSource {
  const file: OpenFile = {
    readInto: async (buffer) => (await handle.read(buffer, 0, buffer.length, null)).bytesRead,
    close: () => handle.close(),
  };
  return new FileBytes(file, name, sizeBytes, sizeBytes);
}

/**
 * Reads stdin where it is a regular file (`digitflow - < images`), past Node's stream and its small pieces; null
 * where it is anything else. The size stays unknown: the shell may have read a part of it already.
 */
export function stdinFileBytes(): ByteSource | null {
  const stats = fstatSync(0);
  if (!stats.isFile()) return null;
  const file: OpenFile = {
    readInto: (buffer) =>
      new Promise((resolve, reject) => {
        read(0, buffer, 0, buffer.length, null, (error, bytesRead) => {
          if (error) reject(error);
          else resolve(bytesRead);
        });
      }),
    close: () => Promise.resolve(),
  };
  return new FileBytes(file, 'stdin', null, stats.size);
}

/** Two buffers that take turns: the disk fills one while the consumer has the other. */
class FileBytes implements ByteSource {
  readonly name: string;
  readonly sizeBytes: number | null;
  readonly #file: OpenFile;
  #filling: Uint8Array;
  #lent: Uint8Array;
  #ahead: Promise<number> | null = null;
  #closing: Promise<void> | null = null;

  constructor(file: OpenFile, name: string, sizeBytes: number | null, sizeHintBytes: number) {
    this.name = name;
    this.sizeBytes = sizeBytes;
    this.#file = file;
    const bufferBytes = Math.max(1, Math.min(FILE_BUFFER_BYTES, sizeHintBytes));
    this.#filling = new Uint8Array(bufferBytes);
    this.#lent = new Uint8Array(bufferBytes);
  }

  async pull(): Promise<Uint8Array | null> {
    let bytesRead: number;
    try {
      bytesRead = await (this.#ahead ?? this.#file.readInto(this.#filling));
    } catch (error) {
      throw inputError(error, this.name);
    }
    if (bytesRead === 0) return null;
    const filled = this.#filling;
    this.#filling = this.#lent;
    this.#lent = filled;
    if (this.#closing === null) this.#readAhead();
    return filled.subarray(0, bytesRead);
  }

  close(): Promise<void> {
    this.#closing ??= this.#file.close();
    return this.#closing;
  }

  #readAhead(): void {
    this.#ahead = this.#file.readInto(this.#filling);
    // It may fail before anybody waits for it, or when nobody ever will; who pulls gets the failure all the same.
    this.#ahead.catch(() => undefined);
  }
}
