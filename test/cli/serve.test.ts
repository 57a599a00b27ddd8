import { once } from 'node:events';
import { copyFile, rename, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { Cli, type CliOptions, runCli } from '../helpers/cli.js';
import { digitsCsv } from '../helpers/digits-csv.js';
import { testPixels } from '../helpers/mnist.js';
import { tempFolder } from '../inputs/temp-folder.js';
import { ask, exchange, head, json, responseOf, unchunk } from '../serving/serving.js';

const FIXTURE = fileURLToPath(new URL('./fixtures/end-threads.cjs', import.meta.url));
const DATA = fileURLToPath(new URL('../../data', import.meta.url));
const PIXELS = testPixels();
const RESTARTS = Number(process.env.DIGITFLOW_RESTARTS ?? 4);

/** The program, once it listens. */
async function started(args: readonly string[] = [], options: CliOptions = {}) {
  const cli = new Cli(['serve', '--port', '0', ...args], options);
  await cli.said('/docs)\n');
  const [line] = /^.*listening on .*$/m.exec(cli.stderr) ?? [''];
  return { cli, line, port: Number(/:(\d+) /.exec(line)?.[1]) };
}

function bodyOf(index: number): string {
  const data = Array.from(PIXELS.subarray(index * 784, (index + 1) * 784));
  return JSON.stringify({
    inputs: [{ name: 'pixels', shape: [1, 784], datatype: 'UINT8', data }],
    outputs: [{ name: 'probabilities' }],
  });
}

async function infer(port: number, name: string, index: number): Promise<unknown> {
  const response = await ask(port, 'POST', `/v2/models/${name}/infer`, bodyOf(index));
  expect(response.status).toBe(200);
  return outputsOf(response.body);
}

function outputsOf(body: Buffer): unknown {
  return JSON.parse(body.toString()).outputs[0].data;
}

/** A client that asks again and again on one connection, for as long as it may. */
class Client {
  /** What came back for each image that was asked for, by its index. */
  readonly replies: (readonly [index: number, reply: unknown])[] = [];
  readonly ended: Promise<void>;
  /** How many requests have gone out whole. */
  sent = 0;
  readonly #name: string;
  readonly #socket: Socket;
  readonly #first: number;
  #received = Buffer.alloc(0);

  constructor(port: number, name: string, first: number) {
    this.#name = name;
    this.#first = first;
    this.#socket = connect(port, '127.0.0.1');
    this.#socket.on('data', (chunk) => this.#take(chunk)).on('error', () => {});
    this.ended = new Promise((resolve) => this.#socket.on('close', () => resolve()));
    this.#send();
  }

  end(): void {
    this.#socket.destroy();
  }

  #send(): void {
    const body = bodyOf(this.#index(this.sent));
    const fields = { connection: 'keep-alive', 'content-length': body.length };
    const request = head('POST', `/v2/models/${this.#name}/infer`, fields) + body;
    this.#socket.write(request, (error) => {
      if (!error) this.sent++;
    });
  }

  #index(count: number): number {
    return (this.#first + count * 7) % 1000;
  }

  #take(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk]);
    const end = this.#received.indexOf('\r\n\r\n');
    if (end < 0) return;
    const { status, headers, body } = responseOf(this.#received);
    const length = Number(headers['content-length']);
    if (body.length < length) return;
    expect(status).toBe(200);
    this.replies.push([this.#index(this.replies.length), outputsOf(body.subarray(0, length))]);
    this.#received = Buffer.alloc(0);
    if (headers.connection !== 'close') this.#send();
  }
}

/** What the two bundled networks say of the images that clients ask for. */
async function verdicts(model: string): Promise<Map<number, unknown>> {
  const { cli, port } = await started(['--model', model]);
  const said = new Map<number, unknown>();
  for (let first = 0; first < 1000; first += 100) {
    const indices = Array.from({ length: 100 }, (_, i) => first + i);
    await Promise.all(indices.map(async (index) => said.set(index, await infer(port, model, index))));
  }
  cli.signal('SIGTERM');
  expect((await cli.ended).exitCode).toBe(0);
  return said;
}

describe('digitflow serve', () => {
  test('says where it listens, answers, logs a line a request, and ends well', async () => {
    const { cli, line, port } = await started();
    expect(line).toBe(
      `digitflow: listening on http://127.0.0.1:${port} (model sigmoid; all addresses at http://127.0.0.1:${port}/docs)`,
    );
    expect(json(await ask(port, 'GET', '/v2/health/ready?a=b'))).toEqual({ live: true, ready: true });
    cli.signal('SIGINT');
    const { stdout, stderr, exitCode } = await cli.ended;
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 0 });
    const logged = stderr.split('\n').filter((text) => text.startsWith('{'));
    expect(logged.map((text) => JSON.parse(text))).toEqual([
      expect.objectContaining({
        ...{ msg: 'request', id: '7', method: 'GET', url: '/v2/health/ready?a=b', status: 200 },
        seconds: expect.any(Number),
      }),
    ]);
    expect(stderr).toContain('digitflow: ending; answering what was sent (again to leave at once)\n');
  });

  test('says of a port that is in use what to do', async () => {
    const { cli, port } = await started();
    const { stderr, exitCode } = await runCli(['serve', '--port', `${port}`]);
    expect({ stderr, exitCode }).toEqual({
      stderr:
        `digitflow: 127.0.0.1:${port}: could not be listened to (EADDRINUSE); another program listens there; ` +
        'give another --port, or 0 for any that is free\n',
      exitCode: 74,
    });
    cli.signal('SIGTERM');
    await cli.ended;
  });

  test.each([
    [['--model', 'nowhere.safetensors'], 66, /^digitflow: nowhere\.safetensors: no such network; /],
    [['--port', '70000'], 2, /^digitflow: .*Give a whole number, from 0 to 65535/],
    [['--max-wait', '-1'], 2, /Give milliseconds/],
    [
      ['--host', '203.0.113.1', '--port', '0'],
      74,
      /^digitflow: 203\.0\.113\.1:0: could not be listened to \(EADDRNOTAVAIL\); give another --host\n$/,
    ],
    [['surplus'], 2, /too many arguments/],
  ])('refuses in one line: %s', async (args, exitCode, said) => {
    const ended = await runCli(['serve', ...args]);
    expect(ended).toMatchObject({ exitCode, stderr: expect.stringMatching(said) });
    expect(ended.stderr.trimEnd()).not.toContain('\n');
  });

  test('has its key from the environment, and a name of its own', async () => {
    const { cli, port } = await started(['--name', 'digits'], { env: { DIGITFLOW_API_KEY: 'k' } });
    expect((await ask(port, 'GET', '/v2/models/digits')).status).toBe(401);
    const response = await ask(port, 'GET', '/v2/models/digits', '', { 'x-api-key': 'k' });
    expect(json(response)).toMatchObject({ name: 'digits' });
    cli.signal('SIGTERM');
    await cli.ended;
  });

  test.each([
    ['as the first one starts', 'starting never'],
    ['once it is ready', 'ready never'],
  ])('loses no request where a thread ends: %s', async (_, plan) => {
    const env = { END_THREADS: plan, NODE_OPTIONS: `--require ${JSON.stringify(FIXTURE)}` };
    const { cli, port } = await started(['--workers', '1'], { env });
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, index) => infer(port, 'sigmoid', index)),
    );
    expect(replies.length).toBe(20);
    cli.signal('SIGTERM');
    expect((await cli.ended).exitCode).toBe(0);
  });

  test('holds no more of a body than its length, in however small chunks it comes', async () => {
    const { cli, port } = await started([], { env: { NODE_OPTIONS: '--max-old-space-size=64' } });
    const body = bodyOf(3);
    // Blanks after the JSON, a byte each: as many pieces would take more than there is.
    const chunks = `${body.length.toString(16)}\r\n${body}\r\n${'1\r\n \r\n'.repeat(2 ** 20)}0\r\n\r\n`;
    const path = '/v2/models/sigmoid/infer';
    const request = head('POST', path, { 'transfer-encoding': 'chunked' });
    const { status, body: said } = responseOf(await exchange(port, request, chunks));
    expect(status).toBe(200);
    expect(outputsOf(said)).toEqual(await infer(port, 'sigmoid', 3));
    cli.signal('SIGTERM');
    expect((await cli.ended).exitCode).toBe(0);
  });

  test('leaves at once when it is told twice', async () => {
    const { cli, port } = await started(['--deadline', '3600']);
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    // Never whole: without a second signal it would be waited for.
    socket.write(`${head('POST', '/predict', { 'content-length': 10 })}1`);
    await once(socket, 'connect');
    await ask(port, 'GET', '/v2');
    cli.signal('SIGTERM');
    await cli.said('ending');
    cli.signal('SIGTERM');
    expect((await cli.ended).exitCode).toBe(130);
  });

  test('ends by its deadline where somebody never ends what they send', async () => {
    const { cli, port } = await started(['--deadline', '1']);
    const sockets = ['', 'GET', `${head('POST', '/predict', { 'content-length': 10 })}1`].map((start) => {
      const socket = connect(port, '127.0.0.1').on('error', () => {});
      socket.write(start);
      return socket;
    });
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    await ask(port, 'GET', '/v2');
    cli.signal('SIGTERM');
    expect((await cli.ended).exitCode).toBe(0);
  });
});

