import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { evaluate } from '../../pipelines/evaluate.js';
import { plan } from '../../pipelines/sharding/plan-shards.js';
import { testCsv } from '../helpers/csv.js';
import { serveFiles } from '../helpers/file-server.js';
import { digits, imagesIdx, labelsIdx } from '../inputs/idx-bytes.js';
import { tempFolder } from '../inputs/temp-folder.js';

const FILES = {
  'a.csv': Buffer.from(testCsv(1000)),
  'b.csv': Buffer.from(testCsv(10)),
  'x-images-idx3-ubyte': imagesIdx(50, 28, 28),
  'x-labels-idx1-ubyte': labelsIdx(digits(50)),
  'c.csv.gz': gzipSync(testCsv(20)),
};

describe('a plan of what a server has', () => {
  test.each([
    [['a.csv', 'b.csv'], { shards: 9, digest: true }],
    [['c.csv.gz', 'a.csv'], { shardRows: 100, digest: true }],
    [['x-images-idx3-ubyte'], { shardRows: 7, digest: true }],
    [['x-images-idx3-ubyte'], { shards: 3 }],
  ])('has the shards of a plan of the same files: %j, %j', async (names, sizes) => {
    // Connections that break are what a scan goes on after.
    const server = await serveFiles(FILES, { cutAfter: (count) => (count % 3 === 1 ? 300_000 : 1e9) });
    const there = await plan({
      inputs: names.map((name) => server.url(name)),
      ...sizes,
      reading: { scale: 255 },
    });
    const root = await tempFolder(FILES);
    const here = await plan({ inputs: names, root, ...sizes, reading: { scale: 255 } });
    expect(there.shards).toEqual(here.shards);
    expect(there.inputs.map(({ path }) => path)).toEqual(names.map((name) => server.url(name)));
    const alike = ({ format, guesses, records, dataStart, linesBefore }: (typeof here.inputs)[number]) => ({
      format,
      guesses,
      records,
      dataStart,
      linesBefore,
    });
    expect(there.inputs.map(alike)).toEqual(here.inputs.map(alike));
    const sizeOf = (of: typeof here) => of.inputs.map(({ files }) => files.map(({ bytes }) => bytes));
    expect(sizeOf(there)).toEqual(sizeOf(here));
  });

  test('keeps a URL with what signs it, tells versions apart, and names files as an evaluation does', async () => {
    const server = await serveFiles(FILES);
    const images = `${server.url('x-images-idx3-ubyte')}?sign=secret`;
    const labels = `${server.url('x-labels-idx1-ubyte')}?sign=secret`;
    const [input] = (await plan({ inputs: [images], labels })).inputs;
    expect(input.path).toBe(server.url('x-images-idx3-ubyte'));
    expect(input.files).toEqual([
      expect.objectContaining({ path: images, etag: expect.any(String) }),
      expect.objectContaining({ path: labels, etag: expect.any(String) }),
    ]);
    const { evaluation } = await evaluate({ images, labels, workers: 0 });
    expect(input.digests).toEqual(evaluation.data.files);
    // Without a query, labels are found beside the images.
    const [beside] = (await plan({ inputs: [server.url('x-images-idx3-ubyte')] })).inputs;
    expect(beside.files.map(({ path }) => path)).toEqual([
      server.url('x-images-idx3-ubyte'),
      server.url('x-labels-idx1-ubyte'),
    ]);
  });

  test('is refused where the server does not tell a length, or has no such file', async () => {
    const server = await serveFiles(FILES, { isChunked: true, honoursRanges: false });
    await expect(plan({ inputs: [server.url('a.csv')] })).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining('expected a server that tells how long it is'),
    });
    await expect(plan({ inputs: [server.url('none.csv')] })).rejects.toMatchObject({ code: 'INPUT_MISSING' });
  });

  test('is refused where the file changes meanwhile', async () => {
    const bytes = FILES['a.csv'];
    const files = { 'a.csv': { bytes, etag: '"1"' } };
    const server = await serveFiles(files);
    const onProgress = () => {
      files['a.csv'] = { bytes, etag: '"2"' };
    };
    const made = plan({ inputs: [server.url('a.csv')], onProgress });
    await expect(made).rejects.toMatchObject({
      code: 'INPUT_READ',
      message: expect.stringContaining('it was changed meanwhile; plan it again'),
    });
  });
});
