import { ByteText } from './byte-text.js';
import type { ScoredRows } from './scored-rows.js';

/** What is said of each row. */
export interface RowFormatOptions {
  readonly format: 'csv' | 'ndjson' | 'kaggle';
  /** The names of the classes, in order. */
  readonly classes: readonly string[];
  /** Whether ids are carried through. */
  readonly withIds: boolean;
  /** All outputs, one a class. */
  readonly probabilities: boolean;
  /** The best so many classes, best first; 0 for none. */
  readonly top: number;
}

/** Turns scored rows into text, as UTF-8. */
export interface RowFormat {
  /** What comes before the first row; may be empty. */
  readonly head: string;
  /** The rows of one batch, each with its line end. */
  rows(rows: ScoredRows): Uint8Array;
}

/** What a row takes beside its file's name, roughly. */
const USUAL_ROW_BYTES = 32;
const LINE_FEED = Buffer.from('\n');
const COMMA = Buffer.from(',');

/**
 * How rows are written: CSV with a header, NDJSON, or what Kaggle's digit recognizer takes.
 *
 * Records are counted from 1 in each input, those that were rejected too; Kaggle's ids over all inputs. The text does not
 * depend on where one batch ends and the next begins.
 */
export function rowFormat(options: RowFormatOptions): RowFormat {
  if (options.format === 'kaggle') return kaggleFormat(options.classes);
  return options.format === 'csv' ? csvFormat(options) : ndjsonFormat(options);
}

function kaggleFormat(classes: readonly string[]): RowFormat {
  const names = classes.map((name) => Buffer.from(`,${csvField(name)}\n`));
  return {
    head: 'ImageId,Label\n',
    rows: (rows) => {
      const out = new ByteText(rows.count * USUAL_ROW_BYTES);
      forEachRow(rows, (place, row) => {
        out.whole(rows.place.firstOfAll + row + 1);
        out.bytes(names[rows.predictions[place]]);
      });
      return out.written;
    },
  };
}

function csvFormat({ classes, withIds, probabilities, top }: RowFormatOptions): RowFormat {
  const names = classes.map((name) => Buffer.from(`${csvField(name)},`));
  const columns = ['record', 'file', ...(withIds ? ['id'] : []), 'prediction', 'confidence'];
  if (probabilities) columns.push(...classes.map((name) => csvField(`p_${name}`)));
  for (let rank = 1; rank <= Math.min(top, classes.length); rank++)
    columns.push(`top${rank}`, `top${rank}_confidence`);
  return {
    head: `${columns.join(',')}\n`,
    rows: (rows) => {
      const file = Buffer.from(`,${csvField(rows.place.name)},`);
      const out = new ByteText(rows.count * (USUAL_ROW_BYTES + file.length));
      forEachRow(rows, (place, row) => {
        out.whole(rows.place.firstRow + row + 1);
        out.bytes(file);
        if (withIds) out.text(`${csvField(idOf(rows, place))},`);
        out.bytes(names[rows.predictions[place]]);
        out.decimal(rows.confidences[place]);
        if (probabilities) {
          for (const output of outputsOf(rows, place, classes)) {
            out.bytes(COMMA);
            out.decimal(output);
          }
        }
        if (top > 0) {
          const outputs = outputsOf(rows, place, classes);
          for (const best of bestOf(outputs, top)) {
            out.bytes(COMMA);
            out.bytes(names[best]);
            out.decimal(outputs[best]);
          }
        }
        out.bytes(LINE_FEED);
      });
      return out.written;
    },
  };
}

function ndjsonFormat({ classes, withIds, probabilities, top }: RowFormatOptions): RowFormat {
  const names = classes.map((name) => JSON.stringify(name));
  const predictions = names.map((name) => Buffer.from(`,"prediction":${name},"confidence":`));
  const head = Buffer.from('{"record":');
  const tail = Buffer.from('}\n');
  return {
    head: '',
    rows: (rows) => {
      const file = Buffer.from(`,"file":${JSON.stringify(rows.place.name)}`);
      const out = new ByteText(rows.count * (2 * USUAL_ROW_BYTES + file.length));
      forEachRow(rows, (place, row) => {
        out.bytes(head);
        out.whole(rows.place.firstRow + row + 1);
        out.bytes(file);
        if (withIds) out.text(`,"id":${JSON.stringify(idOf(rows, place))}`);
        out.bytes(predictions[rows.predictions[place]]);
        const confidence = rows.confidences[place];
        // JSON has no infinity.
        if (Number.isFinite(confidence)) out.decimal(confidence);
        else out.text('null');
        if (probabilities) {
          const outputs = Array.from(outputsOf(rows, place, classes), jsonNumber);
          out.text(`,"probabilities":{${outputs.map((output, k) => `${names[k]}:${output}`).join(',')}}`);
        }
        if (top > 0) {
          const outputs = outputsOf(rows, place, classes);
          const best = bestOf(outputs, top).map(
            (k) => `{"class":${names[k]},"confidence":${jsonNumber(outputs[k])}}`,
          );
          out.text(`,"top":[${best.join(',')}]`);
        }
        out.bytes(tail);
      });
      return out.written;
    },
  };
}

/** Calls back for each scored row with its place among the scored ones, and among all rows of the batch. */
function forEachRow({ count, rejects }: ScoredRows, callback: (place: number, row: number) => void): void {
  let row = 0;
  let rejected = 0;
  for (let place = 0; place < count; place++, row++) {
    while (rejected < rejects.length && rejects[rejected].row === row) {
      rejected++;
      row++;
    }
    callback(place, row);
  }
}

function idOf({ ids, idEnds }: ScoredRows, place: number): string {
  if (idEnds.length === 0) return '';
  const [start, end] = [place === 0 ? 0 : idEnds[place - 1], idEnds[place]];
  // A copy: text decoders do not take shared memory.
  return Buffer.from(ids.subarray(start, end)).toString();
}

function outputsOf({ outputs }: ScoredRows, place: number, { length }: readonly string[]): Float32Array {
  return outputs.subarray(place * length, (place + 1) * length);
}

/** The places of the largest, best first; of equals the first. */
function bestOf(outputs: Float32Array, top: number): number[] {
  return Array.from(outputs.keys())
    .sort((a, b) => outputs[b] - outputs[a] || a - b)
    .slice(0, top);
}

/** JSON has no infinity. */
function jsonNumber(value: number): string {
  return Number.isFinite(value) ? value.toFixed(6) : 'null';
}

/** A field as RFC 4180 wants it: in quotes where it must be. */
export function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
