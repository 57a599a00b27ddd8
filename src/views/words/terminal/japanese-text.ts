/** Marks that end a part of a sentence. Strings: the program is to be ASCII. */
const MARKS = '、。，．・：；！？）」』】〜～…‥';
/** What may not begin a line: these, small kana, the long sound. */
const NO_START = `${MARKS}ーぁぃぅぇぉっゃゅょァィゥェォッャュョ々`;
/** What may not end a line. */
const NO_END = '（「『【';
/** Particles and endings: they read better beside the word before them. */
const SHORT_HIRAGANA = String.raw`^\p{sc=Hiragana}{1,2}$`;
/** Kanji after kanji, katakana after katakana: the parts of one word. */
const ONE_WORD = String.raw`^(?:\p{sc=Han}{2}|[\p{sc=Katakana}\u30fc]{2})$`;

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
  let room = width;
  for (const word of wordsOf(text)) {
    if (line !== '' && widthOf(word.trimEnd()) > room) {
      lines.push(line.trimEnd());
      line = '';
      room = width;
    }
    line += word;
    room -= widthOf(word);
  }
  return [...lines, line.trimEnd()];
}

let tools: { segmenter: Intl.Segmenter; shortHiragana: RegExp; oneWord: RegExp } | undefined;

/** Words with the spaces and marks that follow them. */
function wordsOf(text: string): string[] {
  // Made late, and the patterns of strings: most texts need none of it.
  tools ??= {
    segmenter: new Intl.Segmenter('ja', { granularity: 'word' }),
    shortHiragana: new RegExp(SHORT_HIRAGANA, 'u'),
    oneWord: new RegExp(ONE_WORD, 'u'),
  };
  const { segmenter, shortHiragana, oneWord } = tools;
  const belongTogether = (before: string, after: string): boolean => {
    const last = before.slice(-1);
    if (/^\s/.test(after) || NO_START.includes(after[0]) || NO_END.includes(last)) return true;
    if (shortHiragana.test(after) && !/\s/.test(last) && !MARKS.includes(last)) return true;
    // A number and what it counts; what has one column is broken at spaces alone.
    if (/\d $/.test(before) || oneWord.test(last + after[0])) return true;
    return /[!-~\u00a1-\u036f]$/.test(before) && /^[!-~\u00a1-\u036f]/.test(after);
  };
  const words: string[] = [];
  for (const { segment } of segmenter.segment(text)) {
    const last = words.at(-1);
    if (last !== undefined && belongTogether(last, segment)) words[words.length - 1] += segment;
    else words.push(segment);
  }
  return words;
}
