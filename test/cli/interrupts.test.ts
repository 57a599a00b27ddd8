import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { writeOwnNetwork } from '../../src/network/formats/safetensors/network-file.js';
import { Cli, runCli } from '../helpers/cli.js';
import { digitsCsv } from '../helpers/digits-csv.js';
import { testLabels, testPixels } from '../helpers/mnist.js';
import { randomNetwork } from '../helpers/random-network.js';
import { idxBytes, imagesIdx, labelsIdx } from '../inputs/idx-bytes.js';
import { tempFile, tempFolder } from '../inputs/temp-folder.js';

/** Loaded ahead of the program: the end of its stdin, and a signal, at the same moment. */
const INTERRUPT_AT_END = fileURLToPath(new URL('./fixtures/interrupt-at-end.cjs', import.meta.url));
/** Loaded ahead of the program: a signal when the output is whole. */
const INTERRUPT_WHEN_WHOLE = fileURLToPath(new URL('./fixtures/interrupt-when-whole.cjs', import.meta.url));
const NOTE = 'digitflow: interrupted; finishing what was read (again to leave at once)\n';

/** More than all that lies between two processes: when a pipe has taken so much, the reader is at work on it. */
const MORE_THAN_PIPES_HOLD = 3 * 2 ** 20;

/** An IDX header and what it announces, all of it 0 but for what is given. */
function announced(typeByte: number, dimensions: readonly number[], given: Uint8Array): Uint8Array {
  const header = idxBytes(typeByte, dimensions, []);
  const bytes = new Uint8Array(header.length + dimensions.reduce((product, size) => product * size, 1));
  bytes.set(header);
  bytes.set(given, header.length);
  return bytes;
}

/** An evaluation of an endless stream of digits, of which 10,000 were sent and most were counted. */
async function startCounting(...args: string[]): Promise<Cli> {
  const count = 4_000_000;
  const labels = await tempFile(announced(0x08, [count], testLabels()));
  const options = ['--batch-size', '100', '--format', 'json', ...args];
  const cli = new Cli(['evaluate', '-', labels, ...options], { stdin: 'pipe' });
  await cli.send(idxBytes(0x08, [count, 28, 28], []));
  // The pipe takes all of this only as slots become free again, and what was in them is counted then.
  await cli.send(testPixels());
  return cli;
}

describe.each(['SIGINT', 'SIGTERM'] as const)('the first %s', (signal) => {
  test.each([0, 2])(
    'stops the reading and prints what was counted, marked partial, with %i workers',
    async (workers) => {
      const cli = await startCounting('--workers', `${workers}`);
      cli.signal(signal);
      const { stdout, stderr, exitCode } = await cli.ended;
      expect({ stderr, exitCode }).toEqual({ stderr: NOTE, exitCode: 130 });
      const { images, correct, partial, data } = JSON.parse(stdout);
      expect(partial).toBe(true);
      expect(images).toBeGreaterThan(5000);
      expect(images).toBeLessThanOrEqual(10_000);
      expect(correct).toBeGreaterThan(0.9 * images);
      expect(data).toMatchObject({ name: 'stdin', dataset: null });
    },
  );
});

describe('an interrupted evaluation', () => {
  test('says nothing on stderr with --quiet', async () => {
    const cli = await startCounting('--quiet');
    cli.signal('SIGINT');
    expect(await cli.ended).toMatchObject({ stderr: '', exitCode: 130 });
  });

  test('ends with 130 even where a gate would fail', async () => {
    const cli = await startCounting('--min-accuracy', '1');
    cli.signal('SIGINT');
    expect(await cli.ended).toMatchObject({ stderr: NOTE, exitCode: 130 });
  });

  test('prints its report even where stderr is not read', async () => {
    const cli = await startCounting();
    await cli.stopReading('stderr');
    cli.signal('SIGINT');
    const { stdout, exitCode } = await cli.ended;
    expect(exitCode).toBe(130);
    expect(JSON.parse(stdout).partial).toBe(true);
  });

  test('prints the report of no images where none was read to its end', async () => {
    // Images so large that the first of them does not end, of which flags say all that the first ones would tell.
    const model = await tempFile(
      writeOwnNetwork(
        randomNetwork({ seed: 1, height: 512, width: 512, outputs: [10], hidden: 'relu', last: 'sigmoid' }),
      ),
    );
    const labels = await tempFile(labelsIdx(new Array(9).fill(1)));
    const said = ['--scale', '255', '--transpose', 'no', '--no-invert'];
    const args = ['evaluate', '-', labels, '--model', model, ...said, '--format', 'json'];
    const cli = new Cli(args, { stdin: 'pipe' });
    await cli.send(imagesIdx(9, 512, 512).subarray(0, 16));
    await cli.send(new Uint8Array(512 * 512 - 1));
    cli.signal('SIGINT');
    const { stdout, stderr, exitCode } = await cli.ended;
    expect(exitCode).toBe(130);
    expect(stderr).toBe(`digitflow: stdin: scale 0 to 255, transpose row by row, invert no\n${NOTE}`);
    expect(JSON.parse(stdout)).toMatchObject({ images: 0, accuracy: null, partial: true });
  });

  test('prints nothing where not even a header was read', async () => {
    const labels = await tempFile(labelsIdx([1]));
    const cli = new Cli(['evaluate', '-', labels, '--format', 'json'], { stdin: 'pipe' });
    // Gzip whose header gives the name of what was packed (RFC 1952, FNAME), and does not come to its end.
    await cli.send(Uint8Array.of(0x1f, 0x8b, 8, 0x08, 0, 0, 0, 0, 0, 3));
    await cli.send(new Uint8Array(MORE_THAN_PIPES_HOLD).fill(0x78));
    cli.signal('SIGINT');
    expect(await cli.ended).toEqual({ stdout: '', stderr: NOTE, exitCode: 130, signal: null });
  });
});

