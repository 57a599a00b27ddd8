import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, test, vi } from 'vitest';
import { digitsCsv } from '../helpers/digits-csv.js';
import { testPixels } from '../helpers/mnist.js';
import { ask, chunked, head, sendAndEnd, serving, statusesOf } from './serving.js';

const { port } = serving();
const INFER = '/v2/models/sigmoid/infer';
const DIGIT = Array.from(testPixels().subarray(0, 784));
const BODY = JSON.stringify({
  inputs: [{ name: 'pixels', shape: [1, 784], datatype: 'UINT8', data: DIGIT }],
  outputs: [{ name: 'label' }],
});
const LENGTH = BODY.length;
const IN_CHUNKS = chunked(BODY, 1000).toString();
const CSV = digitsCsv({ count: 300 });
const KEPT = { connection: 'keep-alive' } as const;
const SEVEN = /"data":\["7"\]/;

const post = (fields: Readonly<Record<string, string | number>>, body: string): string =>
  head('POST', INFER, fields) + body;
const get = (path: string, ...fields: readonly string[]): string =>
  `GET ${path} HTTP/1.1\r\nhost: x\r\n${fields.map((field) => `${field}\r\n`).join('')}\r\n`;

async function openConnections(): Promise<string | undefined> {
  const text = (await ask(await port, 'GET', '/metrics')).body.toString();
  return /^digitflow_connections (\d+)$/m.exec(text)?.[1];
}

describe('who closes their half of the connection once they have sent all is answered', () => {
  test.each([
    ['an inference', post({ ...KEPT, 'content-length': LENGTH }, BODY), [200], SEVEN],
    ['an inference, after which it is closed', post({ 'content-length': LENGTH }, BODY), [200], SEVEN],
    ['in chunks', post({ ...KEPT, 'transfer-encoding': 'chunked' }, IN_CHUNKS), [200], SEVEN],
    [
      'rows',
      head('POST', '/predict', { ...KEPT, 'content-length': CSV.length }) + CSV,
      [200],
      /"record":300,[^\n]*\n\r\n0\r\n\r\n$/,
    ],
    ['a page', get('/docs'), [200], /<\/html>\n$/],
    [
      'several at once',
      [
        get('/v2/health/live'),
        head('POST', '/predict', { ...KEPT, 'content-length': CSV.length }) + CSV,
        post({ ...KEPT, 'content-length': LENGTH }, BODY),
      ].join(''),
      [200, 200, 200],
      SEVEN,
    ],
    ['a body that is cut off', post({ ...KEPT, 'content-length': LENGTH }, BODY.slice(9)), [400], /\n$/],
    ['a head that is cut off', get('/v2').slice(0, -4), [400], /\n$/],
    ['nothing', '', [], /^$/],
  ])('%s', async (_, bytes, statuses, end) => {
    const received = await sendAndEnd(await port, bytes);
    expect(statusesOf(received)).toEqual(statuses);
    expect(received).toMatch(end);
  });

  test('and the connection is closed', async () => {
    await sendAndEnd(await port, post({ ...KEPT, 'content-length': LENGTH }, BODY));
    // Only the one that asks.
    await vi.waitUntil(async () => (await openConnections()) === '1', { timeout: 60_000 });
  });
});

describe('what is no request', () => {
  test.each([
    ['in no HTTP', '\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03', [400]],
    ['after a request', `${get('/v2')}\x16\x03\x01`, [200, 400]],
    [
      'after requests that take their time',
      `${post({ ...KEPT, 'content-length': LENGTH }, BODY).repeat(3)}GET\r\n`,
      [200, 200, 200, 400],
    ],
    [
      'in the body of a request',
      `${get('/v2')}${post({ 'transfer-encoding': 'chunked' }, 'zz\r\n')}`,
      [200, 400],
    ],
    [
      'in the body of a request that has its answer',
      post({ ...KEPT, 'content-length': 2 ** 30 }, '{'),
      [413],
    ],
    ['after a request that is the last', `${head('GET', '/v2')}${get('/v2')}`, [200]],
  ])('is answered once, and after those that came before it: %s', async (_, bytes, statuses) => {
    expect(statusesOf(await sendAndEnd(await port, Buffer.from(bytes, 'latin1')))).toEqual(statuses);
  });

  test('is answered to who goes on sending', async () => {
    const socket = connect({ port: await port, host: '127.0.0.1', allowHalfOpen: true }).resume();
    socket.write(`${head('POST', INFER, { 'transfer-encoding': 'chunked' })}zz\r\n`);
    await once(socket, 'end');
    // Who is cut off while sending may not see the answer.
    for (let sent = 0; sent < 64; sent++) {
      await new Promise<void>((resolve, reject) => {
        socket.write(Buffer.alloc(2 ** 17), (error) => (error ? reject(error) : resolve()));
      });
    }
    socket.end();
    await once(socket, 'close');
  });
});

