import { comparisonJson } from '../../src/outputs/json-text.js';
import { type PairPictures, pictureOf } from '../../src/views/picture.js';
import { renderComparison } from '../../src/views/terminal/render-comparison.js';
import type { RenderOptions } from '../../src/views/terminal/terminal.js';
import type { Language } from '../../src/views/words/words.js';
import type { CompareResult } from './compare.js';

/** How a comparison can be written. */
export type ComparisonFormat = 'table' | 'json' | 'markdown' | 'csv';

/** So many of each side fit a terminal. */
const MOST_SHOWN = 10;

/** A comparison as text, with a newline at its end. */
export async function comparisonText(
  result: CompareResult,
  format: ComparisonFormat,
  options: RenderOptions,
): Promise<string> {
  const { comparison } = result;
  if (format === 'json') return comparisonJson(comparison);
  if (format === 'markdown') {
    const { comparisonMarkdown } = await import('../../src/outputs/judging/comparison-markdown.js');
    return comparisonMarkdown(comparison);
  }
  if (format === 'csv') {
    const { comparisonCsv } = await import('../../src/outputs/judging/comparison-csv.js');
    return comparisonCsv(comparison);
  }
  return renderComparison(comparison, picturesOf(result, MOST_SHOWN), options);
}

/** A comparison as one HTML page, complete in itself. The same data gives the same bytes. */
export async function comparisonPage(result: CompareResult, language: Language = 'en'): Promise<string> {
  const { comparePage } = await import('../../src/views/page/compare-page.js');
  return comparePage(result.comparison, picturesOf(result), language);
}

/** The pictures of each pair's examples, as its first network sees them stand; `most` of each. */
function picturesOf(
  { comparison, pairs, normalizations }: CompareResult,
  most = Number.POSITIVE_INFINITY,
): PairPictures[] {
  const { height, width } = comparison.data;
  return pairs.map(({ first, onlyFirst, onlySecond }) => {
    const { transposed } = normalizations[first];
    const [ofFirst, ofSecond] = [onlyFirst, onlySecond].map((records) =>
      records.slice(0, most).map(({ pixels }) => pictureOf(pixels, height, width, transposed)),
    );
    return { onlyFirst: ofFirst, onlySecond: ofSecond };
  });
}
