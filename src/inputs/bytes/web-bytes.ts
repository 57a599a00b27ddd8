import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { DigitflowError } from '../../errors.js';
import type { ByteSource } from './byte-source.js';
import { connectionFault, PassingFault, silence, unfit } from './web-request.js';

/** How long a server's faults are borne. */
export interface Patience {
  /** How long it may say nothing, in milliseconds. */
  readonly stallMs: number;
  /** How often it is asked again where nothing has come since. */
  readonly retries: number;
  /** The wait before the first of these, in milliseconds; before each other one it doubles. */
  readonly firstWaitMs: number;
  /** The longest wait that a server may ask for, in milliseconds. */
  readonly mostWaitMs: number;
}

/** Which version of a file a server has: what it says of it. */
export interface WebVersion {
  /** Its length; null where the server does not say it beforehand. */
  readonly bytes: number | null;
  readonly etag: string | undefined;
  /** When it was changed, as the server writes it. */
  readonly modified: string | undefined;
}

/** A file that a server has, as far as its bytes are concerned. */
export interface AskedFile {
  readonly name: string;
  readonly patience: Patience;
  /** Ends what waits for the server. */
  readonly signal: AbortSignal | undefined;
  /** What the server has said of it; null before its first answer. */
  readonly version: WebVersion | null;
  /** Whether what comes later can be told to be of the same version. */
  readonly canBeTold: boolean;
  /** Asks for what lies between two positions. A server that honours no ranges gives all. */
  ask(from: number, until: number, signal: AbortSignal): Promise<Answer>;
}

/** The body of an answer. */
export interface Answer {
  /** Where in the file it begins. */
  readonly start: number;
  /** The next piece; null at its end. Throws PassingFault. */
  next(): Promise<Uint8Array | null>;
  leave(): void;
}

/** Reads the body of a response that begins at a position of the file. */
export function answerOf(
  response: IncomingMessage,
  start: number,
  { name, patience }: Pick<AskedFile, 'name' | 'patience'>,
): Answer {
  const { stallMs } = patience;
  const pieces: AsyncIterator<Uint8Array, undefined> = response[Symbol.asyncIterator]();
  return {
    start,
    next: async () => {
      const timer = setTimeout(() => response.destroy(new Error(silence(stallMs))), stallMs);
      try {
        const { done, value } = await pieces.next();
        return done ? null : value;
      } catch (error) {
        throw connectionFault(error, name);
      } finally {
        clearTimeout(timer);
      }
    },
    leave: () => void response.destroy(),
  };
}

/** What is as near is read and dropped: a new request takes as long. */
const NEAR_BYTES = 2 ** 20;

/**
 * The bytes of a file that a server has, between two positions. Where a connection breaks, the rest is asked for again: so
 * often as the file's patience says, each time after a longer wait.
 */
export class WebBytes implements ByteSource {
  readonly name: string;
  readonly file = null;
  readonly #web: AskedFile;
  readonly #from: number;
  #until: number;
  #position: number;
  #answer: Answer | null = null;
  /** Where the answer stands. Up to the position its bytes are dropped. */
  #answerAt = 0;
  #isOver = false;
  readonly #closing = new AbortController();
  readonly #signal: AbortSignal;

  constructor(web: AskedFile, from: number, until: number) {
    this.name = web.name;
    this.#web = web;
    this.#from = from;
    this.#until = until;
    this.#position = from;
    const { signal } = this.#closing;
    this.#signal = web.signal === undefined ? signal : AbortSignal.any([signal, web.signal]);
  }

