import { grouped, percentage } from '../counting/wording.js';
import type { DriftFigure, DriftSummary, DriftWindow } from './drift.js';

/**
 * A note on images that drift: `images 1 to 1,000 are not like digits.csv: brightness 222, 33 there (PSI 9.2); …`.
 *
 * @param classes their names
 */
export function driftWords(
  { first, count, figures }: DriftWindow,
  reference: string,
  classes: readonly string[],
): string {
  const told = figures.filter(({ drifts }) => drifts).map((figure) => figureWords(figure, classes));
  return `images ${grouped(first + 1)} to ${grouped(first + count)} are not like ${reference}: ${told.join('; ')}`;
}

/** What became of all windows in one line; null where none drifted, or the only one did, which is told. */
export function driftSummaryWords({ windows, drifted, window, reference }: DriftSummary): string | null {
  if (drifted === 0 || windows === 1) return null;
  return `drift: ${grouped(drifted)} of ${grouped(windows)} windows of up to ${grouped(window)} images ${drifted === 1 ? 'is' : 'are'} not like ${reference.name}`;
}

function figureWords(
  { measure, psi, value, reference, of }: DriftFigure,
  classes: readonly string[],
): string {
  const number = (of: number) =>
    measure === 'brightness'
      ? of.toFixed(0)
      : measure === 'classes'
        ? `${percentage(of, 0)} %`
        : of.toFixed(2);
  const what = measure === 'nearest mean' ? 'distance to the nearest class mean' : measure;
  const name = of === undefined ? what : `read as ${classes[of]}`;
  return `${name} ${number(value ?? 0)}, ${number(reference)} there (PSI ${(psi ?? 0).toPrecision(2)})`;
}
