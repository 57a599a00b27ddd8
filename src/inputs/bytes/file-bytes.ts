import { close, open, read } from 'node:fs';
import { promisify } from 'node:util';
import { inputError } from '../../errors.js';
import type { ByteSource } from './byte-source.js';

/**
 * A file open for reading: what is needed of a `FileHandle`, without node:fs/promises, which takes 2 ms to load and as long
 * again for the reads of a small data set.
 */
export class ReadHandle {
  readonly fd: number;
  #reading: Promise<unknown> | null = null;
  #closing: Promise<void> | undefined;

  private constructor(fd: number) {
    this.fd = fd;
  }

  /** Rejects with Node's own error. */
  static async open(path: string): Promise<ReadHandle> {
    return new ReadHandle(await promisify(open)(path, 'r'));
  }

  /** One call at a time, none once it was closed; `position` null goes on where the last read ended. */
  async read(
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number | null,
  ): Promise<{ bytesRead: number }> {
    // Its descriptor may be that of another file by now.
    if (this.#closing) throw new Error('expected an open file, found a closed one');
    const reading = promisify(read)(this.fd, buffer, offset, length, position);
    this.#reading = reading;
    return reading;
  }

  /** Waits for the read that is under way: its descriptor must not become that of another file meanwhile. May be called again. */
  close(): Promise<void> {
    this.#closing ??= this.#closeOnce();
    return this.#closing;
  }

  async #closeOnce(): Promise<void> {
    await this.#reading?.catch(() => undefined);
    await promisify(close)(this.fd);
  }
}

/** The length of one of the two buffers that a file is read into; measured, see docs/performance.md. */
export const FILE_BUFFER_BYTES = 1024 * 1024;

/** An open regular file, read sequentially from where it stands. */
interface OpenFile {
  /** Null where the file may be under way already: positions in it mean nothing then. */
  readonly fd: number | null;
  readInto(buffer: Uint8Array): Promise<number>;
  close(): Promise<void>;
}

/** Reads a regular file of `sizeBytes` bytes through `handle`, which `close` closes. */
export function fileBytes(
  handle: Pick<ReadHandle, 'read' | 'close' | 'fd'>,
  name: string,
  sizeBytes: number,
): ByteSource {
  const file: OpenFile = {
    fd: handle.fd,
    readInto: async (buffer) => (await handle.read(buffer, 0, buffer.length, null)).bytesRead,
    close: () => handle.close(),
  };
  return new FileBytes(file, name, sizeBytes, sizeBytes);
}

/** Reads a regular file from a position on, to wherever its end then is. */
export async function fileBytesFrom(path: string, name: string, position: number): Promise<ByteSource> {
  const handle = await ReadHandle.open(path).catch((error: unknown) => {
    throw inputError(error, name);
  });
  let at = position;
  const file: OpenFile = {
    fd: null,
    readInto: async (buffer) => {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, at);
      at += bytesRead;
      return bytesRead;
    },
    close: () => handle.close(),
  };
  return new FileBytes(file, name, null, FILE_BUFFER_BYTES);
}

/**
 * Reads stdin where it is a regular file (`digitflow - < images`), past Node's stream and its small pieces. Its size
 * only says how large a buffer is worth making: the shell may have read a part of it already.
 */
export function stdinFileBytes(sizeHintBytes: number): ByteSource {
  const file: OpenFile = {
    fd: null,
    readInto: (buffer) =>
      new Promise((resolve, reject) => {
        read(0, buffer, 0, buffer.length, null, (error, bytesRead) => {
          if (error) reject(error);
          else resolve(bytesRead);
        });
      }),
    close: () => Promise.resolve(),
  };
  return new FileBytes(file, 'stdin', null, sizeHintBytes);
}

/**
 * The first piece is just the header of a three-dimensional IDX file, so that the records after it can be read in one
 * go to wherever they are wanted.
 */
const FIRST_BYTES = 16;

/**
 * Reads straight to where the caller wants it; where it does not say, into two buffers that take turns: the disk fills
 * one while the consumer has the other.
 */
class FileBytes implements ByteSource {
  readonly name: string;
  readonly sizeBytes: number | null;
  readonly fd: number | null;
  readonly #file: OpenFile;
  readonly #bufferBytes: number;
  readonly #buffers: [Uint8Array?, Uint8Array?] = [];
  #turn: 0 | 1 = 0;
  #ahead: Promise<Uint8Array | null> | null = null;
  #isBegun = false;
  #closing: Promise<void> | null = null;

  constructor(file: OpenFile, name: string, sizeBytes: number | null, sizeHintBytes: number) {
    this.name = name;
    this.sizeBytes = sizeBytes;
    this.fd = file.fd;
    this.#file = file;
    this.#bufferBytes = Math.max(1, Math.min(FILE_BUFFER_BYTES, sizeHintBytes));
  }

  async pull(into?: Uint8Array): Promise<Uint8Array | null> {
    if (!this.#isBegun) {
      this.#isBegun = true;
      return this.#read(new Uint8Array(FIRST_BYTES));
    }
    if (into !== undefined && this.#ahead === null) return this.#read(into);
    const piece = await (this.#ahead ?? this.#readTurn());
    this.#ahead = null;
    if (piece !== null && this.#closing === null) {
      this.#ahead = this.#readTurn();
      // It may fail before anybody waits for it, or when nobody ever will; who pulls gets the failure all the same.
      this.#ahead.catch(() => undefined);
    }
    return piece;
  }

  close(): Promise<void> {
    this.#closing ??= this.#file.close();
    return this.#closing;
  }

  /** Reads into the buffer that the consumer does not have. */
  #readTurn(): Promise<Uint8Array | null> {
    this.#turn = this.#turn === 0 ? 1 : 0;
    const buffer = this.#buffers[this.#turn] ?? new Uint8Array(this.#bufferBytes);
    this.#buffers[this.#turn] = buffer;
    return this.#read(buffer);
  }

  async #read(target: Uint8Array): Promise<Uint8Array | null> {
    try {
      const bytesRead = await this.#file.readInto(target);
      return bytesRead === 0 ? null : target.subarray(0, bytesRead);
    } catch (error) {
      throw inputError(error, this.name);
    }
  }
}
