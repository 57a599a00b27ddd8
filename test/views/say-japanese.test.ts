import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { sayJapanese, TERMINAL_JA } from '../../src/views/words/terminal/say-japanese.js';
import { digitsCsv } from '../helpers/digits-csv.js';
import { runShared } from '../helpers/shared-cli.js';
import { tempFolder } from '../inputs/temp-folder.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** All that the program can say, but for the tables themselves. */
function sources(): string {
  const files = ['src', 'pipelines'].flatMap((folder) =>
    readdirSync(`${root}/${folder}`, { recursive: true, encoding: 'utf8' }).map(
      (name) => `${folder}/${name}`,
    ),
  );
  const own = files.filter((name) => name.endsWith('.ts') && !/-ja\.ts$|\/words\//.test(name));
  return own.map((name) => readFileSync(`${root}/${name}`, 'utf8')).join('\n');
}

describe('what the terminal says, in Japanese', () => {
  test.each([
    [
      '10,000 rows, 3 of them rejected, 1.2 s, 8,333 rows/s, 4 workers',
      '10,000 行、うち 3 行は不正、1.2 秒、8,333 行/秒、ワーカー 4 個',
    ],
    [
      ' 41 %  984,000 of 2,400,000 images, 95.33 % right, 3.41 million images/s, 4.2 s left',
      ' 41 %  2,400,000 枚中 984,000 枚、正解率 95.33 %、341 万枚/秒、残り 4.2 秒',
    ],
    [
      'a.csv: header yes, delimiter comma, scale 0 to 16 (guessed; else --scale 255), label column last, id none',
      'a.csv：見出し行あり、区切りはコンマ、画素値は 0～16（推測。違うなら --scale 255）、ラベルは最後の列、id なし',
    ],
    [
      'interrupted; finishing what was read (again to leave at once)',
      '中断しました。読み取った分を処理して終わります（もう一度押すとただちに終了します）',
    ],
    [
      '2 pictures: all scaled and centred by mass, 1 inverted',
      '画像 2 枚：すべて大きさをそろえ、重心を中央に、1 枚は明暗を反転',
    ],
    ['shard 3: 41 %  5 of 12 images, 7.0 images/s', 'シャード 3：41 %  12 枚中 5 枚、7.0 枚/秒'],
  ])('%s', (english, japanese) => {
    expect(sayJapanese(english)).toBe(japanese);
  });

  test.each(['night, run 2; x: y.csv', 'photos/images', 'sigmoid', ''])('leaves names alone: %s', (name) => {
    expect(sayJapanese(name)).toBe(name);
  });

  test('is of what is said in English', () => {
    const all = sources().toLowerCase();
    const words = Object.keys(TERMINAL_JA).flatMap((english) => english.match(/[a-z-]{4,}/gi) ?? []);
    expect(words.filter((word) => !all.includes(word.toLowerCase()))).toEqual([]);
    expect(words.length).toBeGreaterThan(300);
  });

  test('is on stderr with --lang ja, but for errors', async () => {
    const cwd = await tempFolder({ 'digits.csv': Buffer.from(digitsCsv({ count: 12, header: true })) });
    const args = ['score', 'digits.csv', '--out', 'out.csv', '--lang', 'ja'];
    const { stderr, exitCode } = await runShared(args, { cwd });
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/^digitflow: digits\.csv：見出し行あり、.*\ndigitflow: 12 行、.*\n$/);
    // The next command line of the process says nothing of it.
    expect((await runShared(['score', 'digits.csv', '--out', 'out2.csv'], { cwd })).stderr).toMatch(
      /12 rows/,
    );
    expect((await runShared(['score', 'nowhere.csv', '--lang', 'ja'], { cwd })).stderr).toMatch(
      /no such file/,
    );
  });
});