describe('under load', () => {
  test('SIGTERM loses no request that was sent, and mixes up none', async () => {
    const expected = await verdicts('sigmoid');
    for (let run = 0; run < RESTARTS; run++) {
      const { cli, port } = await started(run % 2 === 0 ? [] : ['--workers', '2']);
      const clients = Array.from({ length: 20 }, (_, i) => new Client(port, 'sigmoid', i * 50));
      while (clients.some(({ replies }) => replies.length < 5)) await new Promise(setImmediate);
      const sent = clients.map((client) => client.sent);
      cli.signal('SIGTERM');
      await Promise.all(clients.map(({ ended }) => ended));
      expect((await cli.ended).exitCode).toBe(0);
      for (const [i, { replies }] of clients.entries()) {
        expect(replies.length).toBeGreaterThanOrEqual(sent[i]);
        for (const [index, reply] of replies) expect(reply).toEqual(expected.get(index));
      }
    }
  });

  test('far more than it can bear is refused with a 503, and what is taken is answered rightly', async () => {
    const expected = await verdicts('sigmoid');
    const flags = ['--workers', '1', '--batch-size', '10', '--queue', '20', '--max-lag', '60000'];
    const { cli, port } = await started(flags);
    let most = 0;
    const watch = async (): Promise<void> => {
      const text = (await ask(port, 'GET', '/metrics')).body.toString();
      most = Math.max(most, Number(/^digitflow_waiting_images (\d+)$/m.exec(text)?.[1]));
    };
    // Many images each: they take longer to score than to read.
    const statusOf = async (first: number): Promise<number> => {
      const said = JSON.stringify({
        inputs: [
          {
            ...{ name: 'pixels', shape: [100, 784], datatype: 'UINT8' },
            parameters: { binary_data_size: 78_400 },
          },
        ],
        outputs: [{ name: 'probabilities' }],
      });
      const body = Buffer.concat([Buffer.from(said), PIXELS.subarray(first * 784, (first + 100) * 784)]);
      const headers = { 'inference-header-content-length': said.length };
      const response = await ask(port, 'POST', '/v2/models/sigmoid/infer', body, headers);
      const indices = Array.from({ length: 100 }, (_, i) => first + i);
      if (response.status === 200)
        expect(outputsOf(response.body)).toEqual(indices.flatMap((index) => expected.get(index)));
      else {
        expect(response).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
        expect(json(response)).toMatchObject({ error: expect.stringMatching(/^expected at most 20 images/) });
      }
      return response.status;
    };
    for (let round = 0; round < 5; round++) {
      // What comes while it stands still is there all at once when it goes on: 60 requests where two find room.
      cli.signal('SIGSTOP');
      const asked = Array.from({ length: 60 }, (_, i) => statusOf(round * 60 + i));
      const watched = watch();
      for (let turn = 0; turn < 200; turn++) await new Promise(setImmediate);
      cli.signal('SIGCONT');
      const statuses = await Promise.all(asked);
      await watched;
      expect(statuses.filter((status) => status === 200).length).toBeGreaterThan(0);
      expect(statuses.filter((status) => status === 503).length).toBeGreaterThan(0);
    }
    // How long what was taken has waited is bounded by what can be in line before it: the last one finds room for one image.
    expect(most).toBeLessThanOrEqual(19 + 100);
    cli.signal('SIGTERM');
    expect((await cli.ended).exitCode).toBe(0);
  });

  test('SIGHUP takes another network without losing a request; one that cannot be read changes nothing', async () => {
    const [sigmoid, relu] = await Promise.all(['sigmoid', 'relu'].map(verdicts));
    const folder = await tempFolder();
    const model = join(folder, 'mine.safetensors');
    const put = async (name: string) => {
      await copyFile(join(DATA, `${name}.safetensors`), join(folder, 'next'));
      await rename(join(folder, 'next'), model);
    };
    await put('sigmoid');
    const { cli, port } = await started(['--model', model]);
    const clients = Array.from({ length: 10 }, (_, i) => new Client(port, 'mine', i * 50));
    const more = async () => {
      const counts = clients.map(({ replies }) => replies.length);
      while (clients.some(({ replies }, i) => replies.length < counts[i] + 5))
        await new Promise(setImmediate);
    };
    await more();
    await put('relu');
    cli.signal('SIGHUP');
    await cli.said('read again');
    expect(await infer(port, 'mine', 3)).toEqual(relu.get(3));
    await more();
    await writeFile(model, 'no network');
    cli.signal('SIGHUP');
    await cli.said('not read again, the network stays as it was');
    expect(await infer(port, 'mine', 4)).toEqual(relu.get(4));
    await more();
    const sent = clients.map((client) => client.sent);
    cli.signal('SIGTERM');
    await Promise.all(clients.map(({ ended }) => ended));
    expect((await cli.ended).exitCode).toBe(0);
    for (const [i, { replies }] of clients.entries()) {
      expect(replies.length).toBeGreaterThanOrEqual(sent[i]);
      // First the one, then the other.
      const isNew = replies.map(([index, reply]) => {
        const found = [sigmoid, relu].findIndex(
          (said) => JSON.stringify(said.get(index)) === JSON.stringify(reply),
        );
        expect(found).not.toBe(-1);
        return found;
      });
      expect(isNew).toEqual(isNew.toSorted());
      expect(isNew[0]).toBe(0);
    }
  });

  test('SIGHUP while a stream of rows is open: the network that it began with answers all of it', async () => {
    const folder = await tempFolder();
    const model = join(folder, 'mine.safetensors');
    await copyFile(join(DATA, 'sigmoid.safetensors'), model);
    const { cli, port } = await started(['--model', model]);
    const rows = digitsCsv({ count: 4000 });
    const ndjson = async () =>
      unchunk((await ask(port, 'POST', '/predict?probabilities=true', rows)).body).text;
    const expected = await ndjson();

    const socket = connect(port, '127.0.0.1');
    const received: Buffer[] = [];
    socket.on('data', (chunk) => received.push(chunk));
    const length = Buffer.byteLength(rows);
    socket.write(head('POST', '/predict?probabilities=true', { 'content-length': length }));
    socket.write(rows.slice(0, -100));
    // It is open once its first verdicts are there.
    while (!Buffer.concat(received).includes('\n{')) await once(socket, 'data');
    await copyFile(join(DATA, 'relu.safetensors'), join(folder, 'next'));
    await rename(join(folder, 'next'), model);
    cli.signal('SIGHUP');
    await cli.said('read again');
    const other = await ndjson();
    socket.write(rows.slice(-100));
    await once(socket, 'close');
    const { status, body } = responseOf(Buffer.concat(received));
    expect(status).toBe(200);
    expect(unchunk(body)).toEqual({ text: expected, isWhole: true });
    expect(other).not.toBe(expected);
    cli.signal('SIGTERM');
    expect((await cli.ended).exitCode).toBe(0);
  });
});
