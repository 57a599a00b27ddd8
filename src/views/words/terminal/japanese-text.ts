import { displayWidth } from '../../terminal/text-layout.js';

/** What may not begin a line: closing marks, small kana, the long sound. Strings: the program is to be ASCII. */
const NO_START = '、。，．・：；！？）」』】〜～…‥ーぁぃぅぇぉっゃゅょァィゥェォッャュョ々';
/** What may not end a line. */
const NO_END = '（「『【';
/** Particles and endings: they read better beside the word before them. */
const SHORT_HIRAGANA = /^\p{sc=Hiragana}{1,2}$/u;
/** Letters, digits and signs of one column: they are broken at spaces alone. */
const ENDS_NARROW = /[!-~\u00a1-\u036f]$/;
const STARTS_NARROW = /^[!-~\u00a1-\u036f]/;

/** Kanji after kanji, katakana after katakana. */
const ONE_WORD = /^(?:\p{sc=Han}{2}|[\p{sc=Katakana}\u30fc]{2})$/u;

let segmenter: Intl.Segmenter | undefined;

/** Japanese in lines of at most `width` columns, broken between words; a word that is wider has a line of its own. */
export function wrapJapanese(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of wordsOf(text)) {
    if (line !== '' && displayWidth(line + word.trimEnd()) > width) {
      lines.push(line.trimEnd());
      line = '';
    }
    line += word;
  }
  return [...lines, line.trimEnd()];
}

/** Words with the spaces and marks that follow them. */
function wordsOf(text: string): string[] {
  segmenter ??= new Intl.Segmenter('ja', { granularity: 'word' });
  const words: string[] = [];
  for (const { segment } of segmenter.segment(text)) {
    const last = words.at(-1);
    if (last !== undefined && belongTogether(last, segment)) words[words.length - 1] += segment;
    else words.push(segment);
  }
  return words;
}

function belongTogether(before: string, after: string): boolean {
  const last = before.slice(-1);
  if (/^\s/.test(after) || NO_START.includes(after[0]) || NO_END.includes(last)) return true;
  if (SHORT_HIRAGANA.test(after) && !/\s/.test(last) && !NO_START.includes(last)) return true;
  // A number and what it counts; the parts of one word.
  if (/\d $/.test(before) || ONE_WORD.test(last + after[0])) return true;
  return ENDS_NARROW.test(before) && STARTS_NARROW.test(after);
}
