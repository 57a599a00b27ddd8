import { stressJson } from '../../src/outputs/json-text.js';
import { renderStress } from '../../src/views/terminal/judging/render-stress.js';
import type { RenderOptions } from '../../src/views/terminal/terminal.js';
import type { StressResult } from './stress.js';

/** How a stress test can be written. */
export type StressFormat = 'table' | 'json' | 'markdown' | 'csv';

/** A stress test as text, with a newline at its end. */
export async function stressText(
  { report }: Pick<StressResult, 'report'>,
  format: StressFormat,
  options: RenderOptions,
): Promise<string> {
  if (format === 'json') return stressJson(report);
  if (format === 'table') return renderStress(report, options);
  const { stressCsv, stressMarkdown } = await import('../../src/outputs/judging/stress-tables.js');
  return format === 'csv' ? stressCsv(report) : stressMarkdown(report);
}
