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
    ['my-3.png: may be misread: an unsure verdict', 'my-3.png：読み誤るおそれがあります：判定に自信がない'],
    ['a, b.csv: header yes, delimiter comma', 'a, b.csv：見出し行あり、区切りはコンマ'],
    ['verdict 3 of 4 images, or once', '判定 3 of 4 images, or once'],
    ['truth all wrong, or once: right', '正解 all wrong, or once（正しい判定）'],
    ['12:05 min for 60 epochs', '60 エポックに 12 分 05 秒'],
    ['3:12:05 h left', '残り 3 時間 12 分 05 秒'],
    [
      'interrupted; finishing what was read (again to leave at once)',
      '中断しました。読み取った分を処理して終わります（もう一度押すとただちに終了します）',
    ],
    [
      '2 pictures: all scaled and centred by mass, 1 inverted',
      '画像 2 枚：すべて大きさをそろえ、重心を中央に、1 枚は明暗を反転',
    ],
    ['shard 3: 41 %  5 of 12 images, 7.0 images/s', 'シャード 3：41 %  12 枚中 5 枚、7.0 枚/秒'],
    [
      'images 1 to 1,000 are not like digits.csv: brightness 222, 33 there (PSI 9.2); read as 3 12 %, 10 % there (PSI 0.31)',
      '画像 1～1,000 は digits.csv と似ていません：明るさ 222（基準では 33、PSI 9.2）。3 との予測 12 %（基準では 10 %、PSI 0.31）',
    ],
    [
      'net.pt: a PyTorch state dict of 784-16-10: activations relu,softmax; 97.8 % of 500 training images are right so',
      'net.pt：PyTorch の state dict（784-16-10）：活性化関数は relu,softmax。この読み方で訓練画像 500 枚の 97.8 % が正解',
    ],
    [
      'accuracy against base.json: expected no significant drop from 0.96, found 0.95, 121 images fewer (150 lost, 29 won; p = 1e-20)',
      'base.json と比べた正解率：基準は 0.96 から有意に低下しないこと、結果は 0.95、正解が 121 枚減（失った正解 150 枚、得た正解 29 枚。p = 1e-20）',
    ],
    [
      'rows.csv: read in another way (transposed, inverted), the network is surer of 120 images (margin 0.92, not 0.20): say --transpose yes --invert if they are so',
      'rows.csv：別の読み方（転置、明暗を反転）なら、ネットワークは 120 枚でより確信を持ちます（差 0.92、この読み方では 0.20）。そうであれば --transpose yes --invert を指定してください',
    ],
    [
      'plan.json: 200 shards of about 8.2 MB, 900,000 records in 1 input, 1.2 s',
      'plan.json：シャード 200 個（各約 8.2 MB）、入力 1 個の 900,000 件、1.2 秒',
    ],
    ['night: 200 shards submitted', 'night：シャード 200 個を投入しました'],
    // What an error said stays as it is.
    [
      '  shard 7 (65): rows.csv: expected 784, found 3',
      '  シャード 7（65）：rows.csv: expected 784, found 3',
    ],
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
