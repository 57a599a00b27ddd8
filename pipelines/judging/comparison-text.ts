import { comparisonJson } from '../../src/outputs/json-text.js';
import { pictureOf } from '../../src/views/picture.js';
import { type PairPictures, renderComparison } from '../../src/views/terminal/render-comparison.js';
import type { RenderOptions } from '../../src/views/terminal/terminal.js';
import type { CompareResult } from './compare.js';

/** How a comparison can be written. */
export type ComparisonFormat = 'table' | 'json' | 'markdown' | 'csv';

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
  return renderComparison(comparison, picturesOf(result), options);
}

/** The pictures of each pair's examples, as its first network sees them stand. */
export function picturesOf({ comparison, pairs, normalizations }: CompareResult): PairPictures[] {
  const { height, width } = comparison.data;
  return pairs.map(({ first, onlyFirst, onlySecond }) => {
    const { transposed } = normalizations[first];
    const [ofFirst, ofSecond] = [onlyFirst, onlySecond].map((records) =>
      records.map(({ pixels }) => pictureOf(pixels, height, width, transposed)),
    );
    return { onlyFirst: ofFirst, onlySecond: ofSecond };
  });
}
