const ZERO = 0x30;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** Reads a decimal number, blanks around it allowed; undefined for anything else (an empty field, `NaN`, `0x1f`). */
export function readNumber(field: string): number | undefined {
  const digits = readDigits(field);
  if (digits !== undefined) return digits;
  const text = field.replace(/^[ \t]+|[ \t]+$/g, '');
  return NUMBER.test(text) ? Number(text) : undefined;
}

/** Up to three digits and nothing else, as most fields are: a pattern would take longer. */
function readDigits(field: string): number | undefined {
  if (field.length === 0 || field.length > 3) return undefined;
  let value = 0;
  for (let i = 0; i < field.length; i++) {
    const digit = field.charCodeAt(i) - ZERO;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return value;
}

const DECIMAL_COMMA = /^[ \t]*[+-]?\d*,\d+(?:[eE][+-]?\d+)?[ \t]*$/;

/** Whether a field is a number with a comma before its fraction. */
export function isDecimalComma(field: string): boolean {
  return field.includes(',') && DECIMAL_COMMA.test(field);
}