  get sizeBytes(): number | null {
    return Number.isFinite(this.#end) ? Math.max(0, this.#end - this.#from) : null;
  }

  /** Asks for the first of them. Throws what `pull` throws. */
  async connect(): Promise<void> {
    await this.#patiently(() => this.#ask());
  }

  /** @throws DigitflowError INPUT_MISSING, INPUT_READ, SERVER_ANSWER */
  pull(): Promise<Uint8Array | null> {
    return this.#patiently(() => this.#next());
  }

  async seek(position: number, end = Number.POSITIVE_INFINITY): Promise<void> {
    this.#position = this.#from + position;
    this.#until = Math.min(this.#until, this.#from + end);
    this.#isOver = false;
    const ahead = this.#position - this.#answerAt;
    if (ahead < 0 || ahead > NEAR_BYTES) this.#leave();
  }

  async close(): Promise<void> {
    this.#leave();
    this.#closing.abort();
  }

  /** Infinite as long as it is not known. */
  get #end(): number {
    return Math.min(this.#until, this.#web.version?.bytes ?? Number.POSITIVE_INFINITY);
  }

  async #next(): Promise<Uint8Array | null> {
    while (this.#position < this.#end && !this.#isOver) {
      const { start, next } = await this.#ask();
      // What was asked may have told where it ends.
      if (this.#position >= this.#end) break;
      const piece = await next();
      if (piece === null) {
        this.#answer = null;
        // Chunks have an end of their own.
        this.#isOver = !Number.isFinite(this.#end);
        if (!this.#isOver && this.#answerAt === start) throw new PassingFault('an answer without a body');
        continue;
      }
      const dropped = this.#position - this.#answerAt;
      this.#answerAt += piece.length;
      this.#checkLength();
      const given = piece.subarray(dropped, dropped + this.#end - this.#position);
      this.#position += given.length;
      if (given.length > 0) return given;
    }
    await this.#finish();
    return null;
  }

  async #ask(): Promise<Answer> {
    if (this.#answer === null) {
      this.#answer = await this.#web.ask(this.#position, this.#until, this.#signal);
      this.#answerAt = this.#answer.start;
    }
    return this.#answer;
  }

  /** Nothing may follow the file's end. */
  async #finish(): Promise<void> {
    if (this.#answer !== null && this.#answerAt === this.#web.version?.bytes) {
      const piece = await this.#answer.next();
      this.#answerAt += piece?.length ?? 0;
      this.#checkLength();
      this.#answer = null;
    }
    this.#leave();
  }

  #checkLength(): void {
    const { bytes = null } = this.#web.version ?? {};
    if (bytes === null || this.#answerAt <= bytes) return;
    throw unfit(this.name, `${bytes} bytes, as the server says`, 'more', 'fetch the file first');
  }

  #leave(): void {
    this.#answer?.leave();
    this.#answer = null;
  }

  /** Does what may fail for a time. */
  async #patiently<T>(act: () => Promise<T>): Promise<T> {
    for (let failures = 0; ; failures++) {
      try {
        return await act();
      } catch (error) {
        this.#leave();
        if (!(error instanceof PassingFault) || this.#signal.aborted) throw error;
        await sleep(this.#waitMs(error, failures), undefined, { signal: this.#signal });
      }
    }
  }

  /** How long to wait before the next try; throws INPUT_READ where there is to be none. */
  #waitMs(fault: PassingFault, failures: number): number {
    const { retries, firstWaitMs, mostWaitMs } = this.#web.patience;
    const failed = (reason: string, advice: string) =>
      new DigitflowError('INPUT_READ', `${this.name}: could not be read (${reason}); ${advice}`, {
        cause: fault,
      });
    const hasGiven = this.#position > this.#from && this.#position < this.#end;
    if (hasGiven && !this.#web.canBeTold) {
      const said = 'the server says neither ETag nor Last-Modified, by which the rest would be known';
      throw failed(`${fault.message} after ${this.#position} bytes`, `${said}; start again`);
    }
    if (fault.waitMs > mostWaitMs) {
      const seconds = Math.ceil(fault.waitMs / 1000);
      throw failed(fault.message, `the server asks to wait for ${seconds} s; try again then`);
    }
    if (failures >= retries)
      throw failed(`${fault.message}; tried ${failures + 1} times`, 'check the URL and try again');
    // Not all at the same moment, where many machines read.
    return Math.max(fault.waitMs, firstWaitMs * 2 ** failures * (0.5 + Math.random() / 2));
  }
}
