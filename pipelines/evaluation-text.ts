import { evaluationJson } from '../src/outputs/json-text.js';
import { pictureOf } from '../src/views/picture.js';
import { renderEvaluation } from '../src/views/terminal/render-evaluation.js';
import type { RenderOptions } from '../src/views/terminal/terminal.js';
import type { EvaluateResult } from './evaluate.js';

/** How an evaluation can be written. */
export type EvaluationFormat = 'table' | 'json' | 'markdown' | 'csv';

/** An evaluation as text, with a newline at its end. */
export async function evaluationText(
  { evaluation, mistakes, normalization }: EvaluateResult,
  format: EvaluationFormat,
  options: RenderOptions,
): Promise<string> {
  if (format === 'json') return evaluationJson(evaluation);
  if (format === 'markdown') {
    const { evaluationMarkdown } = await import('../src/outputs/evaluation-markdown.js');
    return evaluationMarkdown(evaluation);
  }
  if (format === 'csv') return (await import('../src/outputs/evaluation-csv.js')).evaluationCsv(evaluation);
  const { height, width } = evaluation.data;
  const pictures = mistakes.map(({ pixels }) => pictureOf(pixels, height, width, normalization.transposed));
  const text = renderEvaluation(evaluation, pictures, options);
  if (!evaluation.slices?.length) return text;
  const { renderSlices } = await import('../src/views/terminal/judging/render-slices.js');
  return `${text}\n${renderSlices(evaluation.slices, options)}`;
}
