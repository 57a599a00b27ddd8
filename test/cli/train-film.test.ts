import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readFilm } from '../../src/network/formats/film.js';
import { readOwnNetwork } from '../../src/network/formats/safetensors/network-file.js';
import { Cli } from '../helpers/cli.js';
import { runShared } from '../helpers/shared-cli.js';
import { linesIn } from './lines-in.js';
import { smallMnist } from './small-mnist.js';

/** The film at a path, which must end with the network at another. */
async function filmOf(path: string, out: string) {
  const film = readFilm(await readFile(path), path);
  const network = readOwnNetwork(await readFile(out), out);
  const { weights } = network.layers[0];
  const largest = Math.max(...weights.map(Math.abs), ...film.frames.flatMap((f) => Math.max(...f.weights)));
  const last = film.frames[film.frames.length - 1];
  expect(last.weights).toHaveLength(weights.length);
  // Half of one of 15 levels.
  const farthest = Math.max(...weights.map((weight, at) => Math.abs(weight - last.weights[at])));
  expect(farthest).toBeLessThanOrEqual((largest / 15) * 0.501);
  expect(last.epoch).toBe(Number(network.provenance['chosen epoch']));
  expect(last.accuracy).toBeCloseTo(Number(network.provenance['validation accuracy']), 5);
  return film;
}

describe('train --film', () => {
  test.each([
    ['restarts that threads share', ['--restarts', '3']],
    ['a run that threads share', ['--batch-size', '64']],
  ])('writes the same film without threads and with 1 and 2 of them: %s', async (_, settings) => {
    const { folder, args } = await smallMnist();
    const films = await Promise.all(
      [0, 1, 2].map(async (workers) => {
        const [out, film] = ['out', 'film'].map((name) => join(folder, `${name}${workers}`));
        const options = ['--workers', `${workers}`, '--out', out, '--film', film];
        expect(await runShared([...args, ...settings, ...options])).toMatchObject({
          exitCode: 0,
          stderr: '',
        });
        await filmOf(film, out);
        return readFile(film, 'utf8');
      }),
    );
    expect(films[1]).toBe(films[0]);
    expect(films[2]).toBe(films[0]);
  });

  test('writes the network that is written without it', async () => {
    const { folder, args } = await smallMnist();
    const [plain, out, film] = ['plain', 'out', 'film'].map((name) => join(folder, name));
    await runShared([...args, '--restarts', '2', '--out', plain]);
    await runShared([...args, '--restarts', '2', '--out', out, '--film', film]);
    expect(await readFile(out)).toEqual(await readFile(plain));
    expect((await readdir(folder)).filter((name) => /\.(part|lock)$/.test(name))).toEqual([]);
  });

  test('after a kill goes on from the checkpoint to the very same film, whether it is asked for or not', async () => {
    const { folder, args } = await smallMnist(2000);
    const [whole, first, out, state, film] = ['w', 'f', 'o', 'c', 'film'].map((name) => join(folder, name));
    const options = [...args, '--epochs', '40', '--restarts', '2', '--augment', 'strong'];
    await runShared([...options, '--out', whole, '--film', first]);

    const log = ['--log', join(folder, 'l')];
    const killed = new Cli([...options, ...log, '--out', out, '--film', film, '--checkpoint', state]);
    await linesIn(folder, 'l', 5);
    killed.signal('SIGKILL');
    await killed.ended;
    const stopped = new Cli([...options, ...log, '--out', out, '--resume', state]);
    await linesIn(folder, 'l', 12);
    stopped.signal('SIGINT');
    await stopped.ended;
    expect(await readdir(folder)).not.toContain('film');
    const resumed = await runShared([...options, '--out', out, '--film', film, '--resume', state]);
    expect(resumed).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await readFile(film, 'utf8')).toBe(await readFile(first, 'utf8'));
    await filmOf(film, out);
  });

  test('at Ctrl-C keeps what was recorded, up to the best so far, marked partial', async () => {
    const { folder, args } = await smallMnist();
    const [out, film] = ['out', 'film'].map((name) => join(folder, name));
    const files = ['--out', out, '--film', film, '--log', join(folder, 'l')];
    const cli = new Cli([...args, '--epochs', '100000', ...files]);
    await linesIn(folder, 'l', 3);
    cli.signal('SIGINT');
    expect((await cli.ended).exitCode).toBe(130);
    const { frames, provenance } = await filmOf(film, out);
    expect(provenance.partial).toBeDefined();
    expect(frames[0].epoch).toBe(0);
    expect(frames.length).toBeGreaterThan(1);
  });

  test('of a network without hidden layers shows its outputs', async () => {
    const { folder, args } = await smallMnist();
    const [out, film] = ['out', 'film'].map((name) => join(folder, name));
    await runShared([...args, '--hidden', 'none', '--output', 'softmax', '--out', out, '--film', film]);
    expect(await filmOf(film, out)).toMatchObject({ layers: [784, 10], activations: ['softmax'] });
  });
});
