/** A bar of `+` or `-`: as long as `value` is large, `columns` at `largest`. Reads without colour and Unicode. */
export function signedBar(value: number, largest: number, columns: number): string {
  const length = largest > 0 ? Math.round((columns * Math.abs(value)) / largest) : 0;
  return (value < 0 ? '-' : '+').repeat(Math.min(columns, length));
}

/** `+1.25`, `-0.03`, `+0.0012`: at least three digits, in eight columns. */
export function signedColumn(value: number): string {
  const size = Math.abs(value);
  const text =
    size >= 1e4 || (size > 0 && size < 1e-4)
      ? size.toExponential(1)
      : size.toFixed(size >= 99.95 ? 1 : size >= 0.995 ? 2 : 4);
  return `${value < 0 ? '-' : '+'}${text}`.padStart(8);
}
