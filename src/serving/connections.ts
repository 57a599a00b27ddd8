import type { Server } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';

/** How a server is to end, in milliseconds. */
export interface EndingOptions {
  /** How long a connection without a request stays open: one may be on its way. */
  readonly idleMs: number;
  /** After so long whatever is open is cut off. */
  readonly deadlineMs: number;
}

/** The connections of a server, so that it can end without one of its requests being lost. */
export class Connections {
  readonly #server: Server;
  /** How many requests are under way on each. */
  readonly #open = new Map<Socket, number>();
  #isIdleClosed = false;

  constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket: Socket) => {
      this.#open.set(socket, 0);
      socket.once('close', () => this.#open.delete(socket));
    });
    server.on('request', ({ socket }, response) => {
      this.#add(socket, 1);
      response.once('close', () => this.#add(socket, -1));
    });
  }

  get count(): number {
    return this.#open.size;
  }

  /**
   * Takes no new connections; resolves when all that were open are closed. Node's own `close` would at once close those that
   * wait for their next request, which may be on its way; and those that never sent one it would wait for.
   */
  async end({ idleMs, deadlineMs }: EndingOptions): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      NetServer.prototype.close.call(this.#server, () => resolve());
    });
    const closeIdle = () => {
      this.#isIdleClosed = true;
      for (const socket of this.#open.keys()) this.#closeIdle(socket);
    };
    // Where this process was held up, what came meanwhile is read first.
    const idle = setTimeout(() => setImmediate(closeIdle), idleMs);
    const deadline = setTimeout(() => {
      for (const socket of this.#open.keys()) socket.destroy();
    }, deadlineMs);
    await closed;
    clearTimeout(idle);
    clearTimeout(deadline);
  }

  #add(socket: Socket, change: number): void {
    const requests = this.#open.get(socket);
    if (requests === undefined) return;
    this.#open.set(socket, requests + change);
    // Not before the reply is on its way.
    if (this.#isIdleClosed) setImmediate(() => this.#closeIdle(socket));
  }

  #closeIdle(socket: Socket): void {
    if (this.#open.get(socket) === 0) socket.destroySoon();
  }
}
