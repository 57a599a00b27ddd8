import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runShared } from '../helpers/shared-cli.js';
import { labelsIdx } from '../inputs/idx-bytes.js';
import { smallMnist } from './small-mnist.js';

/** Runs a training that must fail on one line. */
async function failure(args: readonly string[], cwd?: string) {
  const { stdout, stderr, exitCode } = await runShared(args, cwd === undefined ? {} : { cwd });
  expect(stderr).toMatch(/^digitflow: [^\n]+\n$/);
  expect(stdout).toBe('');
  return { stderr, exitCode };
}

describe('train says on one line', () => {
  test.each(['--out', '--log', '--curve', '--film', '--checkpoint'])(
    'that %s cannot be written, before anything is trained',
    async (flag) => {
      const { folder, args } = await smallMnist();
      await mkdir(join(folder, 'sub'));
      const before = await readdir(folder);
      for (const [path, words] of [
        [join(folder, 'missing', 'file'), 'there is no such folder'],
        [join(folder, 'sub'), 'it is a folder'],
      ]) {
        const out = flag === '--out' ? [] : ['--out', join(folder, 'out')];
        const { stderr, exitCode } = await failure([...args, ...out, flag, path]);
        expect(stderr).toContain(`${path}: cannot be written: ${words}`);
        expect(exitCode).toBe(74);
      }
      expect(await readdir(folder)).toEqual(before);
    },
  );

  test('that one path is given for two things', async () => {
    const { folder, args } = await smallMnist();
    const path = join(folder, 'a');
    const found = await failure([...args, '--out', path, '--log', path]);
    expect(found).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('log: expected another file than that of out'),
    });
    const images = join(folder, 'train-images-idx3-ubyte');
    const over = await failure(['train', '--images', images, '--out', images]);
    expect(over).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('out: expected another file than the input'),
    });
  });

  test.each([
    ['a link to an input', ['--log', 'link'], 'log'],
    ['labels that are found beside the images', ['--log', 'train-labels-idx1-ubyte'], 'log'],
    ['the same as the network', ['--out', 'train-labels-idx1-ubyte'], 'out'],
  ])('that %s would be written over, and leaves it as it is', async (_, [flag, name], said) => {
    const { folder, args } = await smallMnist();
    const labels = join(folder, 'train-labels-idx1-ubyte');
    await symlink(labels, join(folder, 'link'));
    const before = await readFile(labels);
    const out = flag === '--out' ? [] : ['--out', join(folder, 'out')];
    expect(await failure([...args, ...out, flag, join(folder, name)])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining(`${said}: expected another file than the input`),
    });
    expect(await readFile(labels)).toEqual(before);
  });

  test('that a film would be written over the network, and that one cannot be begun halfway', async () => {
    const { folder, args } = await smallMnist();
    const [out, state, film] = ['out', 'state', 'film'].map((name) => join(folder, name));
    expect(await failure([...args, '--out', out, '--film', out])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('film: expected another file than that of out'),
    });
    expect((await runShared([...args, '--out', out, '--checkpoint', state])).exitCode).toBe(0);
    expect(await failure([...args, '--out', out, '--resume', state, '--film', film])).toMatchObject({
      exitCode: 65,
      stderr: expect.stringContaining(
        'state: expected a checkpoint of a training with a film, found one without',
      ),
    });
    expect(await readdir(folder)).not.toContain('film');
  });

  test('that a network is too large for a film, and leaves an earlier one as it is', async () => {
    const { folder, args } = await smallMnist();
    await writeFile(join(folder, 'film'), 'of an earlier training');
    const wide = ['--hidden', '1024', '--out', join(folder, 'out'), '--film', join(folder, 'film')];
    expect(await failure([...args, ...wide])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('film: expected a network of at most 524288 weights and biases'),
    });
    expect(await readFile(join(folder, 'film'), 'utf8')).toBe('of an earlier training');
  });

  test('that the checkpoint to resume from would be emptied for a log', async () => {
    const { folder, args } = await smallMnist();
    const [out, state] = [join(folder, 'out'), join(folder, 'state')];
    expect((await runShared([...args, '--out', out, '--checkpoint', state])).exitCode).toBe(0);
    const before = await readFile(state);
    const resume = ['--resume', state, '--checkpoint', join(folder, 'other'), '--log', state];
    expect(await failure([...args, '--out', out, ...resume])).toMatchObject({ exitCode: 2 });
    expect(await readFile(state)).toEqual(before);
  });

  test('that a training diverged, in which run and epoch, and what to try', async () => {
    const { folder, args } = await smallMnist();
    const wild = ['--optimizer', 'sgd', '--output', 'identity', '--learning-rate', '1000'];
    const rest = ['--activation', 'relu', '--warm-up', '0', '--out', join(folder, 'out')];
    const { stderr, exitCode } = await failure([...args, ...wild, ...rest]);
    expect(exitCode).toBe(65);
    expect(stderr).toMatch(/run 1 in epoch \d.*smaller --learning-rate than 1000/);
    expect(await readdir(folder)).not.toContain('out');
  });

  test('that too many images are to be held out', async () => {
    const { folder, args } = await smallMnist();
    const found = await failure([...args, '--validation', '400', '--out', join(folder, 'out')]);
    expect(found).toMatchObject({ exitCode: 65, stderr: expect.stringContaining('400') });
  });

  test('that labels are out of range', async () => {
    const { folder, args } = await smallMnist();
    await writeFile(
      join(folder, 'train-labels-idx1-ubyte'),
      labelsIdx(Array.from({ length: 400 }, () => 11)),
    );
    const { exitCode, stderr } = await failure([...args, '--out', join(folder, 'out')]);
    expect(exitCode).toBe(65);
    expect(stderr).toContain('found 11 as the largest, and 11 of these 12 never');
  });

  test('that a checkpoint is of another training, naming what differs, or none at all', async () => {
    const { folder, args } = await smallMnist();
    const [out, checkpoint] = ['out', 'checkpoint'].map((name) => join(folder, name));
    await runShared([...args, '--out', out, '--checkpoint', checkpoint]);
    const other = await failure([...args, '--seed', '2', '--out', out, '--resume', checkpoint]);
    expect(other.exitCode).toBe(65);
    expect(other.stderr).toContain('made with --seed 1, to be resumed with --seed 2');
    expect((await failure([...args, '--out', join(folder, 'o'), '--resume', out])).exitCode).toBe(65);
    const missing = await failure([...args, '--out', out, '--resume', join(folder, 'none')]);
    const nowhere = await failure([...args, '--out', out, '--resume', join(folder, 'no', 'folder')]);
    expect(nowhere).toMatchObject({ exitCode: 66, stderr: expect.stringContaining('no such file') });
    const url = await failure([...args, '--out', out, '--resume', 'https://example.com/state']);
    expect(url).toMatchObject({ exitCode: 66, stderr: expect.stringContaining('fetch it first') });
    expect(missing.exitCode).toBe(66);
    const images = await smallMnist(300);
    const data = await failure([...images.args, '--out', out, '--resume', checkpoint]);
    expect(data.stderr).toContain('made with other images or labels');
  });

  test.each([
    [['--hidden', '16,x'], '--hidden'],
    [['--learning-rate', 'fast'], '--learning-rate'],
    [['--activation', 'step'], '--activation'],
    [['--loss', 'cross-entropy'], 'loss'],
    [['--labels', 'l'], 'labels'],
    [[], '--out'],
  ])('what is wrong with %j', async (wrong, word) => {
    const out = word === '--out' ? [] : ['--out', 'out'];
    const { exitCode, stderr } = await failure(['train', ...wrong, ...out], '/tmp');
    expect(exitCode).toBe(2);
    expect(stderr).toContain(word);
  });
});
