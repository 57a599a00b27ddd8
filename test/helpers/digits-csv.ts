import { testRow } from './csv.js';

/** How to write real test images as CSV. */
export interface DigitsCsvOptions {
  readonly count: number;
  readonly first?: number;
  /** True for a label ahead of the pixels. Default true. */
  readonly labelled?: boolean;
  readonly header?: boolean;
  readonly delimiter?: string;
  readonly lineEnd?: string;
}

/** Real test images as CSV, a row each. */
export function digitsCsv(options: DigitsCsvOptions): string {
  const { count, first = 0, labelled = true, header = false, delimiter = ',', lineEnd = '\n' } = options;
  const lines: string[] = [];
  if (header) {
    const names = Array.from({ length: 784 }, (_, i) => `pixel${i}`);
    lines.push([...(labelled ? ['label'] : []), ...names].join(delimiter));
  }
  for (let i = first; i < first + count; i++) {
    const row = labelled ? testRow(i) : testRow(i).slice(2);
    lines.push(delimiter === ',' ? row : row.replaceAll(',', delimiter));
  }
  return lines.map((line) => line + lineEnd).join('');
}
