import type { IncomingMessage } from 'node:http';
import { LINGER_MS } from './connections.js';
import { RequestFault } from './request-fault.js';

/** How old a CPU time may be to stand for that at the start of a turn, in milliseconds. */
const CPU_MS = 50;

/**
 * How long the present turn of the event loop has lasted. In a turn all that has come is read and answered, one after the other;
 * so who comes last has waited as long, and the next turn begins as much later.
 */
export class Turn {
  readonly #mostMs: number;
  #beganMs: number | undefined;
  /** The CPU time of this process, when it was last asked for: that takes longer than all else here. */
  #cpu = process.cpuUsage();
  #cpuMs = 0;

  constructor(mostMs: number) {
    this.#mostMs = mostMs;
  }

  /** @throws RequestFault 503 where the turn has lasted too long: who is told soon lets the next turn begin soon */
  check(): void {
    const now = performance.now();
    if (this.#beganMs === undefined) this.#begin(now);
    else if (now - this.#beganMs > this.#mostMs && this.#hasWorked)
      throw new RequestFault(503, 'more is asked for than can be answered; try again later');
  }

  #begin(now: number): void {
    this.#beganMs = now;
    setImmediate(this.#end);
    if (now - this.#cpuMs < CPU_MS) return;
    this.#cpu = process.cpuUsage();
    this.#cpuMs = now;
  }

  readonly #end = () => {
    this.#beganMs = undefined;
  };

  /** Where other programs held this one up, there is no more to do than at other times. */
  get #hasWorked(): boolean {
    const { user, system } = process.cpuUsage(this.#cpu);
    return (user + system) / 1000 >= this.#mostMs / 2;
  }
}

/**
 * How much is let go at a time: so many bytes of so many bodies; all of it 400 MB/s at most, a sixth of what a core can read. To
 * stop and to go on costs more than to read a piece.
 */
const PACE_MS = 5;
const BODIES = 8;
const BYTES = 2 ** 18;

/** However much it is, after so long it is cut off. */
const LAST_MS = 60_000;

/** What is left of bodies that are not wanted. It is let go slowly, since to read it takes the time of those that are. */
export class Leftovers {
  #paused: (() => void)[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** Lets go of the rest of a body, for as long as it comes. How long it waits to be let go does not count. */
  add(raw: IncomingMessage): void {
    const { socket } = raw;
    // Of what is closed already nothing more is heard: its timers would hold it.
    if (raw.complete || raw.closed || socket.closed) return;
    let isOver = false;
    const cutOff = () => socket.destroy();
    const last = setTimeout(cutOff, LAST_MS);
    let silence = setTimeout(cutOff, LINGER_MS);
    /** How many bytes may come before it is to wait. Small bodies need not. */
    let granted = 1;
    const goOn = () => {
      if (isOver) return;
      granted = BYTES;
      silence = setTimeout(cutOff, LINGER_MS);
      raw.resume();
    };
    raw.on('data', (piece: Uint8Array) => {
      granted -= piece.length;
      letGo(piece);
      if (granted > 0) {
        silence.refresh();
        return;
      }
      raw.pause();
      clearTimeout(silence);
      this.#paused.push(goOn);
      this.#timer ??= setInterval(() => this.#letGo(), PACE_MS);
    });
    const over = () => {
      isOver = true;
      clearTimeout(last);
      clearTimeout(silence);
      raw.off('close', over);
      socket.off('close', over);
    };
    // Node closes no request whose reply is out before its connection breaks off.
    raw.once('close', over);
    socket.once('close', over);
    raw.resume();
  }

  #letGo(): void {
    for (const goOn of this.#paused.splice(0, BODIES)) goOn();
    if (this.#paused.length > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

/**
 * Gives the memory of a piece of a body back at once, where this Node can. Pieces that are left to the garbage collector make V8 look
 * through all that there is, again and again: it counts them as if they had come to stay.
 */
export function letGo({ buffer, length }: Uint8Array): void {
  const { transfer } = buffer as { transfer?: (length: number) => unknown };
  if (buffer.byteLength === length) transfer?.call(buffer, 0);
}
