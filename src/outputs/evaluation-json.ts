import type { Evaluation } from '../counting/evaluation.js';

/** The evaluation as JSON, see `jsonText`. */
export function evaluationJson(evaluation: Evaluation): string {
  return jsonText(evaluation);
}

/**
 * JSON indented by two, with a newline at its end. An array of plain numbers stays on one line, so that a matrix looks
 * like one; typed arrays become arrays.
 */
export function jsonText(value: object): string {
  const plain = (_: string, part: unknown) =>
    part instanceof Float64Array || part instanceof Uint8Array ? Array.from(part) : part;
  // Inside a JSON string a line break is always escaped, so a raw one can only be indentation.
  const json = JSON.stringify(value, plain, 2).replace(
    /\[\n([-+.\deE,\s]+|(?:\s*(?:null|[-+.\deE]+),?\n)+\s*)\]/g,
    (_, numbers: string) => `[${numbers.trim().replace(/,\s+/g, ', ')}]`,
  );
  return `${json}\n`;
}
