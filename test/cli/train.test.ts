import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readOwnNetwork } from '../../src/network/formats/safetensors/network-file.js';
import { Cli } from '../helpers/cli.js';
import { runShared } from '../helpers/shared-cli.js';
import { linesIn } from './lines-in.js';
import { smallMnist } from './small-mnist.js';

describe('train', () => {
  test.each([
    ['restarts that threads share', ['--restarts', '3']],
    ['a run that threads share', ['--batch-size', '64']],
  ])(
    'writes the same file, byte for byte, without threads and with 1 and 2 of them: %s',
    async (_, settings) => {
      const { folder, args } = await smallMnist();
      const files = await Promise.all(
        [0, 1, 2].map(async (workers) => {
          const out = join(folder, `${workers}.safetensors`);
          const options = [...settings, '--workers', `${workers}`, '--out', out, '--format', 'json'];
          const { exitCode, stdout, stderr } = await runShared([...args, ...options]);
          expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
          expect(JSON.parse(stdout).workers).toBe(workers);
          return readFile(out);
        }),
      );
      expect(Buffer.compare(files[0], files[1])).toBe(0);
      expect(Buffer.compare(files[0], files[2])).toBe(0);
      const { provenance, layers } = readOwnNetwork(files[0], 'out');
      expect(layers.map(({ outputs }) => outputs)).toEqual([8, 10]);
      expect(provenance).toMatchObject({
        'training seed': '1',
        'chosen epoch': expect.stringMatching(/^[1-5]$/),
        'training images': expect.stringMatching(/^sha256 [0-9a-f]{64}$/),
        command: expect.stringContaining('--hidden 8 --activation sigmoid'),
      });
      expect(JSON.stringify(provenance)).not.toContain(folder);
    },
  );

  test('writes the very same file again with the command line that the file names', async () => {
    const { folder, args } = await smallMnist();
    const first = join(folder, 'first');
    await runShared([...args, '--output', 'softmax', '--warm-up', '0.5', '--out', first]);
    const bytes = await readFile(first);
    const words = readOwnNetwork(bytes, first).provenance.command.split(' ');
    const again = words.slice(1).map((word) => (word === 'FILE' ? 'again' : word));
    expect((await runShared(again, { cwd: folder })).exitCode).toBe(0);
    expect(Buffer.compare(bytes, await readFile(join(folder, 'again')))).toBe(0);
  });

  test('tells of itself as JSON, as a line an epoch, and as a curve', async () => {
    const { folder, args } = await smallMnist();
    const [out, log, curve] = ['out', 'log', 'curve.svg'].map((name) => join(folder, name));
    const files = ['--out', out, '--log', log, '--curve', curve];
    const { stdout, exitCode } = await runShared([...args, ...files, '--format', 'json']);
    const report = JSON.parse(stdout);
    expect(exitCode).toBe(0);
    expect(report).toMatchObject({
      schema: 'digitflow.training/1',
      network: { layers: [784, 8, 10], parameters: 6370 },
      data: { dataset: null, images: 400 },
      validation: { images: 100 },
      test: null,
      epochs: 5,
      out: { path: out, bytes: (await stat(out)).size },
      partial: false,
    });
    const epochs = (await readFile(log, 'utf8')).trimEnd().split('\n');
    expect(epochs.map((line) => JSON.parse(line).epoch)).toEqual([1, 2, 3, 4, 5]);
    expect(JSON.parse(epochs[report.chosen.epoch - 1]).validationCorrect).toBe(report.validation.correct);
    expect(await readFile(curve, 'utf8')).toMatch(/^<svg .*prefers-color-scheme: dark.*<\/svg>\n$/s);
  });

  test('draws its report without colour and without Unicode where there is none', async () => {
    const { folder, args } = await smallMnist();
    const env = { TERM: 'linux' };
    const { stdout } = await runShared([...args, '--out', join(folder, 'out')], { env });
    expect(stdout).toMatch(/^[\n\x20-\x7e]+$/);
    expect(stdout).toContain('training loss');
    expect(stdout).toMatch(/validation +\d+\.\d\d % \(95 % interval/);
  });
});

describe('a training that is killed', () => {
  test.each([1, 23])('with SIGKILL after %i epochs resumes to the very same file', async (epochs) => {
    const { folder, args } = await smallMnist(2000);
    const [whole, out, checkpoint, log] = ['w', 'o', 'c', 'l'].map((name) => join(folder, name));
    const options = ['--epochs', '60', '--restarts', '2', '--augment', 'strong'];
    await runShared([...args, ...options, '--out', whole]);

    // A training may be quicker than its killer: then it is done anew.
    for (let signal: string | null = null; signal !== 'SIGKILL'; ) {
      await Promise.all([out, checkpoint, log].map((path) => rm(path, { force: true })));
      const cli = new Cli([...args, ...options, '--out', out, '--checkpoint', checkpoint, '--log', log]);
      await linesIn(folder, 'l', epochs);
      cli.signal('SIGKILL');
      ({ signal } = await cli.ended);
    }
    const resumed = await runShared([
      ...args,
      ...options,
      '--out',
      out,
      '--resume',
      checkpoint,
      '--log',
      log,
    ]);
    expect(resumed).toMatchObject({ exitCode: 0, stderr: '' });
    expect(Buffer.compare(await readFile(whole), await readFile(out))).toBe(0);
    expect((await readFile(log, 'utf8')).split('\n')).toHaveLength(121);
    expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toEqual([]);
  });
});

describe('Ctrl-C', () => {
  const note = 'digitflow: interrupted; keeping the best so far (again to leave at once)\n';

  test.each([0, 1, 2])(
    'keeps the best so far, marked partial, with %i workers, and can be resumed',
    async (workers) => {
      const { folder, args } = await smallMnist();
      const [whole, out, checkpoint] = ['w', 'o', 'c'].map((name) => join(folder, name));
      const settings = ['--epochs', '1000', '--batch-size', '64'];
      const options = [...settings, '--checkpoint', checkpoint, '--workers', `${workers}`];
      const cli = new Cli([
        ...args,
        ...options,
        '--out',
        out,
        '--log',
        join(folder, 'l'),
        '--format',
        'json',
      ]);
      await linesIn(folder, 'l', 3);
      cli.signal('SIGINT');
      const { stdout, stderr, exitCode } = await cli.ended;
      expect({ stderr, exitCode }).toEqual({ stderr: note, exitCode: 130 });
      const report = JSON.parse(stdout);
      expect(report.partial).toBe(true);
      expect(report.epochs).toBeLessThan(1000);
      expect(readOwnNetwork(await readFile(out), out).provenance.partial).toBeDefined();
      const resume = [...args, ...settings, '--resume', checkpoint, '--out', whole, '--format', 'json'];
      const resumed = JSON.parse((await runShared(resume)).stdout);
      expect(resumed).toMatchObject({ partial: false, epochs: 1000, resumedEpochs: report.epochs });
    },
  );
});

describe('the second Ctrl-C', () => {
  test('leaves at once, and leaves no network', async () => {
    const { folder, args } = await smallMnist(10_000);
    // One epoch takes seconds: there are two million products an image.
    const wide = ['--hidden', '1024,1024', '--workers', '1', '--out', join(folder, 'out')];
    const log = join(folder, 'log');
    await writeFile(log, 'of an earlier training\n');
    const cli = new Cli([...args, ...wide, '--log', log]);
    // It is emptied once the images are read.
    await expect.poll(() => readFile(log, 'utf8')).toBe('');
    cli.signal('SIGINT');
    await cli.said('interrupted');
    cli.signal('SIGINT');
    expect(await cli.ended).toMatchObject({ stdout: '', exitCode: 130 });
    expect(await readdir(folder)).not.toContain('out');
  });
});
