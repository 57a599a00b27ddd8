import { once } from 'node:events';
import { connect } from 'node:net';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { type ScoreStreamOptions, scoreStream } from '../../pipelines/score-stream.js';
import { digitsCsv } from '../helpers/digits-csv.js';
import { testPixels } from '../helpers/mnist.js';
import { greyJpeg } from '../helpers/picture-bytes.js';
import { inverted, pngOf } from '../helpers/png-files.js';
import { runShared } from '../helpers/shared-cli.js';
import { tempFile } from '../inputs/temp-folder.js';
import { ask, exchange, head, json, type Response, responseOf, serving, unchunk } from './serving.js';

const { port } = serving();
const japanese = serving({ language: 'ja' });
const DIGIT = testPixels().subarray(0, 784);

/** The rows that the library gives. */
async function expectedRows(csv: string, options: ScoreStreamOptions = {}): Promise<string> {
  const stream = scoreStream({ output: 'ndjson', workers: 0, ...options });
  stream.end(csv);
  let text = '';
  for await (const part of stream) text += part;
  return text;
}

const post = async (path: string, body: string | Uint8Array): Promise<Response> =>
  ask(await port, 'POST', path, body);

/** Streams of rows that were left end in a while: until then one may be one too many. */
function onceThereIsRoom(csv: string): Promise<Response> {
  const asked = async () => {
    const response = await post('/predict', csv);
    return response.status === 503 ? undefined : response;
  };
  return vi.waitUntil(asked, { timeout: 20_000 });
}

describe('a picture', () => {
  test.each([
    ['PNG', pngOf(DIGIT), []],
    ['PNG, dark on white', pngOf(inverted(DIGIT)), ['inverted (its background is bright)']],
    ['JPEG', greyJpeg({ height: 28, width: 28, pixels: DIGIT }, 100), expect.any(Array)],
  ])('is predicted: %s', async (_, picture, done) => {
    const response = await post('/predict', picture);
    expect(response.status).toBe(200);
    expect(json(response)).toMatchObject({ prediction: '7', done, doubts: [] });
  });

  test('that is blank is doubted', async () => {
    expect(json(await post('/predict', pngOf(new Uint8Array(784))))).toMatchObject({
      doubts: expect.arrayContaining(['blank paper']),
    });
  });

  test.each([
    ['cut off', pngOf(DIGIT).subarray(0, 60), /^picture: broken PNG/],
    ['no picture at all', Buffer.from('GIF89a..........'), /GIF/],
  ])('that is %s is refused in one line', async (_, body, error) => {
    const response = await post('/predict', body);
    expect({ status: response.status, said: json(response) }).toEqual({
      status: 400,
      said: { error: expect.stringMatching(error) },
    });
  });

  test('is explained as the command does', async () => {
    const file = await tempFile(pngOf(DIGIT), 'picture');
    const { stdout } = await runShared(['look', 'digit', file, '--why', '--format', 'json']);
    const response = await post('/explain', pngOf(DIGIT));
    expect(json(response)).toEqual({ ...JSON.parse(stdout), name: 'picture' });
  });

  test('or one record is explained, and no more than one', async () => {
    const inputs = (count: number) =>
      JSON.stringify({
        inputs: [
          ...[
            { name: 'pixels', shape: [count, 784], datatype: 'UINT8', data: Array(count).fill([...DIGIT]) },
          ],
        ],
      });
    expect(json(await post('/explain', inputs(1)))).toMatchObject({ explanation: { winner: 7 } });
    const refused = await post('/explain', inputs(2));
    expect({ status: refused.status, said: json(refused) }).toEqual({
      status: 400,
      said: { error: 'inputs[0].shape: expected one image to explain, found 2' },
    });
  });
});

