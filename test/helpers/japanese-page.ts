/** What is never translated. */
const NAMES =
  /digitflow|MNIST|t10k-(?:images|labels)-idx[13]-ubyte|sigmoid|relu|softmax|ROC|ECE|F1|Cohen|Matthews|Brier|Fisher|Holm|Wilson|Newcombe|McNemar/g;
const LETTERS = 'ぁ-んァ-ヶー一-龠';
const WRONG = new RegExp(`.*(?:[${LETTERS}）] ?[,:;(]|[):] ?[${LETTERS}]| ～|～ |。 ).*`, 'g');

/** English words of a page in Japanese, and lines that have English punctuation: none of a good one. Alternative texts count. */
export function notJapanese(page: string, known: readonly string[] = []): string[] {
  const text = page
    .replace(/<style>[\s\S]*?<\/style>|<code[\s\S]*?<\/code>|<head>[\s\S]*?<title>/g, '')
    .replace(/<[^>]*?(?:alt|aria-label|title)="([^"]*)"[^>]*>/g, '\n$1\n')
    .replace(/<[^>]*>/g, '\n')
    // One of two networks that are called alike.
    .replace(/ \([A-Z]\)/g, '');
  const words = new Set(text.replace(NAMES, '').match(/[A-Za-z]{2,}/g));
  return [...[...words].filter((word) => !known.includes(word)), ...(text.match(WRONG) ?? [])];
}
