import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { evaluate } from '../../pipelines/evaluate.js';
import { score } from '../../pipelines/score.js';
import { npyBytes } from '../formats/npy-bytes.js';
import { Cli, runCli } from '../helpers/cli.js';
import { digitsCsv } from '../helpers/digits-csv.js';
import { type FileServer, type ServerOptions, serveFiles } from '../helpers/file-server.js';
import { testLabels, testPixels } from '../helpers/mnist.js';
import { pngOf } from '../helpers/png-files.js';
import { runShared } from '../helpers/shared-cli.js';
import { idxBytes } from '../inputs/idx-bytes.js';
import { tempFolder } from '../inputs/temp-folder.js';
import { zipArchive } from '../inputs/zip-archive.js';
import { killAt } from './kill-at.js';

const COUNT = 2000;
const PIXELS = testPixels().subarray(0, COUNT * 784);
const LABELS = testLabels().subarray(0, COUNT);
const CSV = Buffer.from(digitsCsv({ count: COUNT }));
const IMAGES = npyBytes({ shape: [COUNT, 28, 28], data: PIXELS });
const NUMBERS = npyBytes({ shape: [COUNT], data: LABELS });
const FILES = {
  'rows.csv': CSV,
  'rows.csv.gz': gzipSync(CSV),
  'unlabelled.csv': Buffer.from(digitsCsv({ count: COUNT, labelled: false, header: true })),
  't10k-images-idx3-ubyte': idxBytes(0x08, [COUNT, 28, 28], PIXELS),
  't10k-labels-idx1-ubyte': idxBytes(0x08, [COUNT], LABELS),
  't10k-images-idx3-ubyte.gz': gzipSync(idxBytes(0x08, [COUNT, 28, 28], PIXELS)),
  't10k-labels-idx1-ubyte.gz': gzipSync(idxBytes(0x08, [COUNT], LABELS)),
  'x_test.npy': IMAGES,
  'y_test.npy': NUMBERS,
  'mnist.npz': zipArchive([
    { name: 'x_test.npy', content: IMAGES },
    { name: 'y_test.npy', content: NUMBERS },
  ]),
  '7_a.png': pngOf(PIXELS.subarray(0, 784)),
  'page.csv': Buffer.from('<!DOCTYPE html><title>Sign in</title>'),
  'alone-images-idx3-ubyte': idxBytes(0x08, [1, 28, 28], PIXELS.subarray(0, 784)),
};

/** What a command says of files, and what it says of the same files on a server, named as the files are. */
async function both(args: readonly string[], options: ServerOptions = {}) {
  const cwd = await tempFolder(FILES);
  const server = await serveFiles(FILES, options);
  const ofUrls = args.map((arg) => (arg in FILES ? server.url(arg) : arg));
  const [files, urls] = [await runShared(args, { cwd }), await runShared(ofUrls, { cwd })];
  const named = (text: string) => text.replaceAll(server.url(''), '');
  return { files, urls: { ...urls, stdout: named(urls.stdout), stderr: named(urls.stderr) } };
}

/** An evaluation without what depends on the machine. */
function counted(json: string): Record<string, unknown> {
  const { workers: _, seconds: __, imagesPerSecond: ___, ...all } = JSON.parse(json);
  return all;
}

/** The second body breaks, and the server is busy then. */
const WORN: ServerOptions = {
  cutAfter: (count) => (count === 1 ? 5000 : Number.POSITIVE_INFINITY),
  answer: (_, response, count) => {
    const isBusy = count === 2 || count === 3;
    if (isBusy) response.writeHead(503, { 'retry-after': '0' }).end();
    return isBusy;
  },
};

