import {
  closeSync,
  fsync,
  linkSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmdirSync,
  rmSync,
  unlinkSync,
  write as writeCallback,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';
import { DigitflowError } from '../errors.js';
import { EarlySync } from '../outputs/early-sync.js';
import { syncFolder, writeError, writing } from '../outputs/kept-file.js';
import {
  findShard,
  SHARD_SCHEMA,
  type ShardIdentity,
  type ShardPart,
  type ShardResult,
  shardPath,
  trailerOf,
} from './shard-file.js';

const writeSome = promisify(writeCallback);
const sync = promisify(fsync);

const COPIED_BYTES = 2 ** 20;
/** Another process may remove the folder between two steps, but hardly as often as this. */
const TRIES = 10;

/**
 * Writes one shard: rows, then rejects, then what it says of itself. It is written aside, in a folder of the shard's own, and
 * gets its name when all of it is on the disk: whatever ends the process, a shard is whole or absent. Of two that write
 * the same shard the first stands.
 */
export class ShardWriter {
  readonly #path: string;
  readonly #asideFolder: string;
  readonly #rows: Part;
  #rejects: Part | undefined;

  /**
   * Makes the folder where it is missing.
   *
   * @throws DigitflowError OUTPUT_WRITE
   */
  constructor(folder: string, shard: number) {
    this.#path = shardPath(folder, shard);
    this.#asideFolder = asideFolder(this.#path);
    this.#rows = this.#open();
  }

  /** @throws DigitflowError OUTPUT_WRITE */
  addRows(text: string | Uint8Array): Promise<void> {
    return this.#rows.write(text);
  }

  /** @throws DigitflowError OUTPUT_WRITE */
  addRejects(text: string | Uint8Array): Promise<void> {
    this.#rejects ??= this.#open();
    return this.#rejects.write(text);
  }

  /**
   * Gives the shard its name.
   *
   * @throws DigitflowError OUTPUT_WRITE; SHARD_MISMATCH where one of another plan or other options has appeared meanwhile
   */
  async finish(result: ShardResult): Promise<void> {
    const rows = this.#rows.summary;
    const rejects = this.#rejects?.summary ?? { bytes: 0, crc32: 0 };
    const json = Buffer.from(`${JSON.stringify({ schema: SHARD_SCHEMA, ...result, rows, rejects })}\n`);
    try {
      if (this.#rejects !== undefined) await this.#rows.append(this.#rejects);
      await this.#rows.write(json);
      await this.#rows.write(trailerOf(json));
      await this.#rows.sync();
      this.#publish(result);
    } finally {
      this.discard();
    }
    clearAside(this.#path);
  }

  /** Leaves no trace. */
  discard(): void {
    this.#rows.remove();
    this.#rejects?.remove();
    try {
      rmdirSync(this.#asideFolder);
    } catch {
      // Another process writes there, or one was killed.
    }
  }

  #open(): Part {
    for (let tries = 1; ; tries++) {
      try {
        mkdirSync(this.#asideFolder, { recursive: true });
        return new Part(join(this.#asideFolder, uniqueName()), this.#path);
      } catch (error) {
        // Another process may have removed the folder just now.
        const { code } = error as NodeJS.ErrnoException;
        if (code !== 'ENOENT' || tries === TRIES) throw writeError(error, this.#path);
      }
    }
  }

  #publish(wanted: ShardIdentity): void {
    try {
      linkSync(this.#rows.path, this.#path);
    } catch {
      // There is one, or a file cannot have two names here. A broken one is replaced.
      const found = findShard(dirname(this.#path), wanted);
      if (found === null || found instanceof DigitflowError) {
        writing(this.#path, () => renameSync(this.#rows.path, this.#path));
      }
    }
    syncFolder(dirname(this.#path));
  }
}

/** Removes what killed processes left of a shard that is done. A process that still writes it will find it done. */
function clearAside(path: string): void {
  try {
    rmSync(asideFolder(path), { recursive: true, force: true });
  } catch {
    // It is in nobody's way.
  }
}

function asideFolder(path: string): string {
  return path.replace(/\.shard$/, '.part');
}

function uniqueName(): string {
  return `${process.pid}-${Math.random().toString(36).slice(2)}`;
}

/** A file that is written aside, and what it holds. */
class Part {
  readonly path: string;
  readonly #target: string;
  #fd: number | undefined;
  readonly #early: EarlySync;
  #bytes = 0;
  #crc32 = 0;

  /** Throws what Node throws. @param target what it is a part of: errors name that */
  constructor(path: string, target: string) {
    this.path = path;
    this.#target = target;
    const fd = openSync(path, 'wx+');
    this.#fd = fd;
    this.#early = new EarlySync(async () => {
      // Node's permission model forbids it altogether; then the shard is whole unless the machine dies.
      await sync(fd).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ERR_ACCESS_DENIED') throw error;
      });
    });
  }

  get summary(): ShardPart {
    return { bytes: this.#bytes, crc32: this.#crc32 };
  }

  async write(text: string | Uint8Array): Promise<void> {
    const bytes = typeof text === 'string' ? Buffer.from(text) : text;
    this.#crc32 = crc32(bytes, this.#crc32);
    await this.#use(async (fd) => {
      for (let done = 0; done < bytes.length; ) {
        done += (await writeSome(fd, bytes.subarray(done))).bytesWritten;
      }
    });
    this.#bytes += bytes.length;
    this.#early.wrote(bytes.length);
  }

  /** Adds what another part holds. */
  async append(other: Part): Promise<void> {
    const piece = new Uint8Array(COPIED_BYTES);
    for (let at = 0; at < other.#bytes; ) {
      const count = await other.#use(async (fd) => readSync(fd, piece, 0, piece.length, at));
      await this.write(piece.subarray(0, count));
      at += count;
    }
  }

  sync(): Promise<void> {
    return this.#use(() => this.#early.end());
  }

  remove(): void {
    const fd = this.#fd;
    if (fd === undefined) return;
    this.#fd = undefined;
    this.#early.thenClose(() => closeSync(fd));
    try {
      unlinkSync(this.path);
    } catch {
      // It has its name now, or another process has cleared up.
    }
  }

  async #use<T>(use: (fd: number) => Promise<T>): Promise<T> {
    if (this.#fd === undefined) throw new TypeError('expected a shard that is still written');
    try {
      return await use(this.#fd);
    } catch (error) {
      throw writeError(error, this.#target);
    }
  }
}
