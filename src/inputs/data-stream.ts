import { createHash, type Hash } from 'node:crypto';
import type { HeldExtent } from '../engine/records.js';
import { DigitflowError } from '../errors.js';
import { ByteReader, type ByteSource, closedOnError } from './bytes/byte-source.js';
import { arrayBytes } from './bytes/stream-bytes.js';

/** Whether to compute the SHA-256 of the raw content: `auto` does up to 64 MiB, announced by the header. */
export type DigestMode = 'auto' | 'always' | 'never';

/** Of longer content there is no digest by default. */
export const AUTO_DIGEST_BYTES = 64 * 1024 * 1024;

/** What a file says of its data before it. */
export interface DataHeader {
  readonly headerBytes: number;
  /** The length of the data that follows the header. */
  readonly dataBytes: number;
}

/** How the files of a format begin. */
export interface HeaderFormat<H extends DataHeader> {
  /** What the codes of its errors begin with. */
  readonly prefix: 'IDX' | 'NPY';
  /** How many bytes tell how long the header is. */
  readonly startBytes: number;
  /** How long it is, by these bytes: fewer only where the file ends. */
  headerBytes(start: Uint8Array, name: string): number;
  /** Reads a whole header; its errors begin with the name of the file. */
  parseHeader(bytes: Uint8Array, name: string): H;
}

/**
 * One file as it is read: its header, then exactly the data that the header announces. The codes of its errors begin with
 * the format's prefix: IDX_TRUNCATED or NPY_TRUNCATED.
 */
export class DataStream<H extends DataHeader = DataHeader> {
  readonly name: string;
  readonly header: H;
  readonly #source: ByteSource;
  readonly #reader: ByteReader;
  readonly #prefix: HeaderFormat<H>['prefix'];
  readonly #hash: Hash | null;
  #position = 0;
  #hasLeft = false;
  #sha256: string | null = null;

  private constructor(
    reader: ByteReader,
    header: H,
    prefix: HeaderFormat<H>['prefix'],
    hash: Hash | null = null,
  ) {
    this.name = reader.source.name;
    this.header = header;
    this.#source = reader.source;
    this.#reader = reader;
    this.#prefix = prefix;
    this.#hash = hash;
  }

  /**
   * Reads the header; the stream owns the source from then on, and closes it when the header is bad.
   *
   * @throws DigitflowError what the format and `ByteSource.pull` throw
   */
  static async open<H extends DataHeader>(
    source: ByteSource,
    { prefix, startBytes, headerBytes, parseHeader }: HeaderFormat<H>,
    digest: DigestMode,
  ): Promise<DataStream<H>> {
    return closedOnError(source, async () => {
      const reader = new ByteReader(source);
      const start = Uint8Array.from(await reader.readFully(startBytes));
      const rest = await reader.readFully(headerBytes(start, source.name) - start.length);
      const bytes = Buffer.concat([start, rest]);
      const header = parseHeader(bytes, source.name);
      const isShort = header.headerBytes + header.dataBytes <= AUTO_DIGEST_BYTES;
      const isDigested = digest === 'always' || (digest === 'auto' && isShort);
      return new DataStream(reader, header, prefix, isDigested ? createHash('sha256').update(bytes) : null);
    });
  }

  /** How many bytes of the data were not read yet. */
  get remainingBytes(): number {
    return this.header.dataBytes - this.#position;
  }

  /** Whether it comes piece by piece: its length is not known beforehand. */
  get isStreamed(): boolean {
    return this.#source.sizeBytes === null;
  }

  /** SHA-256 of the raw content in hexadecimal, once all of it was read; null before, or when not asked for. */
  get sha256(): string | null {
    return this.#sha256;
  }

