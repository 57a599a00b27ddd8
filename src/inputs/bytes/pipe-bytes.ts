import type { ConnectOpts, SocketConstructorOpts } from 'node:net';
import { inputError } from '../../errors.js';
import type { ByteSource } from './byte-source.js';

/** The most that a read from a pipe gives on Linux. */
const BUFFER_BYTES = 64 * 1024;

/**
 * Reads a pipe into one buffer, where Node's streams would allocate one for each piece. Nothing is read while the caller has
 * a piece.
 *
 * A socket polls the pipe; a file stream would block a thread in read(2), and with it the end of the process.
 *
 * @param fd an open pipe, which `close` closes
 */
export async function pipeBytes(fd: number, name: string): Promise<ByteSource> {
  // Loaded only when needed: it takes some milliseconds.
  const { Socket } = await import('node:net');
  let piece: Uint8Array | null = null;
  let ending: { readonly error: unknown } | null = null;
  let wake = (): void => {};

  const options: SocketConstructorOpts & Pick<ConnectOpts, 'onread'> = {
    fd,
    readable: true,
    writable: false,
    onread: {
      buffer: new Uint8Array(BUFFER_BYTES),
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

  async function pull(): Promise<Uint8Array | null> {
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
  }

  return {
    name,
    sizeBytes: null,
    file: null,
    pull,
    close: async () => {
      socket.destroy();
    },
  };
}
