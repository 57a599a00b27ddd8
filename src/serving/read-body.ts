import type { IncomingMessage } from 'node:http';
import { letGo, Turn } from './overload.js';
import { RequestFault } from './request-fault.js';

/** How much of a request's body is taken. */
export interface BodyLimits {
  /** The largest body, and what all that are being read or answered may hold together; in bytes. */
  readonly bodyBytes: number;
  readonly allBodyBytes: number;
  /** How long a body may take to come, in milliseconds. */
  readonly bodyTimeoutMs: number;
  /** How long requests may be read and answered in one turn of the event loop before others are refused, in milliseconds. */
  readonly mostLagMs: number;
}

/** Bodies of so many bytes are not refused for what others hold: there are no more of them than connections. */
const SMALL_BYTES = 2 ** 16;

/** The bodies of all requests that are under way: together they hold no more than they are allowed. */
export class Bodies {
  readonly #limits: BodyLimits;
  readonly #spare = new SpareBytes();
  readonly #turn: Turn;
  #held = 0;

  constructor(limits: BodyLimits) {
    this.#limits = limits;
    this.#turn = new Turn(limits.mostLagMs);
  }

  /** How many bytes are held. */
  get held(): number {
    return this.#held;
  }

  /**
   * To be asked, too, before work that takes longer than to read what it is done on.
   *
   * @throws RequestFault 503 where this turn has lasted too long
   */
  check(): void {
    this.#turn.check();
  }

  /**
   * Reads a body whole. Its bytes are counted until the request is closed; after that other bodies may lie there.
   *
   * @param begun is told, where the body is wanted, what is to be called once the request is closed
   * @throws RequestFault 413 where it is too large, 503 where too much is under way, 408 where it does not come in time
   */
  read(request: IncomingMessage, begun: (release: () => void) => void): Promise<Buffer> {
    const { bodyBytes, allBodyBytes, bodyTimeoutMs } = this.#limits;
    const declared = Number(request.headers['content-length'] ?? 0);
    return new Promise((resolve, reject) => {
      let counted = 0;
      const count = (bytes: number): void => {
        if (bytes > bodyBytes) {
          const message = `body: expected at most ${bodyBytes} bytes, found more; send less at a time`;
          throw new RequestFault(413, message);
        }
        if (bytes <= counted) return;
        if (bytes > SMALL_BYTES && this.#held + bytes - counted > allBodyBytes)
          throw new RequestFault(503, 'too many bytes are under way; try again later');
        this.#held += bytes - counted;
        counted = bytes;
      };
      this.check();
      count(declared);
      const chunks: Uint8Array[] = [];
      const fresh: Uint8Array[] = [];
      // Where the length is known, all of it goes to one place, as it comes.
      let whole: Buffer | undefined;
      let length = 0;
      begun(() => {
        this.#held -= counted;
        counted = 0;
        if (whole !== undefined) this.#spare.give(whole);
      });
      const stop = () => {
        clearTimeout(timer);
        request.off('data', take).off('end', end).off('close', cutOff);
      };
      const fail = (fault: unknown) => {
        stop();
        reject(fault);
      };
      const end = () => {
        stop();
        if (whole !== undefined) resolve(whole.subarray(0, length));
        else if (chunks.push(...fresh) === 1) resolve(asBuffer(chunks[0]));
        else resolve(Buffer.concat(chunks));
      };
      const take = (chunk: Uint8Array) => {
        const at = length;
        length += chunk.length;
        try {
          count(length);
        } catch (fault) {
          return fail(fault);
        }
        if (length < declared) whole ??= this.#spare.take(declared);
        if (whole !== undefined) {
          whole.set(chunk, at);
          letGo(chunk);
        } else if (fresh.push(chunk) === MOST_PIECES) chunks.push(Buffer.concat(fresh.splice(0)));
      };
      const cutOff = () =>
        fail(new RequestFault(400, 'body: expected all of it, found the connection closed'));
      const late = () => {
        const message = `body: expected all of it within ${bodyTimeoutMs} ms, found ${length} bytes`;
        fail(new RequestFault(408, message));
      };
      const timer = setTimeout(late, bodyTimeoutMs);
      request.on('data', take).on('end', end).on('close', cutOff);
    });
  }
}

/** So many pieces of a body are made one: a piece of a byte takes hundreds of them. */
const MOST_PIECES = 1024;

/** How much is kept for bodies to come. */
const SPARE_BYTES = 2 ** 24;

/** Memory of large bodies, to be used again: to collect it and to clear new one takes longer than to score what lies in it. */
class SpareBytes {
  readonly #spare: Buffer[] = [];
  #bytes = 0;

  take(length: number): Buffer {
    // What was given back last may still lie in a cache.
    const at = this.#spare.findLastIndex((spare) => spare.length >= length && spare.length <= 2 * length);
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
