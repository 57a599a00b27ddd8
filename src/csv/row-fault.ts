/** Why a row was not scored, in words: `column 12: expected 0 to 255, found 256`. Columns are counted from 1. */
export interface RowFault {
  readonly fault: string;
}

export function isFault(result: unknown): result is RowFault {
  return typeof result === 'object' && result !== null && 'fault' in result;
}

/** The most of a field that a fault shows. */
const MOST_SHOWN = 40;

/** A field (a string of bytes) as a fault shows it: short, in one line, and quoted unless it is a plain number. */
export function quoted(field: string): string {
  if (/^[-+.\w]{1,24}$/.test(field)) return field;
  const text = Buffer.from(field, 'latin1').toString();
  return JSON.stringify(text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text);
}
