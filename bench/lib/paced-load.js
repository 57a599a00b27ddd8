import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * @typedef {object} PacedLoad
 * @property {string} url
 * @property {import('./infer-requests.js').PostRequest} request
 * @property {number} connections
 * @property {number} [perSecond] default: each connection asks again once it has its reply
 * @property {number} seconds
 * @property {() => Promise<number>} [cpuMs] what the server has spent on the cores so far
 */

/**
 * What came of it. A request that was due while all connections had one under way was never sent; errors are connections that
 * were cut off with a request on them.
 *
 * @typedef {object} Outcome
 * @property {number} due
 * @property {number} sent
 * @property {number} errors
 * @property {number} seconds how long it really took
 * @property {number} cpuMs what the server has spent meanwhile; to open and to close connections does not count
 * @property {Map<number, number[]>} latencies by status, in milliseconds
 */

/**
 * Asks at a steady rate, whether replies come or not, over connections that stay open. Who asks shares the cores with who is
 * asked, so it does no more than that: the request is made beforehand, and of a reply it reads the head and counts the rest.
 *
 * @param {PacedLoad} load
 * @returns {Promise<Outcome>}
 */
export async function pacedLoad({ url, request, connections, perSecond, seconds, cpuMs = async () => 0 }) {
  const outcome = { due: 0, sent: 0, errors: 0, seconds: 0, cpuMs: 0, latencies: new Map() };
  const free = [];
  const send = (connection) => {
    outcome.sent++;
    connection.ask();
  };
  const heard = {
    free: (connection) => free.push(connection),
    lost: (connection) => free.includes(connection) && free.splice(free.indexOf(connection), 1),
    reply: (status, ms) => {
      if (!outcome.latencies.has(status)) outcome.latencies.set(status, []);
      outcome.latencies.get(status).push(ms);
    },
  };
  const bytes = bytesOf(url, request);
  const all = Array.from({ length: connections }, () => new Connection(url, bytes, heard));
  while (free.length < connections) await sleep(1);
  const before = await cpuMs();
  const startMs = performance.now();
  const elapsed = () => (performance.now() - startMs) / 1000;
  if (perSecond === undefined) {
    heard.free = send;
    free.splice(0).forEach(send);
    await sleep(seconds * 1000);
  }
  while (elapsed() < seconds) {
    for (const due = Math.floor(elapsed() * perSecond); outcome.due < due; outcome.due++)
      if (free.length > 0) send(free.shift());
    await sleep(1);
  }
  outcome.cpuMs = (await cpuMs()) - before;
  outcome.seconds = elapsed();
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

/** What the head of a reply takes at most. */
const HEAD_BYTES = 1024;
/** All connections read to the same place. */
const RECEIVED = Buffer.allocUnsafe(2 ** 16);

/** A connection with at most one request on it; opened anew where it is closed. */
class Connection {
  #socket;
  #errors = 0;
  #isOver = false;
  #startMs = 0;
  /** What is still to come: the reply, and that all of the request has gone. A refusal comes before that. */
  #open = 0;
  #head = '';
  #status = 0;
  /** How many bytes of the reply are still to come, once its head is there. */
  #rest = 0;
  #url;
  #bytes;
  #heard;

  constructor(url, bytes, heard) {
    this.#url = new URL(url);
    this.#bytes = bytes;
    this.#heard = heard;
    this.#connect();
  }

  ask() {
    this.#open = 2;
    this.#startMs = performance.now();
    this.#socket.write(this.#bytes, (error) => error || this.#done());
  }

  /** How often it was cut off with a request on it. */
  end() {
    this.#isOver = true;
    this.#socket.destroy();
    return this.#errors;
  }

  #connect() {
    const { port, hostname: host } = this.#url;
    const onread = { buffer: RECEIVED, callback: (length) => this.#take(length) };
    this.#socket = connect({ port: Number(port), host, noDelay: true, onread });
    this.#socket.on('error', () => {});
    this.#socket.once('connect', () => this.#heard.free(this));
    this.#socket.once('close', () => {
      if (this.#isOver) return;
      if (this.#open > 0) this.#errors++;
      this.#heard.lost(this);
      this.#open = 0;
      this.#head = '';
      this.#rest = 0;
      this.#connect();
    });
  }

  #take(length) {
    if (this.#rest === 0) {
      const before = this.#head.length;
      this.#head += RECEIVED.latin1Slice(0, Math.min(length, HEAD_BYTES));
      const end = this.#head.indexOf('\r\n\r\n');
      if (end < 0) return true;
      this.#status = Number(this.#head.slice(9, 12));
      this.#rest = end + 4 - before + Number(/^content-length: (\d+)$/im.exec(this.#head.slice(0, end))[1]);
      this.#head = '';
    }
    this.#rest -= length;
    if (this.#rest > 0) return true;
    this.#heard.reply(this.#status, performance.now() - this.#startMs);
    this.#done();
    return true;
  }

  #done() {
    if (--this.#open === 0 && !this.#isOver) this.#heard.free(this);
  }
}
