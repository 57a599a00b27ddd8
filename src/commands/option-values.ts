import { InvalidArgumentError } from 'commander';

/** Reads a whole number that is at least `least`; for commander. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && Number.isSafeInteger(value)) return value;
    throw new InvalidArgumentError(`Give a whole number, ${least} or more.`);
  };
}

/** Reads a share: `0.95`, or `95%`; for commander. */
export function share(text: string): number {
  const match = /^(\d+(?:\.\d+)?|\.\d+)(%?)$/.exec(text.trim());
  // 95.88 / 100 need not be the number that 0.9588 is; 95.88e-2 is.
  const value = match === null ? Number.NaN : Number(match[2] === '%' ? `${match[1]}e-2` : match[1]);
  if (value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError('Give a share from 0 to 1, such as 0.95, or 95%.');
}