  /**
   * Compares the announced length with the file's, where that is known before reading.
   *
   * @throws DigitflowError `IDX_TRUNCATED`, `IDX_TRAILING_BYTES`
   */
  checkSize(): void {
    const { sizeBytes } = this.#source;
    if (sizeBytes === null || sizeBytes === this.#announcedBytes) return;
    throw sizeBytes < this.#announcedBytes ? this.#truncated(sizeBytes) : this.#trailing(`${sizeBytes}`);
  }

  /**
   * The next 1 to `maxBytes` bytes of the data, valid until the next read. To be called only while bytes remain.
   *
   * @param into where the caller would like to have them, `maxBytes` long; see `ByteSource.pull`
   * @throws DigitflowError `IDX_TRUNCATED` where the stream ends early
   */
  async read(maxBytes: number, into?: Uint8Array): Promise<Uint8Array> {
    const wantedBytes = Math.min(maxBytes, this.remainingBytes);
    return this.#checked(await this.#reader.read(wantedBytes, into?.subarray(0, wantedBytes)), 1);
  }

  /** The next `byteCount` bytes of the data in one piece; otherwise like `read`. */
  async readFully(byteCount: number): Promise<Uint8Array> {
    return this.#checked(await this.#reader.readFully(byteCount), byteCount);
  }

  /** The data from where it stands, at least `leastBytes` of it where there is so much: what is read next gives it again. */
  peek(leastBytes: number, mostBytes: number): Promise<Uint8Array> {
    const remaining = this.remainingBytes;
    return this.#reader.peek(Math.min(leastBytes, remaining), Math.min(mostBytes, remaining));
  }

  /**
   * Passes over the next bytes of the data; otherwise like `read`. Of a file that is not digested they are not read.
   *
   * @param mostBytes so many are wanted then at most
   */
  async skip(byteCount: number, mostBytes = Number.POSITIVE_INFINITY): Promise<void> {
    const { headerBytes, dataBytes } = this.header;
    const to = Math.min(this.#position + byteCount, dataBytes);
    const at = headerBytes + to;
    // Of all that is there, the end is looked at, too.
    const end = to + mostBytes < dataBytes ? at + mostBytes : undefined;
    if (to === this.#position && end === undefined) return;
    if (this.#hash === null && (await this.#reader.seek(at, end))) this.#position = to;
    while (this.#position < to) await this.read(to - this.#position);
  }

  /** Whether data can be left to workers: not that of a pipe or of gzip, and not where a digest is to be computed. */
  get canBeLeft(): boolean {
    return this.#source.file !== null && this.#hash === null;
  }

  /** Leaves the next bytes, up to `maxBytes`, to be read by a worker, and goes on after them; null where it cannot. */
  leave(maxBytes: number): { readonly extent: HeldExtent; readonly byteCount: number } | null {
    const { file } = this.#source;
    if (file === null || !this.canBeLeft) return null;
    const byteCount = Math.min(maxBytes, this.remainingBytes);
    const position = this.header.headerBytes + this.#position;
    this.#position += byteCount;
    this.#hasLeft = true;
    const truncated = `${this.#prefix}_TRUNCATED` as const;
    return { extent: { fd: file.fd, position, name: this.name, file, truncated }, byteCount };
  }

  /**
   * To be called when all data was read: makes sure that the stream ends here, and settles the digest. Of data that was
   * left to workers no more can be said than the file's size did.
   *
   * @throws DigitflowError `IDX_TRAILING_BYTES`; `GZIP_BROKEN` where only the end of a gzip stream is damaged
   */
  async finish(): Promise<void> {
    if (this.#hasLeft) return;
    const { length } = await this.#reader.read(1);
    if (length > 0) throw this.#trailing(`more than ${this.#announcedBytes}`);
    this.#sha256 ??= this.#hash?.digest('hex') ?? null;
  }

  /** The same file, once it was read, with its data in another order; its digest stays that of the file. */
  withData(data: Uint8Array): DataStream<H> {
    const header = { ...this.header, headerBytes: 0, dataBytes: data.length };
    const stream = new DataStream(new ByteReader(arrayBytes(data, this.name)), header, this.#prefix);
    stream.#sha256 = this.#sha256;
    return stream;
  }

  /** Frees the source, at once and at any time. */
  close(): Promise<void> {
    return this.#source.close();
  }

  get #announcedBytes(): number {
    return this.header.headerBytes + this.header.dataBytes;
  }

  #checked(bytes: Uint8Array, leastBytes: number): Uint8Array {
    this.#position += bytes.length;
    this.#hash?.update(bytes);
    if (bytes.length < leastBytes) throw this.#truncated(this.header.headerBytes + this.#position);
    return bytes;
  }

  #truncated(found: number): DigitflowError {
    return new DigitflowError(
      `${this.#prefix}_TRUNCATED`,
      `${this.name}: cut off: expected ${this.#announcedBytes} bytes by its header, found ${found}; get the file again`,
    );
  }

  #trailing(found: string): DigitflowError {
    return new DigitflowError(
      `${this.#prefix}_TRAILING_BYTES`,
      `${this.name}: bytes follow the data: expected ${this.#announcedBytes} by its header, found ${found}; ` +
        'the file is damaged, or its header is of another file',
    );
  }
}
