import type { TextBatch } from '../src/engine/text-batch.js';
import { isFault } from '../src/formats/csv/fields.js';
import { parseRow } from '../src/formats/csv/parse-row.js';
import type { RejectedRow, RowPlace, ScoredRows } from '../src/outputs/scored-rows.js';

/** What a batch holds, for who writes it; valid as long as the batch is held. */
export function rowsOfBatch(batch: TextBatch, place: RowPlace): ScoredRows {
  const { count, predictions, confidences, outputs, idEnds, ids } = batch;
  const rejects = Array.from({ length: batch.answer.rejects }, (_, index) => rejectOf(batch, index));
  return { count, predictions, confidences, outputs, idEnds, ids, rejects, place };
}

/** The rows that come before one of the rejects: a batch that ends where that one begins. */
export function rowsBefore(batch: TextBatch, rows: ScoredRows, index: number): ScoredRows {
  const { rejects, outputs, idEnds, place } = rows;
  const count = rejects[index].row - index;
  const classes = outputs.length / rows.count || 0;
  return {
    ...rows,
    count,
    predictions: rows.predictions.subarray(0, count),
    confidences: rows.confidences.subarray(0, count),
    outputs: outputs.subarray(0, count * classes),
    idEnds: idEnds.subarray(0, count),
    ids: rows.ids.subarray(0, count === 0 ? 0 : (idEnds[count - 1] ?? 0)),
    rejects: rejects.slice(0, index),
    place: {
      ...place,
      endBytes: batch.position + batch.reject(index).start,
      endLine: place.firstLine + rejects[index].line,
    },
  };
}

function rejectOf(batch: TextBatch, index: number): RejectedRow {
  const { row, line, start, length } = batch.reject(index);
  const text = () => batch.textAt(start, length);
  return { row, line, text, reason: () => reasonOf(batch, text()) };
}

/** Nothing of a reason is kept where the row was read: here it is read once more. */
function reasonOf({ reading, classCount }: TextBatch, text: Uint8Array): string {
  const row = parseRow(text, reading.dialect, classCount);
  return isFault(row) ? row.fault : 'expected a row of an image, found one that goes on beyond its line';
}
