// Requests at a steady rate, whether replies come or not, over connections that stay open.
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * @typedef {object} PacedLoad
 * @property {string} url
 * @property {{ body: string | Uint8Array, headers: Record<string, string> }} request
 * @property {number} connections how many may be asked on at the same time
 * @property {number} perSecond
 * @property {number} seconds
 */

/**
 * Asks at a steady rate. A request that is due while no connection is free is never sent.
 *
 * @param {PacedLoad} load
 * @returns {Promise<{ due: number, sent: number, errors: number, statuses: Map<number, number[]> }>} statuses with latencies in
 *   milliseconds, in the order of the replies; errors are connections that were cut off with a request on them
 */
export async function pacedLoad({ url, request, connections, perSecond, seconds }) {
  const { hostname, port, pathname } = new URL(url);
  const body = Buffer.from(request.body);
  const fields = { host: 'x', ...request.headers, 'content-length': body.length };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  const bytes = Buffer.concat([Buffer.from(`POST ${pathname} HTTP/1.1\r\n${lines.join('')}\r\n`), body]);
  const statuses = new Map();
  const free = [];
  const all = new Set();
  let errors = 0;
  let isOver = false;
  const open = () => {
    const socket = connect({ port: Number(port), host: hostname, noDelay: true });
    let received = Buffer.alloc(0);
    let startMs = 0;
    // A reply may come before all of its request has gone.
    let open = 0;
    const done = () => {
      if (--open === 0) free.push(ask);
    };
    const ask = () => {
      open = 2;
      startMs = performance.now();
      socket.write(bytes, done);
    };
    all.add(socket);
    socket.once('connect', () => free.push(ask));
    socket.on('error', () => {});
    socket.on('close', () => {
      all.delete(socket);
      if (isOver) return;
      if (open > 0) errors++;
      const at = free.indexOf(ask);
      if (at >= 0) free.splice(at, 1);
      open_();
    });
    socket.on('data', (chunk) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      const end = received.indexOf('\r\n\r\n');
      if (end < 0) return;
      const length = Number(/^content-length: (\d+)/im.exec(received.toString('latin1', 0, end))?.[1]);
      if (received.length < end + 4 + length) return;
      const status = Number(received.toString('latin1', 9, 12));
      if (!statuses.has(status)) statuses.set(status, []);
      statuses.get(status).push(performance.now() - startMs);
      received = Buffer.alloc(0);
      done();
    });
  };
  const open_ = open;
  for (let i = 0; i < connections; i++) open();
  while (free.length < connections) await sleep(1);
  let [due, sent] = [0, 0];
  const startMs = performance.now();
  for (let elapsed = 0; elapsed < seconds * 1000; elapsed = performance.now() - startMs) {
    const now = Math.floor((elapsed / 1000) * perSecond);
    for (; due < now; due++) {
      const ask = free.shift();
      if (ask === undefined) {
        due = now;
        break;
      }
      ask();
      sent++;
    }
    await sleep(1);
  }
  isOver = true;
  for (const socket of all) socket.destroy();
  return { due, sent, errors, statuses };
}
