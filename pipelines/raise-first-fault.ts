import type { TextBatch } from '../src/engine/text-batch.js';
import { DigitflowError } from '../src/errors.js';
import { isFault } from '../src/formats/csv/fields.js';
import { parseRow } from '../src/formats/csv/parse-row.js';
import type { RowPlace } from '../src/outputs/scored-rows.js';
import { faultAtLine } from './fault-at-line.js';

/**
 * Raises what is wrong with the first bad row of a batch, or with what follows its rows, where every row counts.
 *
 * @param wanted how many of its rows are wanted; what is wrong behind them does not matter.
 * @throws DigitflowError CSV_ROW, LABEL_OUT_OF_RANGE, and what its source raised
 */
export function raiseFirstFault(scored: TextBatch, place: RowPlace, wanted: number): void {
  if (scored.answer.rejects > 0 && scored.reject(0).row < wanted) throw badRow(scored, place);
  if (scored.fault && scored.count < wanted) throw faultAtLine(scored.fault, place);
}

function badRow(scored: TextBatch, { name, firstLine }: RowPlace): DigitflowError {
  const { line, start, length } = scored.reject(0);
  const { dialect } = scored.reading;
  const text = scored.textAt(start, length);
  const row = parseRow(text, dialect, scored.classCount);
  const reason = isFault(row)
    ? row.fault
    : 'expected a row of an image, found one that goes on beyond its line';
  const isOnlyLabel = !isFault(parseRow(text, { ...dialect, label: null }, scored.classCount));
  return new DigitflowError(
    isOnlyLabel && isFault(row) ? 'LABEL_OUT_OF_RANGE' : 'CSV_ROW',
    `${name}: line ${firstLine + line + 1}: ${reason}; fix the row`,
  );
}
