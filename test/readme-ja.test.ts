import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { runShared } from './helpers/shared-cli.js';

const [english, japanese] = ['README.md', 'README.ja.md'].map((name) =>
  readFileSync(new URL(`../${name}`, import.meta.url), 'utf8'),
);

/** The blocks of code of one language, `` for those without. */
function blocksOf(page: string, language: string): string[] {
  return [...page.matchAll(/^```(\w*)\n([\s\S]*?)^```/gm)].flatMap(([, of, code]) =>
    of === language ? [code] : [],
  );
}

describe('the README in Japanese', () => {
  test('has the code of the English one, which is run', () => {
    expect(blocksOf(japanese, 'js')).toEqual(blocksOf(english, 'js'));
    expect(blocksOf(japanese, 'js')).toHaveLength(2);
  });

  test('has the commands of the English one, in the same order', () => {
    // Without what they do, and without the language.
    const commandsOf = (page: string) =>
      blocksOf(page, 'sh')
        .flatMap((block) => block.trim().split('\n'))
        .map((line) => line.replace(/ +#.*$/, '').replace(' --lang ja', ''));
    expect(commandsOf(japanese)).toEqual(commandsOf(english));
    const looksOf = (page: string) =>
      page.match(/^\| .* \| `digitflow .*` \|$/gm)?.map((row) => row.split('`')[1]);
    expect(looksOf(japanese)).toEqual(looksOf(english));
  });

  test('shows lines that the program prints', async () => {
    const { stdout } = await runShared(['evaluate', '--lang', 'ja']);
    const printed = new Set(stdout.split('\n'));
    const shown = blocksOf(japanese, '').flatMap((block) => block.trim().split('\n'));
    expect(shown.filter((line) => !printed.has(line))).toEqual([]);
    expect(shown.length).toBeGreaterThan(0);
  });

  test('has each figure of the English table of speed', () => {
    const rows = (page: string, heading: string) => {
      const section = page.slice(page.indexOf(`\n## ${heading}\n`)).split('\n## ')[1];
      return [...section.matchAll(/^\|.*\|(.*)\|(.*)\|$/gm)].slice(2);
    };
    // 260 万 is 2.6 million: the same digits.
    const digits = (text: string) =>
      (text.match(/\d[\d.]*/g) ?? []).map((one) => one.replace(/^0|[.]|0$/g, ''));
    const figures = (own: readonly (readonly string[])[], times: RegExp) =>
      own.map(([, measured, beside]) => [digits(measured), beside.match(times) ?? []]);
    const expected = figures(rows(english, 'How fast'), /[\d.]+(?= times)/g);
    expect(figures(rows(japanese, '速度'), /[\d.]+(?= 倍)/g)).toEqual(expected);
    expect(expected.length).toBeGreaterThan(4);
  });
});
