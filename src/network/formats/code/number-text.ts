/** What every float32 can be told apart by. */
const MOST_DIGITS = 9;
/** A compiler reads a decimal as float32 at once, we by way of float64: no decimal may lie so near to where both would differ. */
const NEAR = 1e-9;

/** Few digits that are read as this very float32, in C and in JavaScript: `0.1`, `-0`, `1e-7`. */
export function float32Text(value: number): string {
  if (Object.is(value, -0)) return '-0';
  for (let digits = 1; digits < MOST_DIGITS; digits++) {
    const decimal = Number(value.toPrecision(digits));
    if ([1 - NEAR, 1, 1 + NEAR].every((factor) => Math.fround(decimal * factor) === value))
      return `${decimal}`;
  }
  return `${Number(value.toPrecision(MOST_DIGITS))}`;
}

const MOST_COLUMNS = 100;

/** Items separated by commas, in lines of two more blanks than `indent`, each as long as it may be. */
export function wrapped(items: readonly string[], indent: string): string {
  const lines: string[] = [];
  let line = '';
  for (const item of items) {
    if (line !== '' && indent.length + line.length + item.length + 4 > MOST_COLUMNS) {
      lines.push(line);
      line = '';
    }
    line += line === '' ? `${item},` : ` ${item},`;
  }
  return [...lines, line].map((one) => `${indent}  ${one}\n`).join('');
}
