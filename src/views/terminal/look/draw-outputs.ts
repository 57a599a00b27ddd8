import type { Explanation } from '../../../insight/explain.js';
import { lamp, shortValue } from '../draw-neurons.js';
import type { Style } from '../terminal.js';
import { blockWidth, padRight } from '../text-layout.js';
import { type HeadShown, listClasses } from './look-parts.js';

const MAX_NAME = 16;
/** Narrower, a line of an output would have no bar. */
export const NARROWEST_OUTPUTS = 34;

/** The outputs for one image, and what to note beside them. */
export interface OutputsShown extends Pick<HeadShown, 'classes'>, Pick<Explanation, 'winner' | 'runnerUp'> {
  /** `(classes)` float64. */
  readonly values: Float64Array;
  readonly truth: number | null;
}

/** A line with a bar for each class, or for the best classes where there are many. */
export function drawOutputs(outputs: OutputsShown, columns: number, style: Style): string[] {
  const { classes, values, truth, winner, runnerUp } = outputs;
  const { say, paint } = style;
  const best = (a: number, b: number) => values[b] - values[a];
  const { shown, names, left } = listClasses(classes, '', Math.min(MAX_NAME, columns - 28), best, style);
  const largest = Math.max(1, ...values.map(Math.abs));
  const bar = Math.max(4, Math.min(20, columns - blockWidth(names) - 24));
  const lines = shown.map((k, row) => {
    const value = Math.max(0, values[k]) / largest;
    const drawn = padRight(style.glyphs.bar.repeat(Math.round(bar * value)), bar);
    const notes = k === winner ? [say('winner')] : k === runnerUp ? [say('2nd')] : [];
    if (k === truth) notes.push(say('truth'));
    const parts = [names[row], lamp(value, style), shortValue(values[k]), drawn, notes.join(say(', '))];
    const line = parts.join(' ').trimEnd();
    return k === winner ? paint.bold(line) : line;
  });
  return left > 0 ? [...lines, paint.dim(say(`and ${left} more`))] : lines;
}
