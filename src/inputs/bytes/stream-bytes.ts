import type { ConnectOpts, SocketConstructorOpts } from 'node:net';
import { DigitflowError, inputError } from '../../errors.js';
import type { ByteSource } from './byte-source.js';

/** Reads any asynchronous iterable of bytes: a Node stream, a generator. `close` destroys a stream at once. */
export function iterableBytes(iterable: AsyncIterable<Uint8Array>, name: string): ByteSource {
  return bytesOf(iterable[Symbol.asyncIterator](), name, () => {
    if ('destroy' in iterable && typeof iterable.destroy === 'function') iterable.destroy();
  });
}

/** A web stream of bytes, such as the body of a response: Node's own type, or the DOM's. */
export interface WebByteStream {
  /** Locks the stream: it has one reader at most. */
  getReader(): {
    /** Rejects where the stream fails. */
    read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
    /** Ends the stream: nobody wants the rest. */
    cancel(): Promise<void>;
  };
}

/**
 * Reads a web stream. `close` cancels it at once, which its own iterator would do only after a pending read.
 *
 * @throws DigitflowError INPUT_READ where the stream has another reader
 */
export function webStreamBytes(stream: WebByteStream, name: string): ByteSource {
  try {
    const reader = stream.getReader();
    return bytesOf({ next: () => reader.read() }, name, () => {
      reader.cancel().catch(() => undefined);
    });
  } catch (error) {
    throw inputError(error, name);
  }
}

/** As much of an iterator as is used. */
interface Pieces {
  next(): Promise<{ readonly done?: boolean | undefined; readonly value?: unknown }>;
  return?(): Promise<unknown>;
}

function bytesOf(pieces: Pieces, name: string, destroy: () => void): ByteSource {
  let isClosed = false;
  return {
    ...{ name, sizeBytes: null, file: null },
    async pull() {
      for (;;) {
        const { done, value } = await nextOf(pieces, name);
        if (done) return null;
        if (!(value instanceof Uint8Array)) throw notBytes(value, name);
        if (value.length > 0) return value;
      }
    },
    async close() {
      if (isClosed) return;
      isClosed = true;
      destroy();
      // Not awaited: a generator runs its `finally` only when its pending read settles, which may be never.
      pieces.return?.().catch(() => undefined);
    },
  };
}

async function nextOf(pieces: Pieces, name: string): ReturnType<Pieces['next']> {
  try {
    return await pieces.next();
  } catch (error) {
    throw inputError(error, name);
  }
}

function notBytes(value: unknown, name: string): DigitflowError {
  const found = typeof value === 'object' ? 'an object' : `a ${typeof value}`;
  const message = `${name}: expected pieces of type Uint8Array, found ${found}; give a stream without an encoding`;
  return new DigitflowError('INPUT_READ', message);
}

/** An array is given in pieces, so that it is unpacked piece by piece, and can be left in the middle. */
const PIECE_BYTES = 1024 * 1024;

/** Reads bytes that are in memory, without a copy. */
export function arrayBytes(bytes: Uint8Array, name: string): ByteSource {
  let at = 0;
  return {
    ...{ name, sizeBytes: bytes.length, file: null },
    pull: async () => {
      const piece = bytes.subarray(at, at + PIECE_BYTES);
      at += piece.length;
      return piece.length > 0 ? piece : null;
    },
    close: async () => {},
  };
}

/** The most that a read from a pipe gives on Linux. */
const PIPE_BUFFER_BYTES = 64 * 1024;

/**
 * Reads an open pipe into one buffer, where Node's streams would allocate one for each piece. Nothing is read while the
 * caller has a piece. A socket polls the pipe; a file stream would block a thread in read(2), and with it the end of the
 * process.
 */
export async function pipeBytes(fd: number, name: string): Promise<ByteSource> {
  // Loaded only when needed: it takes some milliseconds.
  const { Socket } = await import('node:net');
  let piece: Uint8Array | null = null;
  let ending: { readonly error: unknown } | null = null;
  let wake = (): void => {};
  const options: SocketConstructorOpts & Pick<ConnectOpts, 'onread'> = {
    ...{ fd, readable: true, writable: false },
    onread: {
      buffer: new Uint8Array(PIPE_BUFFER_BYTES),
      callback: (byteCount, buffer) => {
        piece = buffer.subarray(0, byteCount);
        wake();
        return false;
      },
    },
  };
  const socket = new Socket(options);
  const end = (error: unknown): void => {
    ending ??= { error };
    wake();
  };
  socket.once('end', () => end(null));
  socket.once('close', () => end(null));
  socket.on('error', end);
  return {
    ...{ name, sizeBytes: null, file: null },
    async pull() {
      if (piece === null && ending === null) {
        const arrived = new Promise<void>((resolve) => {
          wake = resolve;
        });
        socket.resume();
        await arrived;
      }
      const pulled = piece;
      piece = null;
      if (pulled === null && ending?.error) throw inputError(ending.error, name);
      return pulled;
    },
    async close() {
      socket.destroy();
    },
  };
}