test('an interrupted stress test reports the images that it was done with', async () => {
  const count = 4_000_000;
  const labels = await tempFile(announced(0x08, [count], testLabels()));
  const args = ['stress', '-', labels, '--corruptions', 'inverted', '--workers', '1', '--format', 'json'];
  const cli = new Cli(args, { stdin: 'pipe' });
  await cli.send(idxBytes(0x08, [count, 28, 28], []));
  await cli.send(testPixels());
  cli.signal('SIGINT');
  const { stdout, stderr, exitCode } = await cli.ended;
  expect({ stderr, exitCode }).toEqual({ stderr: NOTE, exitCode: 130 });
  const { images, clean, partial } = JSON.parse(stdout);
  expect(partial).toBe(true);
  expect(images).toBeLessThanOrEqual(10_000);
  expect(clean.correct).toBeLessThanOrEqual(images);
});

describe('the second SIGINT', () => {
  test('leaves at once, however much is still to be scored', async () => {
    // A million images of one pixel, for each of which there are two million products to add up: that takes minutes.
    const count = 2 * MORE_THAN_PIPES_HOLD;
    const outputs = [1500, 1500, 2];
    const network = randomNetwork({
      seed: 1,
      height: 1,
      width: 1,
      outputs,
      hidden: 'sigmoid',
      last: 'sigmoid',
    });
    const folder = await tempFolder({
      labels: announced(0x08, [count], new Uint8Array(0)),
      network: writeOwnNetwork(network),
    });
    const options = ['--model', join(folder, 'network'), '--batch-size', `${count}`, '--workers', '1'];
    const cli = new Cli(['evaluate', '-', join(folder, 'labels'), ...options], { stdin: 'pipe' });
    await cli.send(idxBytes(0x08, [count, 1, 1], []));
    await cli.send(new Uint8Array(MORE_THAN_PIPES_HOLD));
    cli.signal('SIGINT');
    await cli.said(NOTE);
    cli.signal('SIGINT');
    expect(await cli.ended).toEqual({ stdout: '', stderr: NOTE, exitCode: 130, signal: null });
  });
});

describe('an interrupt that comes when the output is whole', () => {
  test.each([
    ['of a file, comes too late', 'in.csv', 0],
    ['of a pipe, which it may have cut off, counts', '-', 130],
  ])('%s', async (_, input, expected) => {
    const rows = digitsCsv({ count: 40 });
    const cwd = await tempFolder({ 'in.csv': Buffer.from(rows) });
    const env = { NODE_OPTIONS: `--require ${INTERRUPT_WHEN_WHOLE}` };
    const options = { cwd, env, input: Buffer.from(rows) };
    const { stderr, exitCode } = await runCli(['score', input, '--out', 'out'], options);
    expect(stderr).toContain(NOTE);
    expect(exitCode).toBe(expected);
    expect(await readFile(join(cwd, 'out'), 'utf8')).toBe(
      (await runCli(['score', input, '--quiet'], { cwd, input: Buffer.from(rows) })).stdout,
    );
  });
});

test('a training that still reads its images from a pipe ends at once', async () => {
  const cli = new Cli(['train', '--images', '-', '--out', join(await tempFolder(), 'out'), '--quiet'], {
    stdin: 'pipe',
  });
  await cli.send(Buffer.from(digitsCsv({ count: 2500 })));
  cli.signal('SIGINT');
  expect(await cli.ended).toEqual({ stdout: '', stderr: '', exitCode: 130, signal: null });
});

describe('an interrupt that comes as the input ends, which the same Ctrl-C may have cut off, comes first:', () => {
  const short = () => imagesIdx(9, 28, 28).subarray(0, 500);

  test.each([
    ['score', [], new Uint8Array(0)],
    ['evaluate', ['LABELS'], new Uint8Array(0)],
    ['evaluate', ['LABELS'], short()],
    ['train', ['--labels', 'LABELS', '--out', 'OUT'], new Uint8Array(0)],
  ])('%s %j', async (command, more, bytes) => {
    const folder = await tempFolder({ labels: labelsIdx(new Array(9).fill(1)) });
    const places: Record<string, string> = { LABELS: join(folder, 'labels'), OUT: join(folder, 'out') };
    const input = command === 'train' ? ['--images', '-'] : ['-'];
    const args = [command, ...input, ...more.map((word) => places[word] ?? word)];
    const cli = new Cli(args, { stdin: 'pipe', env: { NODE_OPTIONS: `--require ${INTERRUPT_AT_END}` } });
    cli.stdin.end(bytes);
    const { stdout, stderr, exitCode } = await cli.ended;
    expect(stderr).toMatch(/^digitflow: interrupted; .*\n$/);
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 130 });
  });
});
