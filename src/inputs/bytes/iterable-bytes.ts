import { DigitflowError, inputError } from '../../errors.js';
import type { ByteSource } from './byte-source.js';

/**
 * Reads any asynchronous iterable of bytes: a Node stream, a generator.
 *
 * `close` destroys a stream at once: an iterator alone would first wait for its pending read.
 */
export function iterableBytes(iterable: AsyncIterable<Uint8Array>, name: string): ByteSource {
  const iterator = iterable[Symbol.asyncIterator]();
  let closed = false;

  async function pull(): Promise<Uint8Array | null> {
    for (;;) {
      const { done, value } = await nextOf(iterator, name);
      if (done) return null;
      if (!(value instanceof Uint8Array)) throw notBytes(value, name);
      if (value.length > 0) return value;
    }
  }

  async function close(): Promise<void> {
    if (closed) return;
    closed = true;
    if (isDestroyable(iterable)) iterable.destroy();
    // Not awaited: a generator runs its `finally` only when its pending read settles, which may be never.
    iterator.return?.().catch(() => undefined);
  }

  return { name, sizeBytes: null, fd: null, pull, close };
}

async function nextOf(
  iterator: AsyncIterator<Uint8Array, unknown>,
  name: string,
): Promise<{ done: boolean; value: unknown }> {
  try {
    const { done = false, value } = await iterator.next();
    return { done, value };
  } catch (error) {
    throw inputError(error, name);
  }
}

function isDestroyable(source: object): source is { destroy(): unknown } {
  return 'destroy' in source && typeof source.destroy === 'function';
}

function notBytes(value: unknown, name: string): DigitflowError {
  const found = typeof value === 'object' ? 'an object' : `a ${typeof value}`;
  return new DigitflowError(
    'INPUT_READ',
    `${name}: expected pieces of type Uint8Array, found ${found}; give a stream without an encoding`,
  );
}
