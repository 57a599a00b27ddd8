import { writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inflateSync } from 'fflate/browser';
import { describe, expect, test } from 'vitest';
import { readFilm } from '../../src/network/formats/film.js';
import { unpackDrawData } from '../../src/views/draw/draw-data.js';
import { runShared } from '../helpers/shared-cli.js';
import { tempFolder } from '../inputs/temp-folder.js';
import { smallMnist } from './small-mnist.js';

function filmOf(html: string) {
  return unpackDrawData(/id="data">([^<]*)</.exec(html)?.[1] ?? '', inflateSync).film;
}

describe('digitflow draw', () => {
  test.each([[[]], [['--model', 'relu']]])(
    'brings the film of the bundled network along: %j',
    async (args) => {
      const { stdout } = await runShared(['draw', '--out', '-', ...args]);
      const film = filmOf(stdout);
      expect(film?.name).toBe('sigmoid');
      const bundled = await readFile(new URL('../../data/sigmoid.film.json', import.meta.url));
      expect(Buffer.from(film?.bytes ?? []).equals(bundled)).toBe(true);
    },
  );

  test('takes that of a network of one’s own, and none where there is none', async () => {
    const { folder, args } = await smallMnist();
    const [net, film] = ['net', 'my.film.json'].map((name) => join(folder, name));
    await runShared([...args, '--out', net, '--film', film]);
    const alone = await runShared(['draw', '--model', net, '--out', '-']);
    expect(filmOf(alone.stdout)).toBeNull();
    const { stdout, stderr } = await runShared(['draw', '--model', net, '--film', film, '--out', '-']);
    expect(stderr).toBe('');
    const shown = filmOf(stdout);
    expect(shown?.name).toBe(net);
    expect(readFilm(shown?.bytes ?? new Uint8Array(), 'a').frames.at(-1)?.weights).toHaveLength(8 * 784);
    const other = await runShared(['draw', '--film', film, '--out', '-']);
    expect(other.stderr).toBe(
      `digitflow: ${film}: of a network that is not in the page; give that one with --model\n`,
    );
    expect(filmOf(other.stdout)?.name).toBe(film);
    expect(filmOf((await runShared(['draw', '--no-film', '--out', '-'])).stdout)).toBeNull();
  });

  test.each([
    [
      'is not there',
      ['--film', 'none'],
      66,
      /^digitflow: none: no such file; give the path of a film of train$/,
    ],
    [
      'is a network',
      ['--film', 'net'],
      65,
      /^digitflow: net: expected a film of train, found binary data.*; give the file that train --film wrote$/,
    ],
    [
      'is other JSON',
      ['--film', 'json'],
      65,
      /^digitflow: json: schema: expected digitflow\.film\/1, found "digitflow\.evaluation\/1"; give the file/,
    ],
    [
      'is cut off',
      ['--film', 'cut'],
      65,
      /^digitflow: cut: expected a film as JSON, found "\{.*; give the file/,
    ],
    [
      'is empty',
      ['--film', 'empty'],
      65,
      /^digitflow: empty: expected a film of train, found no bytes at all; /,
    ],
    [
      'would be written over',
      ['--film', 'film', '--out', 'film'],
      2,
      /^digitflow: --out: expected another file than the input film, found the same; /,
    ],
  ])('says on one line that a film %s', async (_, args, wanted, told) => {
    const cwd = await tempFolder({ net: Uint8Array.of(8, 0, 0, 0, 0, 0, 0, 0, 1), empty: new Uint8Array() });
    const film = await readFile(new URL('../../data/sigmoid.film.json', import.meta.url));
    writeFileSync(join(cwd, 'film'), film);
    writeFileSync(join(cwd, 'cut'), film.subarray(0, 100_000));
    writeFileSync(join(cwd, 'json'), '{"schema":"digitflow.evaluation/1"}');
    const { exitCode, stderr, stdout } = await runShared(['draw', ...args], { cwd });
    expect(stderr).toMatch(/^[^\n]+\n$/);
    expect(stderr.trimEnd()).toMatch(told);
    expect({ exitCode, stdout }).toEqual({ exitCode: wanted, stdout: '' });
  });
});