describe('what a server has is read as files are:', () => {
  test.each([
    [['rows.csv']],
    [['rows.csv.gz']],
    [['t10k-images-idx3-ubyte']],
    [['t10k-images-idx3-ubyte.gz']],
    [['t10k-images-idx3-ubyte', 'y_test.npy']],
    [['x_test.npy']],
    [['mnist.npz']],
  ])('evaluate %j', async (names) => {
    const { files, urls } = await both(['evaluate', ...names, '--format', 'json'], WORN);
    expect(counted(files.stdout)).toMatchObject({ images: COUNT });
    expect(counted(urls.stdout)).toEqual(counted(files.stdout));
    expect(urls.stderr).toBe(files.stderr);
  });

  test.each([
    [['rows.csv']],
    [['unlabelled.csv', 'rows.csv.gz', '--workers', '2']],
    [['rows.csv', 'rows.csv', '--format', 'ndjson', '--workers', '0']],
    [['t10k-images-idx3-ubyte', 'x_test.npy', 'mnist.npz', '--top', '2']],
    [['7_a.png']],
  ])('score %j', async (args) => {
    const { files, urls } = await both(['score', '--quiet', ...args], WORN);
    expect(files).toMatchObject({ stderr: '', exitCode: 0 });
    expect(urls).toEqual(files);
  });

  test.each([
    [['look', 'digit', '7_a.png']],
    [['look', 'digit', '1999', '--images', 'rows.csv']],
    [['look', 'network', '--images', 't10k-images-idx3-ubyte']],
  ])('%j', async (args) => {
    const { files, urls } = await both([...args, '--format', 'json'], WORN);
    expect(files.exitCode).toBe(0);
    expect(urls).toEqual(files);
  });

  test('report', async () => {
    const cwd = await tempFolder();
    const server = await serveFiles(FILES, WORN);
    const { exitCode } = await runShared(['report', server.url('rows.csv'), '--out', 'r.html'], { cwd });
    expect(exitCode).toBe(0);
    expect(await readFile(join(cwd, 'r.html'), 'utf8')).toContain(server.url('rows.csv'));
  });

  test('train', async () => {
    const cwd = await tempFolder(FILES);
    const server = await serveFiles(FILES, WORN);
    const settings = ['--hidden', '8', '--epochs', '2', '--validation', '100', '--quiet', '--out'];
    const train = (images: string, labels: string, out: string) =>
      runShared(['train', '--images', images, '--labels', labels, ...settings, out], { cwd });
    expect(await train('x_test.npy', 'y_test.npy', 'one')).toMatchObject({ stderr: '', exitCode: 0 });
    await train(server.url('x_test.npy'), server.url('y_test.npy'), 'two');
    const [one, two] = await Promise.all(['one', 'two'].map((name) => readFile(join(cwd, name))));
    // After the head, which names the files.
    const weights = (bytes: Buffer) => bytes.subarray(8 + Number(bytes.readBigUInt64LE())).toString('hex');
    expect(weights(two)).toBe(weights(one));
  });

  test.each<[args: string[], asked: Record<string, number>]>([
    [['score', 'rows.csv'], { '/rows.csv': 2 }],
    [['score', 't10k-images-idx3-ubyte'], { '/t10k-images-idx3-ubyte': 2 }],
    [['evaluate', 'x_test.npy'], { '/x_test.npy': 2, '/y_test.npy': 2 }],
  ])('%j asks for a file to see what it is, and to read it', async ([command, name], asked) => {
    const server = await serveFiles(FILES);
    await runShared([command, server.url(name)]);
    const counts: Record<string, number> = {};
    for (const request of server.requests) counts[request] = (counts[request] ?? 0) + 1;
    expect(counts).toEqual(asked);
  });

  test('the library takes a URL, and text that begins like one', async () => {
    const server = await serveFiles(FILES, WORN);
    const predictions: number[][] = [];
    for (const input of [server.url('rows.csv'), new URL(server.url('rows.csv.gz')), CSV]) {
      const all: number[] = [];
      await score({
        inputs: [input],
        write: async (rows) => void all.push(...rows.predictions.slice(0, rows.count)),
      });
      predictions.push(all);
    }
    expect(predictions[0]).toHaveLength(COUNT);
    expect(predictions.slice(0, 2)).toEqual([predictions[2], predictions[2]]);
  });
});

test('a run that is killed goes on where it was, under another signature', async () => {
  const server = await serveFiles(FILES);
  const cwd = await tempFolder();
  const out = join(cwd, 'out');
  const args = (key: string) => [
    'score',
    server.url(`rows.csv?key=${key}`),
    '--batch-size',
    '40',
    '--out',
    out,
  ];
  await runShared(args('secret'));
  const whole = await readFile(out);
  await rm(out);
  await killAt(whole.length / 2, out, args('secret'));
  expect(await readFile(`${out}.progress`, 'utf8')).not.toContain('secret');
  const { stderr, exitCode } = await runShared([...args('another'), '--resume']);
  expect(stderr).toMatch(/resuming .* after [1-9]/);
  expect(exitCode).toBe(0);
  expect((await readFile(out)).equals(whole)).toBe(true);
  expect(whole.toString()).not.toContain('secret');
});

