import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { digitsCsv } from '../helpers/digits-csv.js';
import { type FileServer, type ServedFile, type ServerOptions, serveFiles } from '../helpers/file-server.js';
import { testLabels, testPixels } from '../helpers/mnist.js';
import { pngOf } from '../helpers/png-files.js';
import { runShared } from '../helpers/shared-cli.js';
import { idxBytes } from '../inputs/idx-bytes.js';
import { tempFolder } from '../inputs/temp-folder.js';

const COUNT = 1200;
const CSV = Buffer.from(digitsCsv({ count: COUNT, header: true }));
const QUOTED = Buffer.from(digitsCsv({ count: COUNT }).replaceAll('\n', ',"a\nb"\n'));
const FILES = {
  'a.csv': CSV,
  'quoted.csv': QUOTED,
  'b.csv.gz': gzipSync(digitsCsv({ count: 300, first: 5000 })),
  't-images-idx3-ubyte': idxBytes(0x08, [COUNT, 28, 28], testPixels().subarray(0, COUNT * 784)),
  't-labels-idx1-ubyte': idxBytes(0x08, [COUNT], testLabels().subarray(0, COUNT)),
  'all-images-idx3-ubyte': idxBytes(0x08, [10_000, 28, 28], testPixels()),
  '7.png': pngOf(testPixels().subarray(0, 784)),
};

/** Runs command lines of a plan in a folder of their own; each has to end well. */
async function inFolder() {
  const cwd = await tempFolder();
  const run = async (...args: string[]) => {
    const result = await runShared(args, { cwd });
    expect(result, args.join(' ')).toMatchObject({ exitCode: 0 });
    return result.stdout;
  };
  return { cwd, run, read: (name: string) => readFile(join(cwd, name), 'utf8') };
}

const counted = (json: string) => {
  const { workers: _, seconds: __, imagesPerSecond: ___, ...all } = JSON.parse(json);
  return all;
};

describe('shards of what a server has become what one run makes of it:', () => {
  test.each<[names: string[], sizes: string[], options?: ServerOptions]>([
    [
      ['a.csv', 'b.csv.gz', 'a.csv'],
      ['--shards', '5', '--digest'],
    ],
    [['quoted.csv'], ['--shard-rows', '250'], { cutAfter: (count) => (count % 4 === 3 ? 200_000 : 1e9) }],
    [['t-images-idx3-ubyte'], ['--shards', '4', '--digest']],
    [['a.csv'], ['--shards', '3'], { honoursRanges: false }],
    [
      ['7.png', 't-images-idx3-ubyte'],
      ['--shards', '2'],
    ],
  ])('score %j %j', async (names, sizes, options) => {
    const server = await serveFiles(FILES, options);
    const { run, read } = await inFolder();
    const urls = names.map((name) => server.url(`${name}?sign=secret`));
    const whole = await run('score', ...urls, '--format', 'ndjson');
    await run('plan', ...urls, ...sizes, '-o', 'plan.json');
    const { shards } = JSON.parse(await read('plan.json'));
    for (const index of [...shards.keys()].reverse())
      await run(
        'score',
        '--plan',
        'plan.json',
        '--shard',
        `${index}`,
        '--out',
        'parts',
        '--format',
        'ndjson',
      );
    await run('merge', 'plan.json', 'parts', '-o', 'merged');
    expect(await read('merged')).toBe(whole);
    expect(whole).not.toContain('secret');
  });

  test.each([['a.csv'], ['t-images-idx3-ubyte']])('evaluate %s', async (name) => {
    const server = await serveFiles(FILES);
    const { run } = await inFolder();
    const whole = await run('evaluate', server.url(name), '--format', 'json');
    await run('plan', server.url(name), '--shards', '3', '-o', 'plan.json');
    await run('evaluate', '--plan', 'plan.json', '--shard', '0-2', '--out', 'parts');
    const merged = await run('merge', 'plan.json', 'parts', '--format', 'json');
    expect(counted(merged)).toEqual(counted(whole));
  });
});

/** What the requests for a file took in all, of bytes after its first ones. */
function bytesAsked(server: FileServer, from: number, size: number): number {
  const ranges = server.requests.slice(from).map((request) => / bytes=(\d+)-(\d*)$/.exec(request));
  return ranges.reduce((sum, range) => {
    if (range === null) return sum;
    return sum + (range[2] === '' ? size : Number(range[2]) + 1) - Number(range[1]);
  }, 0);
}

test.each([['a.csv'], ['all-images-idx3-ubyte']] as const)(
  'a shard of %s asks for its own bytes',
  async (name) => {
    const server = await serveFiles(FILES);
    const { run, read } = await inFolder();
    await run('plan', server.url(name), '--shards', '10', '-o', 'plan.json');
    const plan = JSON.parse(await read('plan.json'));
    const before = server.requests.length;
    await run('score', '--plan', 'plan.json', '--shard', '8', '--out', 'parts');
    const size = FILES[name].length;
    const own = bytesAsked(server, before, size);
    expect(plan.shards).toHaveLength(10);
    expect(own).toBeGreaterThan(0.09 * size);
    // And for the byte before it, to see that a row begins there.
    expect(own).toBeLessThan(0.11 * size);
  },
);

describe('a shard is refused', () => {
  async function changed(change: (file: ServedFile) => ServedFile, ...sizes: string[]) {
    const files: Record<string, ServedFile> = { 'a.csv': { bytes: CSV } };
    const server = await serveFiles(files);
    const { cwd, run } = await inFolder();
    await run('plan', server.url('a.csv?secret'), '--shards', '3', ...sizes, '-o', 'plan.json');
    files['a.csv'] = change(files['a.csv']);
    const made = ['score', '--plan', 'plan.json', '--shard', '1', '--out', 'parts', '--quiet'];
    const { stderr, exitCode } = await runShared(made, { cwd });
    expect(stderr).not.toContain('secret');
    return { stderr, exitCode };
  }

  test('where the server has another version', async () => {
    const { stderr, exitCode } = await changed(({ bytes }) => ({ bytes, etag: '"two"' }));
    expect(stderr).toContain('a.csv: expected ETag "one", as it was planned, found "two"; plan it again');
    expect(exitCode).toBe(65);
  });

  test('where the server has another length', async () => {
    const { stderr, exitCode } = await changed(({ bytes }) => ({ bytes: bytes.subarray(0, -10) }));
    expect(stderr).toContain(`expected ${CSV.length} bytes, as it was planned, found ${CSV.length - 10}`);
    expect(exitCode).toBe(65);
  });

  test('by digests, where the bytes are others; not where they are the same', async () => {
    const other = Buffer.from(CSV);
    other[CSV.length >> 1] ^= 1;
    const refused = await changed(() => ({ bytes: other, etag: '"two"' }), '--digest');
    expect(refused.stderr).toContain('expected the bytes that were planned, found others (SHA-256)');
    expect(refused.exitCode).toBe(65);
    const same = await changed(({ bytes }) => ({ bytes, etag: '"two"' }), '--digest');
    expect(same).toEqual({ stderr: '', exitCode: 0 });
  });
});
