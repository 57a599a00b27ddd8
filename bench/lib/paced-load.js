import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * @typedef {object} PacedLoad
 * @property {string} url
 * @property {import('./infer-requests.js').PostRequest} request
 * @property {number} connections
 * @property {number} perSecond Infinity for as many as there are replies
 * @property {number} seconds
 */

/**
 * What came of it. A request that was due while all connections had one under way was never sent; errors are connections that
 * were cut off with a request on them.
 *
 * @typedef {object} Outcome
 * @property {number} due
 * @property {number} sent
 * @property {number} errors
 * @property {Map<number, number[]>} latencies by status, in milliseconds
 */

/**
 * Asks at a steady rate, whether replies come or not, over connections that stay open.
 *
 * @param {PacedLoad} load
 * @returns {Promise<Outcome>}
 */
export async function pacedLoad({ url, request, connections, perSecond, seconds }) {
  const outcome = { due: 0, sent: 0, errors: 0, latencies: new Map() };
  const free = [];
  const note = (status, ms) => {
    if (!outcome.latencies.has(status)) outcome.latencies.set(status, []);
    outcome.latencies.get(status).push(ms);
  };
  const bytes = bytesOf(url, request);
  const all = Array.from({ length: connections }, () => new Connection(url, bytes, free, note));
  while (free.length < connections) await sleep(1);
  const startMs = performance.now();
  for (let elapsed = 0; elapsed < seconds * 1000; elapsed = performance.now() - startMs) {
    const due =
      perSecond === Number.POSITIVE_INFINITY ? outcome.due + free.length : (elapsed / 1000) * perSecond;
    for (; outcome.due < Math.floor(due); outcome.due++) if (free.shift()?.ask()) outcome.sent++;
    await sleep(1);
  }
  for (const connection of all) outcome.errors += connection.end();
  return outcome;
}

function bytesOf(url, { body, headers }) {
  const { pathname, host } = new URL(url);
  const fields = { host, ...headers, 'content-length': Buffer.byteLength(body) };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([
    Buffer.from(`POST ${pathname} HTTP/1.1\r\n${lines.join('')}\r\n`),
    Buffer.from(body),
  ]);
}

/** A connection with at most one request on it; opened anew where it is closed. */
class Connection {
  #socket;
  #errors = 0;
  #isOver = false;
  #startMs = 0;
  /** What is still to come: the reply, and that all of the request has gone. A refusal comes before that. */
  #open = 0;
  #received = Buffer.alloc(0);
  #bytes;
  #free;
  #note;

  constructor(url, bytes, free, note) {
    this.#bytes = bytes;
    this.#free = free;
    this.#note = note;
    this.#connect(new URL(url));
  }

  ask() {
    this.#open = 2;
    this.#startMs = performance.now();
    this.#socket.write(this.#bytes, (error) => error || this.#done());
    return true;
  }

  /** How often it was cut off with a request on it. */
  end() {
    this.#isOver = true;
    this.#socket.destroy();
    return this.#errors;
  }

  #connect(url) {
    const socket = connect({ port: Number(url.port), host: url.hostname, noDelay: true });
    this.#socket = socket;
    socket.on('data', (chunk) => this.#take(chunk)).on('error', () => {});
    socket.once('connect', () => this.#free.push(this));
    socket.once('close', () => {
      if (this.#isOver) return;
      if (this.#open > 0) this.#errors++;
      const at = this.#free.indexOf(this);
      if (at >= 0) this.#free.splice(at, 1);
      this.#open = 0;
      this.#received = Buffer.alloc(0);
      this.#connect(url);
    });
  }

  #take(chunk) {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const end = this.#received.indexOf('\r\n\r\n');
    if (end < 0) return;
    const head = this.#received.toString('latin1', 0, end);
    const length = Number(/^content-length: (\d+)$/im.exec(head)[1]);
    if (this.#received.length < end + 4 + length) return;
    this.#received = Buffer.alloc(0);
    this.#note(Number(head.slice(9, 12)), performance.now() - this.#startMs);
    this.#done();
  }

  #done() {
    if (--this.#open === 0 && !this.#isOver) this.#free.push(this);
  }
}
