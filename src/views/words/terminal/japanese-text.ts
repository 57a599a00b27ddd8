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

/** Whether a text has kana, or marks as Japanese has them. */
export function isJapanese(text: string): boolean {
  return /[\u3001-\u30ff\uff01-\uff5e]/.test(text);
}

/**
 * Japanese in lines of at most `width` columns, broken between words; a word that is wider has a line of its own.
 *
 * @param widthOf the columns that a text takes
 */
export function wrapJapanese(text: string, width: number, widthOf: (text: string) => number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of wordsOf(text)) {
    if (line !== '' && widthOf(line + word.trimEnd()) > width) {
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