describe('framings', () => {
  const only = (name: string, value: string | number, body = BODY) => post({ [name]: value }, body);
  const bare = (...lines: readonly string[]) =>
    `POST ${INFER} HTTP/1.1\r\nhost: x\r\n${lines.join('\r\n')}\r\n\r\n`;
  test.each<[string, string, number[], RegExp?]>([
    ['two equal lengths', bare(`content-length: ${LENGTH}`, `content-length: ${LENGTH}`) + BODY, [400]],
    ['two lengths', bare(`content-length: ${LENGTH}`, 'content-length: 3') + BODY, [400]],
    ['a list of lengths', only('content-length', `${LENGTH}, ${LENGTH}`), [400]],
    ['a negative length', only('content-length', -1), [400]],
    ['a length with a sign', only('content-length', `+${LENGTH}`), [400]],
    ['a length in hexadecimal', only('content-length', '0x10'), [400]],
    ['a length beyond all numbers', only('content-length', '9'.repeat(30)), [400]],
    [
      'chunks and a length',
      bare('transfer-encoding: chunked', `content-length: ${LENGTH}`) + IN_CHUNKS,
      [400],
    ],
    [
      'a length and chunks',
      bare(`content-length: ${LENGTH}`, 'transfer-encoding: chunked') + IN_CHUNKS,
      [400],
    ],
    ['chunks', only('transfer-encoding', 'Chunked', IN_CHUNKS), [200], SEVEN],
    ['chunks of a byte', only('transfer-encoding', 'chunked', `${chunked(BODY, 1)}`), [200], SEVEN],
    [
      'compressed chunks',
      only('transfer-encoding', 'gzip, chunked', IN_CHUNKS),
      [400],
      /Transfer-Encoding: expected chunked, found \\"gzip, chunked\\"/,
    ],
    ['chunks, compressed', only('transfer-encoding', 'chunked, gzip', IN_CHUNKS), [400]],
    ['chunks twice', only('transfer-encoding', 'chunked, chunked', IN_CHUNKS), [400]],
    ['what is like chunks', only('transfer-encoding', 'xchunked', IN_CHUNKS), [400]],
    [
      'a chunk with more to say',
      only('transfer-encoding', 'chunked', IN_CHUNKS.replace('\r', ';a=b\r')),
      [200],
    ],
    ['a chunk with too much to say', only('transfer-encoding', 'chunked', `1;${'a'.repeat(2 ** 17)}`), [400]],
    ['a chunk of no number', only('transfer-encoding', 'chunked', 'zz\r\n'), [400]],
    ['a chunk beyond all numbers', only('transfer-encoding', 'chunked', `${'f'.repeat(17)}\r\n`), [400]],
    [
      'a chunk that is longer than it says',
      only('transfer-encoding', 'chunked', '1\r\nab\r\n0\r\n\r\n'),
      [400],
    ],
    ['trailers', only('transfer-encoding', 'chunked', IN_CHUNKS.replace(/\r\n$/, 'a: b\r\n\r\n')), [200]],
    ['no body', `POST ${INFER} HTTP/1.1\r\nhost: x\r\n\r\n`, [400], /"body: expected JSON, found none/],
    ['a body where none is looked for', `${get('/v2', 'content-length: 3')}abc${get('/v2')}`, [200, 200]],
    ['lines that end in LF', `GET /v2 HTTP/1.1\nhost: x\n\n`, [400]],
    ['a header in two lines', get('/v2', 'a: b', ' c'), [400]],
    ['a blank before the colon', get('/v2', 'a : b'), [400]],
    ['a NUL in a header', get('/v2', 'a: \0'), [400]],
    ['a header that is too long', get('/v2', `a: ${'b'.repeat(2 ** 16)}`), [431]],
    ['an address that is too long', get(`/${'b'.repeat(2 ** 16)}`), [431]],
    ['empty lines before it', `\r\n\r\n${get('/v2')}`, [200]],
    ['more is expected than 100-continue', only('expect', 'more', ''), [400]],
  ])('%s', async (_, bytes, statuses, said = /./) => {
    const received = await sendAndEnd(await port, bytes);
    expect(statusesOf(received)).toEqual(statuses);
    expect(received).toMatch(said);
    if (statuses[0] !== 200) expect(received).toMatch(/\r\n\r\n\{"error":"[^\n]+"\}\n$/);
  });

  test('who waits for 100-continue is told to go on', async () => {
    const socket = connect(await port, '127.0.0.1');
    socket.write(head('POST', INFER, { expect: '100-continue', 'content-length': LENGTH }));
    expect(String(await once(socket, 'data'))).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    socket.write(BODY);
    expect(String(await once(socket, 'data'))).toMatch(SEVEN);
  });
});

describe('heads', () => {
  const tell = (line: string, ...fields: readonly string[]) =>
    `${line}\r\n${fields.map((field) => `${field}\r\n`).join('')}\r\n`;
  const info = /\r\n\r\n\{"name":"digitflow",/;
  test.each<[string, string, number[], RegExp]>([
    ['HTTP/1.0', tell('GET /v2 HTTP/1.0'), [200], info],
    [
      'HTTP/1.0 with a body',
      `POST ${INFER} HTTP/1.0\r\ncontent-length: ${LENGTH}\r\n\r\n${BODY}`,
      [200],
      SEVEN,
    ],
    // Without chunks, which it does not know: it ends with the connection.
    [
      'HTTP/1.0, rows',
      `POST /predict HTTP/1.0\r\ncontent-length: ${CSV.length}\r\n\r\n${CSV}`,
      [200],
      /\r\n\r\n\{"record":1,.*\}\n$/s,
    ],
    ['no host', tell('GET /v2 HTTP/1.1'), [400], /"Host: expected one header, found none"/],
    ['two hosts', get('/v2', 'Host: y'), [400], /"Host: expected one header, found 2"/],
    ['HTTP/1.2', tell('GET /v2 HTTP/1.2', 'host: x'), [400], /"expected a request of HTTP\/1\.1 \(/],
    ['HTTP/2', tell('PRI * HTTP/2.0'), [400], /"expected a request of HTTP\/1\.1 \(/],
    ['HEAD', tell('HEAD /v2 HTTP/1.1', 'host: x'), [200], /\r\ncontent-length: \d+\r\n[^{]*\r\n\r\n$/],
    [
      'HEAD where there is no GET',
      tell(`HEAD ${INFER} HTTP/1.1`, 'host: x'),
      [405],
      /\r\nallow: POST\r\n[^{]*\r\n\r\n$/,
    ],
    ['HEAD of nothing', tell('HEAD /nowhere HTTP/1.1', 'host: x'), [404], /\r\n\r\n$/],
    [
      'OPTIONS',
      tell('OPTIONS /v2 HTTP/1.1', 'host: x'),
      [405],
      /\r\nallow: GET, HEAD\r\n.*"expected GET, found OPTIONS"/s,
    ],
    ['OPTIONS of all', tell('OPTIONS * HTTP/1.1', 'host: x'), [404], /"no such address: \*; see \/docs"/],
    ['TRACE', tell('TRACE /v2 HTTP/1.1', 'host: x', 'x-secret: 1'), [405], /"expected GET, found TRACE"/],
    ['PUT', tell('PUT /v2 HTTP/1.1', 'host: x', 'content-length: 0'), [405], /"expected GET, found PUT"/],
    [
      'a method that nobody knows',
      tell('FOO /v2 HTTP/1.1', 'host: x'),
      [400],
      /"expected a request of HTTP\/1\.1 \(/,
    ],
    ['CONNECT', tell('CONNECT y:443 HTTP/1.1', 'host: y'), [405], /"expected GET or POST, found CONNECT"/],
    [
      'CONNECT after a request',
      get('/v2') + tell('CONNECT y:443 HTTP/1.1', 'host: y'),
      [200, 405],
      /found CONNECT"/,
    ],
    // Who asks for another protocol goes on with this one.
    ['an upgrade to WebSocket', get('/v2', 'connection: upgrade', 'upgrade: websocket'), [200], info],
    [
      'an upgrade to HTTP/2, with a body',
      post({ connection: 'upgrade', upgrade: 'h2c', 'content-length': LENGTH }, BODY),
      [200],
      SEVEN,
    ],
    ['a whole address', get('http://x/v2'), [200], info],
    ['a whole address, and a query', get('http://elsewhere/v2?a=b'), [200], info],
    [
      'a whole address, with a body',
      post({ 'content-length': LENGTH }, BODY).replace(INFER, `http://x${INFER}`),
      [200],
      SEVEN,
    ],
    ['a name in percents', get('/v2/models/%73igmoid'), [200], /"name":"sigmoid"/],
    [
      'a name in percents, with a body',
      post({ 'content-length': LENGTH }, BODY).replace('sigmoid', '%73%69gmoid'),
      [200],
      SEVEN,
    ],
    [
      'a slash in percents in a name',
      get('/v2/models/si%67moid%2f..'),
      [404],
      /"model: expected \\"sigmoid\\", found \\"sigmoid\/\.\.\\""/,
    ],
    ['a slash in percents', get('/v2%2fhealth/live'), [404], /"no such address: /],
    ['percents without digits', get('/v2/models/%zz'), [400], /\{"error":/],
    ['percents that are no UTF-8', get('/v2/models/%ff'), [400], /\{"error":/],
    [
      'controls in percents',
      get('/v2/models/%00%0a%1b[0m'),
      [404],
      /found \\"\\\\u0000\\\\n\\\\u001b\[0m\\""\}\n$/,
    ],
    ["a name of JavaScript's own", get('/v2/models/__proto__'), [404], /found \\"__proto__\\""/],
    ['dots', get('/v2/../../etc/passwd'), [404], /"no such address: /],
    ['a name that is too long', get(`/v2/models/${'x'.repeat(300)}`), [414], /\{"error":/],
    ['a name that is no ASCII', Buffer.from(get('/v2/models/é')).toString('latin1'), [400], /\{"error":/],
  ])('%s', async (_, bytes, statuses, said) => {
    const received = await sendAndEnd(await port, Buffer.from(bytes, 'latin1'));
    expect(statusesOf(received)).toEqual(statuses);
    expect(received).toMatch(said);
    // What a request carries in its head is nobody else's.
    expect(received).not.toContain('x-secret');
  });
});