describe('rows', () => {
  const csv = digitsCsv({ count: 500 });
  let rows: string;
  beforeAll(async () => {
    rows = await expectedRows(csv);
  });

  test('come out in order, as the library gives them, with how they were read', async () => {
    const response = await post('/predict', csv);
    expect(response).toMatchObject({
      status: 200,
      headers: {
        'content-type': 'application/x-ndjson',
        'digitflow-reading': expect.stringContaining('label'),
        'x-request-id': '7',
      },
    });
    expect(unchunk(response.body)).toEqual({ text: rows, isWhole: true });
  });

  test('of several streams at the same time are kept apart; a stream too many is a 503', async () => {
    const more = digitsCsv({ count: 100, first: 500 });
    const both = await Promise.all([csv, more, csv].map((text) => post('/predict', text)));
    const expected = [rows, await expectedRows(more), rows];
    expect(both.map(({ body }) => unchunk(body).text)).toEqual(expected);
    const open = Array.from({ length: 4 }, async () => {
      const socket = connect(await port, '127.0.0.1');
      socket.write(`${head('POST', '/predict', { 'transfer-encoding': 'chunked' })}40000\r\n`);
      // Many rows, of which the first are answered while no end is in sight.
      socket.write(csv.repeat(1).slice(0, 0x40000));
      await once(socket, 'data');
      return socket;
    });
    const sockets = await Promise.all(open);
    const refused = await post('/predict', csv);
    expect(refused).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
    const closed = sockets.map((socket) => once(socket, 'close'));
    for (const socket of sockets) socket.destroy();
    await Promise.all(closed);
    expect(unchunk((await onceThereIsRoom(csv)).body)).toEqual({ text: rows, isWhole: true });
  });

  test('are answered while they still come', async () => {
    const [first, second] = [csv.slice(0, csv.length / 2), csv.slice(csv.length / 2)];
    const socket = connect(await port, '127.0.0.1');
    const received: Buffer[] = [];
    socket.on('data', (chunk) => received.push(chunk));
    const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;
    socket.write(head('POST', '/predict', { 'transfer-encoding': 'chunked' }) + chunk(first));
    while (!Buffer.concat(received).includes('"record":100')) await once(socket, 'data');
    socket.write(`${chunk(second)}0\r\n\r\n`);
    await once(socket, 'close');
    expect(unchunk(responseOf(Buffer.concat(received)).body)).toEqual({ text: rows, isWhole: true });
  });

  test('are held back where nobody reads the replies', async () => {
    const socket = connect(await port, '127.0.0.1').pause();
    const row = Buffer.from(digitsCsv({ count: 1 }));
    const block = Buffer.concat(Array(1000).fill(row));
    socket.write(head('POST', '/predict?probabilities=true', { 'transfer-encoding': 'chunked' }));
    socket.write(`${(2 ** 40).toString(16)}\r\n`);
    // More than all buffers on the way can hold: from some time on it is not taken any more.
    let isTaken = true;
    let sent = 0;
    while (isTaken && sent < 2 ** 29) {
      const taken = new Promise<boolean>((resolve) => {
        socket.write(block, () => resolve(true));
      });
      let patience: NodeJS.Timeout | undefined;
      const waited = new Promise<boolean>((resolve) => {
        patience = setTimeout(() => resolve(false), 3000);
      });
      isTaken = await Promise.race([taken, waited]);
      clearTimeout(patience);
      sent += block.length;
    }
    expect(isTaken).toBe(false);
    socket.destroy();
  });

  test('take what the query says', async () => {
    const response = await post('/predict?top=2&probabilities=true&label=first', csv);
    expect(unchunk(response.body).text).toBe(await expectedRows(csv, { top: 2, probabilities: true }));
  });

  const bad = `${csv}5,${'300,'.repeat(783)}300\n`;
  test('that are bad end the reply in the middle, with a line that says why', async () => {
    const { status, body } = await post('/predict', bad);
    const { text, isWhole } = unchunk(body);
    expect({ status, isWhole }).toEqual({ status: 200, isWhole: false });
    expect(text.startsWith(rows)).toBe(true);
    expect(text.slice(rows.length)).toMatch(/^\{"error":"[^\n]*line 501[^\n]*"\}\n$/);
  });

  test('that are bad are passed over where that is wanted', async () => {
    const { body } = await post('/predict?bad-rows=skip', bad);
    expect(unchunk(body)).toEqual({ text: await expectedRows(bad, { onBadRow: 'skip' }), isWhole: true });
  });

  test.each([
    ['/predict', 'pixel0,pixel1\n1,2\n', /expected 784 pixels a row/],
    ['/predict', '', /expected a picture, or rows of images, found nothing/],
    ['/predict?tpo=2', csv, /^parameters: expected probabilities, .*, found "tpo"$/],
    ['/predict?top=x', csv, /^top: expected a whole number/],
    ['/predict?top=1&top=2', csv, /^top: expected one value, found several$/],
    ['/predict?header=maybe', csv, /^header: expected no or yes, found "maybe"$/],
  ])('that cannot be read are a 400 in one line: %s', async (path, body, error) => {
    const response = await post(path, body);
    expect({ status: response.status, said: json(response) }).toEqual({
      status: 400,
      said: { error: expect.stringMatching(error) },
    });
  });

  test('that are cut off leave all well', async () => {
    for (let i = 0; i < 6; i++) {
      const socket = connect(await port, '127.0.0.1').resume();
      socket.write(`${head('POST', '/predict', { 'content-length': csv.length })}${csv.slice(0, 90_000)}`);
      socket.end();
      await once(socket, 'close');
    }
    expect(unchunk((await onceThereIsRoom(csv)).body).text).toBe(rows);
  });
});

