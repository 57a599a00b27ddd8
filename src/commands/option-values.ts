import { InvalidArgumentError } from 'commander';

/** Reads a whole number from `least` to `most`; for commander. */
export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  const range = most === Number.MAX_SAFE_INTEGER ? `${least} or more` : `from ${least} to ${most}`;
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Give a whole number, ${range}.`);
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
