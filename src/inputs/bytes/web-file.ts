import type { IncomingMessage } from 'node:http';
import { DigitflowError } from '../../errors.js';
import type { ByteSource } from './byte-source.js';
import {
  type Answer,
  type AskedFile,
  answerOf,
  type Patience,
  WebBytes,
  type WebVersion,
} from './web-bytes.js';
import { askServer, IN_PART, NO_SUCH_RANGE, unfit } from './web-request.js';
import type { ArchiveBytes } from './zip-bytes.js';

const PATIENCE: Patience = { stallMs: 30_000, retries: 5, firstWaitMs: 500, mostWaitMs: 60_000 };

/**
 * A file that a server has. It is opened as often as one likes, at any position, and must stay the same meanwhile: what the
 * first answer says of it holds for all others.
 */
export class WebFile implements AskedFile {
  readonly url: URL;
  readonly name: string;
  readonly patience: Patience;
  readonly signal: AbortSignal | undefined;
  #version: WebVersion | null = null;

  /** @param signal ends what waits for the server, in all that was opened */
  constructor(
    url: URL,
    name: string,
    { signal, ...patience }: Partial<Patience> & { readonly signal?: AbortSignal | undefined } = {},
  ) {
    this.url = url;
    this.name = name;
    this.patience = { ...PATIENCE, ...patience };
    this.signal = signal;
  }

  get version(): WebVersion | null {
    return this.#version;
  }

  /**
   * Its bytes as they are, between two positions. They are asked for when this is called; where a connection breaks, the rest
   * is asked for again.
   *
   * @throws DigitflowError INPUT_MISSING, INPUT_READ, SERVER_ANSWER
   */
  async open(from = 0, until = Number.POSITIVE_INFINITY): Promise<ByteSource> {
    const source = new WebBytes(this, from, until);
    await source.connect();
    return source;
  }

  /** What an archive of it is read from: each read is a request. To be called once its length is known. */
  archive(sizeBytes: number): ArchiveBytes {
    const section = (position: number, end: number) => new WebBytes(this, position, end);
    return {
      ...{ name: this.name, sizeBytes, section, release: () => {} },
      read: async (target, position) => {
        const from = position ?? 0;
        const source = section(from, Math.min(from + target.length, sizeBytes));
        const piece = await source.pull().finally(() => source.close());
        target.set(piece ?? []);
        return piece?.length ?? 0;
      },
    };
  }

  get canBeTold(): boolean {
    return this.#validator !== undefined;
  }

  async ask(from: number, until: number, signal: AbortSignal): Promise<Answer> {
    const last = Number.isFinite(until) ? until - 1 : '';
    const validator = this.#validator;
    const part = from > 0 || last !== '' ? { range: `bytes=${from}-${last}` } : {};
    const headers = {
      ...{ accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'digitflow', ...part },
      ...('range' in part && validator !== undefined ? { 'if-range': validator } : {}),
    };
    const { name, patience } = this;
    const { stallMs } = patience;
    const response = await askServer({ url: this.url, name, headers, stallMs, signal });
    try {
      const start = this.#check(response, from);
      if (response.statusCode !== NO_SUCH_RANGE) return answerOf(response, start, this);
      response.destroy();
      return { start, next: async () => null, leave: () => {} };
    } catch (error) {
      response.destroy();
      throw error;
    }
  }

  /** What a server can compare for sure. */
  get #validator(): string | undefined {
    const { etag, modified } = this.#version ?? {};
    return etag?.startsWith('"') ? etag : modified;
  }

  /** Where an answer's body begins; throws where it is not what was asked for, or of another version. */
  #check({ statusCode, headers }: IncomingMessage, from: number): number {
    const { 'content-range': range = '' } = headers;
    const [etag, modified] = [headers.etag || undefined, headers['last-modified'] || undefined];
    const [, start, total] = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(range.trim()) ?? [];
    const isPart = statusCode === IN_PART;
    if (isPart && (start === undefined || Number(start) !== from)) {
      const found = range === '' ? 'none that it names' : `content-range ${range}`;
      throw unfit(this.name, `a part from byte ${from} on`, found, 'fetch the file first');
    }
    const length = isPart || statusCode === NO_SUCH_RANGE ? total : headers['content-length'];
    const bytes = length === undefined || length === '*' ? null : Number(length);
    const isChunked = !isPart && /\bchunked\b/i.test(headers['transfer-encoding'] ?? '');
    if (bytes === null && this.#version?.bytes == null && !isChunked) {
      const found = 'neither a length nor chunks, so that a cut would look like an end';
      throw unfit(this.name, 'an answer with an end', found, 'fetch the file first');
    }
    this.#keep({ bytes, etag, modified });
    if (statusCode !== NO_SUCH_RANGE) return isPart ? from : 0;
    // Of chunks all had come but for the mark of their end.
    if (bytes === from) return from;
    const message = `expected more than ${from} bytes, found ${bytes ?? 'no more'}`;
    const advice = 'the server tells a wrong length, or the file became shorter; try again';
    throw new DigitflowError('INPUT_READ', `${this.name}: ${message}; ${advice}`);
  }

  /** The first answer's version stands, and what later ones say more of it. */
  #keep(found: WebVersion): void {
    const known = this.#version;
    const changed = known && changeOf(known, found);
    if (changed) {
      const [before, after] = changed;
      const message = `expected the file with ${before}, found ${after}: it changed while it was read; start again`;
      throw new DigitflowError('INPUT_READ', `${this.name}: ${message}`);
    }
    this.#version = { ...(known ?? found), bytes: known?.bytes ?? found.bytes };
  }
}

/** What differs between two versions, in words; null where nothing tells them apart. */
function changeOf(known: WebVersion, found: WebVersion): [before: string, after: string] | null {
  const differ = (one: unknown, other: unknown) => one != null && other != null && one !== other;
  if (differ(known.etag, found.etag)) return [`ETag ${known.etag}`, `${found.etag}`];
  // Copies of one version may have times of their own.
  if (known.etag === undefined && differ(known.modified, found.modified))
    return [`Last-Modified ${known.modified}`, `${found.modified}`];
  return differ(known.bytes, found.bytes) ? [`${known.bytes} bytes`, `${found.bytes}`] : null;
}
