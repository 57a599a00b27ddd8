const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** Reads a decimal number, blanks around it allowed; undefined for anything else (an empty field, `NaN`, `0x1f`). */
export function readNumber(field: string): number | undefined {
  const text = field.replace(/^[ \t]+|[ \t]+$/g, '');
  return NUMBER.test(text) ? Number(text) : undefined;
}
