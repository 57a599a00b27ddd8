import type { Server, ServerResponse } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';
import { RequestFault } from './request-fault.js';

/** How a server is to end, in milliseconds. */
export interface EndingOptions {
  /** How long a connection without a request stays open: one may be on its way. */
  readonly idleMs: number;
  /** After so long whatever is open is cut off. */
  readonly deadlineMs: number;
}

/** How long who was refused may go on sending: who is cut off while sending may not see the reply. */
export const LINGER_MS = 5000;

/** What is under way on a connection. */
interface Open {
  /** Few at a time. A Set would leave a chain of old tables in memory. */
  replies: ServerResponse[];
  /** The reply to the last request whose head came. */
  last: ServerResponse | undefined;
  isRefused: boolean;
  /** Whether there were as many as are served when it came. */
  isSurplus: boolean;
}

/** The connections of a server, so that it can end without one of its requests being lost. */
export class Connections {
  readonly #server: Server;
  readonly #most: number;
  readonly #open = new Map<Socket, Open>();
  #isIdleClosed = false;

  /** @param most how many are served; as many again are let in to be told that they are too many, and others closed at once */
  constructor(server: Server, most: number) {
    this.#server = server;
    this.#most = most;
    server.maxConnections = 2 * most;
    server.on('connection', (socket: Socket) => {
      const isSurplus = this.#open.size >= most;
      this.#open.set(socket, { replies: [], last: undefined, isRefused: false, isSurplus });
      socket.once('close', () => this.#gone(socket));
    });
    server.on('request', ({ socket }, response) => {
      const open = this.#open.get(socket);
      if (open === undefined) return;
      open.last = response;
      open.replies.push(response);
      response.once('close', () => this.#answered(socket, open, response));
    });
  }

  get count(): number {
    return this.#open.size;
  }

  /** @throws RequestFault 503 where a connection is one too many; it is not any more once others have left */
  check(socket: Socket): void {
    const open = this.#open.get(socket);
    if (!open?.isSurplus) return;
    open.isSurplus = this.#open.size > this.#most;
    if (!open.isSurplus) return;
    throw new RequestFault(503, `expected at most ${this.#most} connections, found more; try again later`);
  }

  /**
   * Answers what is no request, once the requests before it are answered, and closes the connection. It says nothing where it
   * follows the last request of a connection, or is in the body of one that has its reply already.
   */
  refuse(socket: Socket, response: string): void {
    const open = this.#open.get(socket);
    if (open === undefined || open.isRefused) return;
    open.isRefused = true;
    if (!socket.writable) {
      socket.destroy();
      return;
    }
    // Of one that has left its parser nothing else hears.
    socket.on('error', () => socket.destroy()).resume();
    const own = open.last?.req.complete === false ? open.last : undefined;
    const before = open.replies.findLast((reply) => reply !== own);
    const say = () => {
      if (own?.headersSent && !own.writableEnded) {
        socket.destroySoon();
        return;
      }
      const isAnswered = own?.headersSent || before?.shouldKeepAlive === false;
      if (!isAnswered && socket.writable) socket.write(response);
      socket.end();
      const timer = setTimeout(() => socket.destroy(), LINGER_MS);
      socket.once('close', () => clearTimeout(timer));
    };
    // Before Node hears of it: where nothing more is to come it closes the connection then.
    if (before === undefined) say();
    else before.prependOnceListener('finish', say);
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

  #answered(socket: Socket, open: Open, response: ServerResponse): void {
    open.replies = open.replies.filter((reply) => reply !== response);
    if (open.last === response && response.req.complete) open.last = undefined;
    // Not before the reply is on its way.
    if (this.#isIdleClosed) setImmediate(() => this.#closeIdle(socket));
  }

  /** Node tells only the first of the replies in line that the connection was closed; the others would hold what they hold. */
  #gone(socket: Socket): void {
    const { replies } = this.#open.get(socket) ?? { replies: [] };
    this.#open.delete(socket);
    for (const response of replies) {
      if (response.socket !== null) continue;
      response.destroy();
      response.emit('close');
    }
  }

  #closeIdle(socket: Socket): void {
    if (this.#open.get(socket)?.replies.length === 0) socket.destroySoon();
  }
}
