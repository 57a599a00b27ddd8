import type { Evaluation } from '../tally/evaluation.js';

/**
 * The evaluation as JSON, indented by two, with a newline at its end. An array of plain numbers stays on one line,
 * so that the confusion matrix looks like one.
 */
export function evaluationJson(evaluation: Evaluation): string {
  // Inside a JSON string a line break is always escaped, so a raw one can only be indentation.
  const json = JSON.stringify(evaluation, null, 2).replace(
    /\[\n([-+.\deE,\s]+)\]/g,
    (_, numbers: string) => `[${numbers.trim().replace(/,\s+/g, ', ')}]`,
  );
  return `${json}\n`;
}
