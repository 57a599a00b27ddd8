import { JUDGING_JA } from './judging-ja.js';
import { LINES_JA, type Said } from './lines-ja.js';
import { LOOK_JA } from './look-ja.js';
import { READINGS_JA } from './readings-ja.js';
import { RESULTS_JA } from './results-ja.js';

/**
 * What the terminal says, by its English. In an English text `{}` is a name or number, which stays as it is, `{~}` words, which
 * are said in Japanese, too, `{*}` words with commas and the like, and `{=}` any text, which stays as it is. In the Japanese text
 * `{0}` is the first of them.
 */
export const TERMINAL_JA: Readonly<Record<string, Said>> = {
  ...LINES_JA,
  ...READINGS_JA,
  ...RESULTS_JA,
  ...JUDGING_JA,
  ...LOOK_JA,
};

interface Pattern {
  /** Its longest piece: most patterns need not be tried. */
  readonly piece: string;
  readonly english: () => RegExp;
  readonly japanese: Said;
  /** Which of the places are words. */
  readonly areWords: readonly boolean[];
}

const PLACE = /\{[~*=]?\}/g;
const PLAIN = '((?:(?!, |; |: ).)+?)';
const PATTERNS = Object.entries(TERMINAL_JA)
  .filter(([english]) => english.match(PLACE))
  // What begins with a word comes first, lest a name after it is taken for words; then what says more: `{} of {} images` before
  // `{} images`.
  .sort(
    ([a], [b]) =>
      Number(a.startsWith('{')) - Number(b.startsWith('{')) ||
      b.replace(PLACE, '').length - a.replace(PLACE, '').length,
  )
  .map(([english, japanese]): Pattern => {
    const places = english.match(PLACE) ?? [];
    const pieces = english.split(PLACE);
    let made: RegExp | undefined;
    return {
      piece: pieces.reduce((longest, text) => (text.length > longest.length ? text : longest)),
      english: () => {
        made ??= patternOf(pieces, places);
        return made;
      },
      ...{ japanese, areWords: places.map((place) => /[~*]/.test(place)) },
    };
  });

function patternOf(pieces: readonly string[], places: readonly string[]): RegExp {
  const literals = pieces.map((text) => text.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&'));
  const source = literals.reduce(
    (made, text, n) => `${made}${/[*=]/.test(places[n - 1]) ? '(.+?)' : PLAIN}${text}`,
  );
  return new RegExp(`^${source}$`, 's');
}

/** What joins the parts of a line that is not known as a whole, but for what stands in brackets. */
const JOINTS = [
  [/; (?![^(]*\))/, '。'],
  [/, (?![^(]*\))/, '、'],
  [/: (?![^(]*\))/, '：'],
] as const;

/** A text of the terminal in Japanese; what is not known, such as a name, stays as it is. */
export function sayJapanese(text: string): string {
  const [, name = '', rest] = /^(.+?): (.+)$/s.exec(text) ?? [];
  const after = () => (rest === undefined ? null : sayWhole(rest));
  // A line that is known may stand after a name.
  const said = sayWhole(text) ?? prefixed(name, after());
  if (said !== null) return said;
  // A comma in the name of a file joins nothing.
  const isFile = rest !== undefined && /[,;] .*\.\w+$/s.test(name);
  return (isFile ? prefixed(name, changed(rest)) : null) ?? sayParts(text);
}

function changed(text: string): string | null {
  const said = sayJapanese(text);
  return said === text ? null : said;
}

function prefixed(name: string, said: string | null): string | null {
  return said === null ? null : `${name}：${said}`;
}

function sayWhole(text: string): string | null {
  const word = Object.hasOwn(TERMINAL_JA, text) ? TERMINAL_JA[text] : undefined;
  if (typeof word === 'string') return word;
  for (const { piece, english, japanese, areWords } of PATTERNS) {
    const [, ...found] = (text.includes(piece) ? english().exec(text) : null) ?? [];
    if (found.length > 0) {
      const parts = found.map((part, n) => (areWords[n] ? sayJapanese(part) : part));
      if (typeof japanese === 'function') return japanese(...parts);
      return japanese.replace(/\{(\d)\}/g, (_, n) => parts[n]);
    }
  }
  return null;
}

function sayParts(text: string): string {
  const [separator, joint] = JOINTS.find(([separator]) => separator.test(text)) ?? [];
  if (separator === undefined) {
    const [, words, remark] = /^(.+) \((.+)\)$/s.exec(text) ?? [];
    const said = remark && sayJapanese(remark);
    return said === remark ? text : `${sayJapanese(words)}（${said}）`;
  }
  const parts = text.split(separator);
  // What stands before a colon is a name.
  const said = parts.map((part, n) => (joint === '：' && n === 0 ? part : sayJapanese(part)));
  return said.every((part, n) => part === parts[n]) ? text : said.join(joint);
}