describe('one line says what is wrong:', () => {
  const failing = async (args: readonly string[], server: FileServer) => {
    const urls = args.map((arg) => (arg.startsWith('@') ? server.url(arg.slice(1)) : arg));
    const { stderr, exitCode } = await runShared([...urls, '--quiet'], { cwd: await tempFolder(FILES) });
    expect(stderr).toMatch(/^digitflow: [^\n]+\n$/);
    expect(stderr).not.toContain('secret');
    return { said: stderr.replaceAll(server.url(''), '@'), exitCode };
  };

  test.each<[args: string[], words: string, exitCode: number]>([
    [['score', '@none.csv?secret'], '@none.csv: no such file (404 Not Found); check the URL', 66],
    [['evaluate', '@page.csv?secret'], '@page.csv: expected images as', 65],
    [['look', 'digit', '@page.csv?secret'], '@page.csv: expected a PNG or JPEG, found an HTML page', 65],
    [
      ['evaluate', '@t10k-images-idx3-ubyte?secret'],
      "found only beside a URL without a query; give the labels' URL as well",
      66,
    ],
    [
      ['evaluate', '@alone-images-idx3-ubyte'],
      'expected its labels beside it as @alone-labels-idx1-ubyte',
      66,
    ],
    [
      ['evaluate', '@7_a.png?secret', '@rows.csv'],
      '@7_a.png: expected pictures as files beside a file of',
      2,
    ],
    [['evaluate', '@x_test.npy', '@none?secret'], '@none: no such file (404 Not Found)', 66],
    [['look', 'digit', '@7_a.png?secret', '--images', 'x'], 'found the path @7_a.png', 2],
    [['score', 'http://'], 'expected a URL', 2],
  ])('%j', async (args, words, exitCode) => {
    const found = await failing(args, await serveFiles(FILES));
    expect(found).toEqual({ said: expect.stringContaining(words), exitCode });
  });

  test('a signature that is over, before or in the middle', async () => {
    for (const first of [0, 2]) {
      const server = await serveFiles(FILES, {
        cutAfter: (count) => (count === 1 ? 100_000 : Number.POSITIVE_INFINITY),
        answer: (_, response, count) => {
          if (count >= first) response.writeHead(403).end();
          return count >= first;
        },
      });
      const { said, exitCode } = await failing(['score', '@rows.csv?secret'], server);
      expect(said).toMatch(/@rows\.csv: (?:after line \d+: )?the server refuses it \(403 Forbidden\); /);
      expect(exitCode).toBe(66);
    }
  });

  test('a file that changes while it is read', async () => {
    const server = await serveFiles(FILES, {
      cutAfter: (count) => (count === 1 ? 100_000 : Number.POSITIVE_INFINITY),
      answer: (_, response, count) => {
        const head = { etag: '"two"', 'content-length': CSV.length };
        if (count > 1) response.writeHead(200, head).end(CSV);
        return count > 1;
      },
    });
    const { said, exitCode } = await failing(['score', '@rows.csv?secret'], server);
    expect(said).toContain('it changed while it was read; start again');
    expect(exitCode).toBe(74);
  });
});

test('Ctrl-C ends a run that waits for a server at once', async () => {
  let tell = () => {};
  const waits = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const server = await serveFiles(FILES, {
    answer: (_, response, count) => {
      if (count === 0) return false;
      response
        .writeHead(200, { 'content-length': CSV.length, etag: '"one"' })
        .write(CSV.subarray(0, 2e6), tell);
      return true;
    },
  });
  const cli = new Cli(['score', server.url('rows.csv')]);
  await waits;
  cli.signal('SIGINT');
  const { stderr, exitCode } = await cli.ended;
  expect(stderr).toContain('interrupted');
  expect(exitCode).toBe(130);
});

test.each(['images', 'labels'])(
  'a run of the library that is left lets go of a server of %s',
  async (silent) => {
    const leaving = new AbortController();
    let end = () => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const server = await serveFiles(FILES, {
      answer: ({ url, socket }) => {
        if (!url?.includes(silent)) return false;
        socket.on('close', end);
        leaving.abort(new Error('enough'));
        return true;
      },
    });
    const images = server.url(silent === 'images' ? 'images' : 'x_test.npy');
    const running = evaluate({ images, labels: server.url('labels'), signal: leaving.signal });
    await expect(running).rejects.toThrow('enough');
    await ended;
  },
);

test('a certificate that is not trusted is refused; NODE_EXTRA_CA_CERTS makes it so', async () => {
  const folder = await tempFolder();
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const made = [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-keyout',
    key,
    '-out',
    cert,
  ];
  execFileSync('openssl', ['req', '-x509', '-days', '2', ...made, ...subject], { stdio: 'ignore' });
  const server = createServer({ key: await readFile(key), cert: await readFile(cert) }, (_, response) => {
    response.writeHead(200, { 'content-length': CSV.length }).end(CSV);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const args = ['score', `https://127.0.0.1:${port}/rows.csv`, '--quiet'];
  try {
    const refused = await runShared(args);
    expect(refused.stderr).toMatch(
      /expected a certificate that is trusted, found another \(\w+\); NODE_EXTRA_CA_CERTS/,
    );
    expect(refused.exitCode).toBe(65);
    const { stdout, exitCode } = await runCli(args, { env: { NODE_EXTRA_CA_CERTS: cert } });
    expect(stdout.trimEnd().split('\n')).toHaveLength(COUNT + 1);
    expect(exitCode).toBe(0);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
