import { appendFileSync } from 'node:fs';
import type { Evaluation } from '../../counting/evaluation.js';
import { safeText } from '../../errors.js';
import { evaluationMarkdown } from '../evaluation-markdown.js';

/** A line by which the runner of GitHub Actions shows an error on the page of a run. */
export function errorAnnotation(title: string, message: string): string {
  const property = escaped(title).replaceAll(':', '%3A').replaceAll(',', '%2C');
  return `::error title=${property}::${escaped(message)}`;
}

/** As the runner reads it back: it unescapes these, and nothing else. */
function escaped(text: string): string {
  return safeText(text).replaceAll('%', '%25');
}

/** Appends an evaluation to the Markdown that GitHub Actions shows for a job. Throws what Node throws. */
export function appendJobSummary(path: string, evaluation: Evaluation): void {
  appendFileSync(path, `${evaluationMarkdown(evaluation)}\n`);
}