describe('pages', () => {
  test.each([
    ['/', /<!doctype html>[\s\S]*<canvas/i],
    ['/report', /<!doctype html>[\s\S]*96\.41/i],
    ['/docs', /POST <code>\/v2\/models\/:model\/infer/],
  ])('%s', async (path, expected) => {
    const { status, headers, body } = await ask(await port, 'GET', path);
    expect({ status, type: headers['content-type'] }).toEqual({
      status: 200,
      type: 'text/html; charset=utf-8',
    });
    expect(body.toString()).toMatch(expected);
  });

  test('in Japanese where that is asked for', async () => {
    for (const path of ['/', '/report']) {
      const { body } = await ask(await japanese.port, 'GET', path);
      expect(body.toString()).toContain('<html lang="ja">');
    }
  });

  test('all routes as OpenAPI', async () => {
    const { openapi, paths } = json(await ask(await port, 'GET', '/docs/openapi.json')) as {
      openapi: string;
      paths: Record<string, Record<string, { responses: object }>>;
    };
    expect(openapi).toBe('3.0.3');
    expect(
      Object.entries(paths).flatMap(([path, methods]) => Object.keys(methods).map((m) => `${m} ${path}`)),
    ).toEqual([
      ...['get /v2', 'get /v2/health/live', 'get /v2/health/ready', 'get /v2/models/{model}'],
      ...['get /v2/models/{model}/ready', 'post /v2/models/{model}/infer', 'post /predict', 'post /explain'],
      ...['get /', 'get /report', 'get /metrics', 'get /docs', 'get /docs/openapi.json'],
    ]);
    const { responses } = paths['/v2/models/{model}/infer'].post;
    expect(Object.keys(responses)).toEqual([
      '200',
      '400',
      '401',
      '404',
      '405',
      '408',
      '413',
      '414',
      '431',
      '500',
      '501',
      '503',
    ]);
  });

  test('what Prometheus reads has no label that a stranger can add', async () => {
    for (let i = 0; i < 5; i++) await ask(await port, 'GET', `/nowhere/${i}`);
    const text = (await ask(await port, 'GET', '/metrics')).body.toString();
    expect(text).toContain('digitflow_request_seconds_count{route="none",status="404"} 5\n');
    expect(text).not.toContain('nowhere');
    for (const name of ['waiting_images', 'queue_seconds_count', 'compute_seconds_count', 'batch_images_sum'])
      expect(text).toMatch(new RegExp(`^digitflow_${name} \\d+$`, 'm'));
  });
});

describe('who may ask', () => {
  const locked = serving({ apiKey: 'a secret', cors: 'https://example.org' });

  test('knows the key; health is for all', async () => {
    const port = await locked.port;
    const refused = await ask(port, 'GET', '/v2');
    expect({ status: refused.status, said: json(refused) }).toEqual({
      status: 401,
      said: { error: 'expected the API key, as "Authorization: Bearer KEY" or "X-API-Key: KEY"' },
    });
    const status = async (headers: Record<string, string>) =>
      (await ask(port, 'GET', '/v2', '', headers)).status;
    expect(await status({ authorization: 'Bearer a secret' })).toBe(200);
    expect(await status({ 'x-api-key': 'a secret' })).toBe(200);
    expect(await status({ 'x-api-key': 'a secreT' })).toBe(401);
    expect(await status({ authorization: 'Basic a secret' })).toBe(401);
    expect((await ask(port, 'GET', '/v2/health/live')).status).toBe(200);
    expect((await ask(port, 'GET', '/nowhere')).status).toBe(401);
  });

  test('may be a page of another origin, where that is wanted', async () => {
    const asked = await ask(await locked.port, 'OPTIONS', '/predict', '', { origin: 'https://example.org' });
    expect(asked).toMatchObject({
      status: 204,
      headers: {
        'access-control-allow-origin': 'https://example.org',
        'access-control-allow-methods': 'GET, HEAD, POST',
        vary: 'Origin',
      },
    });
    expect((await ask(await port, 'GET', '/v2')).headers['access-control-allow-origin']).toBeUndefined();
  });

  test.each([
    ['abc-1.2:3', 'abc-1.2:3'],
    ['a b', expect.stringMatching(/^[0-9a-f]{8}-\d+$/)],
    ['x'.repeat(200), expect.stringMatching(/^[0-9a-f]{8}-\d+$/)],
  ])('gets the id of the request back, or a new one for %s', async (given, expected) => {
    const { headers } = await ask(await port, 'GET', '/v2', '', { 'x-request-id': given });
    expect(headers['x-request-id']).toEqual(expected);
  });
});

test('two requests on one connection are answered in their order', async () => {
  const first = head('GET', '/v2/health/live', { connection: 'keep-alive' });
  const received = (await exchange(await port, first + head('GET', '/v2/models/sigmoid/ready'))).toString();
  expect(received.match(/\{"live":true\}|\{"name":"sigmoid","ready":true\}/g)).toEqual([
    '{"live":true}',
    '{"name":"sigmoid","ready":true}',
  ]);
});
