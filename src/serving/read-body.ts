import type { IncomingMessage } from 'node:http';
import { RequestFault } from './request-fault.js';

/** How much of a request's body is taken. */
export interface BodyLimits {
  /** The largest body, and what all that are being read or answered may hold together; in bytes. */
  readonly bodyBytes: number;
  readonly allBodyBytes: number;
  /** How long a body may take to come, in milliseconds. */
  readonly bodyTimeoutMs: number;
}

/** The bodies of all requests that are under way: together they hold no more than they are allowed. */
export class Bodies {
  readonly #limits: BodyLimits;
  readonly #spare = new SpareBytes();
  #held = 0;

  constructor(limits: BodyLimits) {
    this.#limits = limits;
  }

  /** How many bytes are held. */
  get held(): number {
    return this.#held;
  }

  /**
   * Reads a body whole. Its bytes are counted until the request is closed; after that other bodies may lie there.
   *
   * @param closed is told what is to be called once the request is closed
   * @throws RequestFault 413 where it is too large, 503 where too much is held already, 408 where it does not come in time
   */
  read(request: IncomingMessage, closed: (release: () => void) => void): Promise<Buffer> {
    const { bodyBytes, allBodyBytes, bodyTimeoutMs } = this.#limits;
    const declared = Number(request.headers['content-length'] ?? Number.NaN);
    return new Promise((resolve, reject) => {
      let counted = 0;
      closed(() => {
        this.#held -= counted;
        counted = 0;
        if (whole !== undefined) this.#spare.give(whole);
      });
      const chunks: Uint8Array[] = [];
      // Where the length is known, all of it goes to one place, as it comes.
      let whole: Buffer | undefined;
      let length = 0;
      const end = (fault?: Error) => {
        clearTimeout(timer);
        request.off('data', take).off('end', end).off('error', cutOff).off('close', cutOff);
        if (fault !== undefined) reject(fault);
        else
          resolve(
            whole?.subarray(0, length) ?? (chunks.length === 1 ? asBuffer(chunks[0]) : Buffer.concat(chunks)),
          );
      };
      const cutOff = () =>
        end(new RequestFault(400, 'body: expected all of it, found the connection closed'));
      const count = (bytes: number): boolean => {
        if (bytes > bodyBytes) {
          end(
            new RequestFault(
              413,
              `body: expected at most ${bodyBytes} bytes, found more; send less at a time`,
            ),
          );
          return false;
        }
        const more = Math.max(0, bytes - counted);
        if (this.#held + more > allBodyBytes) {
          end(new RequestFault(503, 'too many bytes are under way; try again later'));
          return false;
        }
        this.#held += more;
        counted += more;
        return true;
      };
      const take = (chunk: Uint8Array) => {
        const at = length;
        length += chunk.length;
        if (!count(length)) return;
        if (length < declared) whole ??= this.#spare.take(declared);
        if (whole === undefined) chunks.push(chunk);
        else whole.set(chunk, at);
      };
      const timer = setTimeout(
        () =>
          end(
            new RequestFault(
              408,
              `body: expected all of it within ${bodyTimeoutMs} ms, found ${length} bytes`,
            ),
          ),
        bodyTimeoutMs,
      );
      if (declared > 0 && !count(declared)) return;
      request.on('data', take).on('end', end).on('error', cutOff).on('close', cutOff);
    });
  }
}

/** How much is kept for bodies to come. */
const SPARE_BYTES = 2 ** 24;

/** Memory of large bodies, to be used again: to collect it and to clear new one takes longer than to score what lies in it. */
class SpareBytes {
  readonly #spare: Buffer[] = [];
  #bytes = 0;

  take(length: number): Buffer {
    const at = this.#spare.findIndex((spare) => spare.length >= length && spare.length <= 2 * length);
    if (at < 0) return Buffer.allocUnsafeSlow(length);
    const [spare] = this.#spare.splice(at, 1);
    this.#bytes -= spare.length;
    return spare;
  }

  give(bytes: Buffer): void {
    this.#spare.push(bytes);
    this.#bytes += bytes.length;
    // What nobody has wanted for longest goes first.
    while (this.#bytes > SPARE_BYTES) this.#bytes -= this.#spare.shift()?.length ?? 0;
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
