import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { Cli, runCli } from '../helpers/cli.js';
import { testLabels, testPixels } from '../helpers/mnist.js';
import { idxBytes, labelsIdx } from '../inputs/idx-bytes.js';
import { tempFile, tempFolder } from '../inputs/temp-folder.js';

const COUNT = 20;
const IMAGES = idxBytes(0x08, [COUNT, 28, 28], testPixels().subarray(0, COUNT * 784));
const LABELS = labelsIdx(Array.from(testLabels().subarray(0, COUNT)));

describe('stdout', () => {
  test.each(['table', 'json', 'csv', 'markdown'])(
    'may be closed by its reader: no error (%s)',
    async (format) => {
      const cli = new Cli(['evaluate', '-', await tempFile(LABELS), '--format', format], { stdin: 'pipe' });
      await cli.stopReading('stdout');
      cli.stdin.end(IMAGES);
      expect(await cli.ended).toMatchObject({ stderr: '', exitCode: 0 });
    },
  );

  test('may be closed while help is printed', async () => {
    const cli = new Cli(['--help']);
    await cli.stopReading('stdout');
    expect(await cli.ended).toMatchObject({ stderr: '', exitCode: 0 });
  });

  test('that is closed does not hide that a gate failed', async () => {
    const args = ['evaluate', '-', await tempFile(LABELS), '--min-accuracy', '1', '--limit', '0'];
    const cli = new Cli(args, { stdin: 'pipe' });
    await cli.stopReading('stdout');
    cli.stdin.end(IMAGES);
    expect(await cli.ended).toMatchObject({ exitCode: 1 });
  });

  describe.skipIf(!existsSync('/dev/full'))('on a full disk', () => {
    test.each([[['evaluate']], [['evaluate', '--help']], [['--version']]])(
      'is one line, and exit code 74: %s',
      async (args) => {
        const full = await open('/dev/full', 'w');
        const { stderr, exitCode } = await runCli(args, { stdout: full.fd });
        await full.close();
        expect({ stderr, exitCode }).toEqual({
          stderr: expect.stringMatching(/^digitflow: stdout: [^\n]*ENOSPC[^\n]*\n$/),
          exitCode: 74,
        });
      },
    );
  });
});

describe('stderr', () => {
  test('may be closed: the exit code says what went wrong', async () => {
    const cli = new Cli(['evaluate', '-', await tempFile(LABELS)], { stdin: 'pipe' });
    await cli.stopReading('stderr');
    cli.stdin.end(Buffer.from([0, 0, 9, 9]));
    expect(await cli.ended).toMatchObject({ stdout: '', exitCode: 65 });
  });
});

describe('stdin', () => {
  test('may stay open after the limit is reached: its end is not waited for', async () => {
    const args = ['evaluate', '-', await tempFile(LABELS), '--limit', '5', '--format', 'json'];
    const cli = new Cli(args, { stdin: 'pipe' });
    await cli.send(IMAGES.subarray(0, 16 + 7 * 784));
    const { stdout, exitCode } = await cli.ended;
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ images: 5, partial: true });
  });

  test.each([
    ['the network', ['labels', '--model', 'nowhere']],
    ['the labels', ['nowhere']],
  ])('may give nothing while %s cannot be found: that is told at once', async (_, args) => {
    const cwd = await tempFolder({ labels: LABELS });
    const cli = new Cli(['evaluate', '-', ...args], { stdin: 'pipe', cwd });
    expect(await cli.ended).toMatchObject({
      exitCode: 66,
      stderr: expect.stringContaining('nowhere: no such'),
    });
  });

  test('may give the images byte by byte', async () => {
    const cli = new Cli(['evaluate', '-', await tempFile(labelsIdx([7])), '--format', 'json'], {
      stdin: 'pipe',
    });
    const one = idxBytes(0x08, [1, 28, 28], testPixels().subarray(0, 784));
    for (const byte of one) await cli.send(Uint8Array.of(byte));
    cli.stdin.end();
    expect(JSON.parse((await cli.ended).stdout)).toMatchObject({ images: 1, correct: 1, partial: false });
  });
});

describe('a fault of our own', () => {
  test('is one line, and exit code 70, even where nothing was there to catch it', async () => {
    // Thrown from the event loop once the command has begun, which is when it starts to listen for Ctrl-C.
    const fault = `process.on('newListener', (name) => {
      if (name === 'SIGINT') setImmediate(() => { throw new TypeError('not\\nfound') });
    });`;
    const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(fault)}` };
    const cli = new Cli(['evaluate', '-', await tempFile(LABELS)], { stdin: 'pipe', env });
    expect(await cli.ended).toMatchObject({
      stdout: '',
      stderr: expect.stringMatching(/^digitflow: not\\nfound \(this is a fault of digitflow; [^\n]*\)\n$/),
      exitCode: 70,
    });
  });

  test('is told where the run waits for what never comes: it does not end with 0', async () => {
    const fault = `import fs from 'node:fs'; fs.read = () => {};`;
    const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(fault)}` };
    const cli = new Cli(['evaluate'], { env });
    expect(await cli.ended).toMatchObject({
      stdout: '',
      stderr: expect.stringMatching(/^digitflow: the run has stopped before its end [^\n]*\n$/),
      exitCode: 70,
    });
  });
});
