import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmdirSync,
  statSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { DigitflowError } from '../errors.js';
import { plainTarget, writeError } from './kept-file.js';

/** Each so often an owner shows that it lives, to those who cannot see its process: on other machines, in other containers. */
const BEAT_MS = 5000;
/** To them it is dead once it has not done so for this long. */
const SILENT_MS = 30_000;
/** Two that come at the same moment both step back, and try again some time later. */
const TRIES = 8;
const MOST_PAUSE_MS = 40;
/** Where this process may make no folder; the last one by Node's permission model. */
const MAY_NOT = new Set(['EACCES', 'EPERM', 'EROFS', 'ERR_ACCESS_DENIED']);

/** Who has claimed an output: the name of a file. No two are ever the same, so that one of a dead owner can be removed at any time. */
interface Ticket {
  readonly pid: number;
  /** When the process was started, as /proc has it, or 0: numbers of processes are used again. */
  readonly start: string;
  /** Machine and container: only there the number means something. */
  readonly place: string;
}

/** All tickets of this process, so that none stays when it ends. */
const held = new Set<string>();

/**
 * Outputs that this process alone writes until they are released, or it ends. In the folder `PATH.lock` each that wants to
 * write leaves a ticket, and then looks for those of others: of two that come together at least one sees the other.
 */
export class Claims {
  readonly #tickets = new Map<string, string>();
  readonly #beat: NodeJS.Timeout;

  /**
   * What is no regular file, such as /dev/null, belongs to nobody.
   *
   * @throws DigitflowError OUTPUT_BUSY where a living process has claimed one of them, OUTPUT_WRITE
   */
  constructor(paths: readonly (string | undefined)[]) {
    this.#beat = setInterval(() => {
      for (const ticket of this.#tickets.values()) beat(ticket);
    }, BEAT_MS).unref();
    try {
      for (const path of paths) {
        const ticket = path === undefined ? null : claim(path);
        if (path !== undefined && ticket !== null) this.#tickets.set(path, ticket);
      }
    } catch (error) {
      this.release();
      throw error;
    }
  }

  /** @throws DigitflowError OUTPUT_BUSY where another run took one over, as this process stood still for long */
  check(): void {
    for (const [path, ticket] of this.#tickets) {
      if (existsSync(ticket)) continue;
      const message = `${path}: another run has taken it over, while this one stood still; leave it to that one`;
      throw new DigitflowError('OUTPUT_BUSY', message);
    }
  }

  /** False once another run has taken one over: what lies aside then is that run's. */
  get areHeld(): boolean {
    return [...this.#tickets.values()].every((ticket) => existsSync(ticket));
  }

  /** May be called again. */
  release(): void {
    clearInterval(this.#beat);
    for (const ticket of this.#tickets.values()) drop(ticket);
    this.#tickets.clear();
  }
}

/** Returns the ticket; null where there is nothing to claim, or where nothing can be made in the folder of the output. */
function claim(path: string): string | null {
  const target = plainTarget(path);
  if (target === null) return null;
  const folder = `${target}.lock`;
  for (let tries = 1; ; tries++) {
    const ticket = join(folder, ticketName());
    if (!leave(ticket, path)) return null;
    const owner = livingOwner(ticket);
    if (owner === undefined) return ticket;
    drop(ticket);
    if (tries === TRIES) throw busy(path, owner, folder);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1 + Math.random() * MOST_PAUSE_MS);
  }
}

function leave(ticket: string, path: string): boolean {
  for (;;) {
    try {
      mkdirSync(dirname(ticket));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // The output itself may be writable all the same.
      if (MAY_NOT.has(code ?? '')) return false;
      if (code !== 'EEXIST') throw writeError(error, path);
    }
    try {
      writeFileSync(ticket, '', { flag: 'wx' });
      if (held.size === 0) process.once('exit', dropAll);
      held.add(ticket);
      return true;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOTDIR') {
        const found = `${dirname(ticket)}: expected a folder of tickets of those that write ${path}, found a file`;
        throw new DigitflowError('OUTPUT_WRITE', `${found}; remove it, or give another path`);
      }
      // Another one has ended just now, and removed the folder.
      if (code !== 'ENOENT') throw writeError(error, dirname(ticket));
    }
  }
}

/** Removes a ticket, and the folder after the last one. */
function drop(ticket: string): void {
  held.delete(ticket);
  if (held.size === 0) process.off('exit', dropAll);
  try {
    unlinkSync(ticket);
  } catch {
    // Another one took it for that of a dead owner.
  }
  try {
    rmdirSync(dirname(ticket));
  } catch {
    // Others have tickets there.
  }
}

function dropAll(): void {
  for (const ticket of held) drop(ticket);
}

/** Not by a time of our own: the clock is that of the disk, which may be another machine's. */
function beat(ticket: string): void {
  try {
    const fd = openSync(ticket, 'r+');
    writeSync(fd, '.', 0);
    closeSync(fd);
  } catch {
    // `check` tells.
  }
}

/** The owner of another ticket beside this one; tickets of the dead are removed. */
function livingOwner(own: string): Ticket | undefined {
  const folder = dirname(own);
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const ticket = parseTicket(name);
    if (path === own || ticket === null) continue;
    if (isAlive(ticket, path, own)) return ticket;
    try {
      unlinkSync(path);
    } catch {
      // Someone else did.
    }
  }
  return undefined;
}

function isAlive({ pid, start, place }: Ticket, path: string, own: string): boolean {
  if (place !== here()) {
    const written = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
    return written !== undefined && statSync(own).mtimeMs - written < SILENT_MS;
  }
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return [start, '0'].includes(startOf(pid));
}

/** When a process was started; 0 where that is not known, `dead` where it only waits for its parent to ask how it ended. */
function startOf(pid: number | 'self'): string {
  // Its name, in brackets, may hold anything.
  const fields = textOf(`/proc/${pid}/stat`).replace(/^.*\)/s, '').trim().split(' ');
  return /^[ZX]/.test(fields[0]) ? 'dead' : (fields[19] ?? '0');
}

let place: string | undefined;

/** Numbers of processes are those of a boot of a machine, and of a container on it. */
function here(): string {
  if (place === undefined) {
    let space = '';
    try {
      space = readlinkSync('/proc/self/ns/pid');
    } catch {
      // Not Linux: the name of the machine has to do.
    }
    const words = [hostname(), textOf('/proc/sys/kernel/random/boot_id').trim(), space];
    place = encodeURIComponent(words.join(' '));
  }
  return place;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function ticketName(): string {
  const unique = Math.random().toString(36).slice(2);
  return [process.pid, startOf('self'), unique, here()].join(',');
}

function parseTicket(name: string): Ticket | null {
  const [, pid, start, place] = /^(\d+),(\w+),\w+,([^,]*)$/.exec(name) ?? [];
  return pid === undefined ? null : { pid: Number(pid), start, place };
}

function busy(path: string, { pid, start, place }: Ticket, folder: string): DigitflowError {
  const expected = `${path}: expected no other run that writes it, found process ${pid}`;
  const advice = 'wait for its end, or give another path';
  const [host] = decodeURIComponent(place).split(' ');
  const message =
    place !== here()
      ? `${expected} of ${host}; ${advice}; if that is over, wait ${SILENT_MS / 1000} seconds, or remove ${folder}`
      : `${expected}; ${advice}${start === '0' ? `; if that is over, remove ${folder}` : ''}`;
  return new DigitflowError('OUTPUT_BUSY', message);
}
