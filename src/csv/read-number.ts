const ZERO = 0x30;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** Reads a decimal number, blanks around it allowed; undefined for anything else (an empty field, `NaN`, `0x1f`). */
export function readNumber(field: string): number | undefined {
  return readDigits(field) ?? readDecimal(field);
}

/** A few digits and nothing else, as most fields are: not worth a pattern. */
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

function readDecimal(field: string): number | undefined {
  const text = field.replace(/^[ \t]+|[ \t]+$/g, '');
  return NUMBER.test(text) ? Number(text) : undefined;
}
