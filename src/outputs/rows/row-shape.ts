/** What is said of each row. */
export interface RowShapeOptions {
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

/** A piece of a row's text. */
export type RowPiece =
  | { readonly kind: 'text'; readonly text: string }
  /** The record's number. */
  | { readonly kind: 'record' }
  | { readonly kind: 'id' }
  /** The name of the class that was predicted. */
  | { readonly kind: 'prediction' }
  /** The winner's activation. */
  | { readonly kind: 'confidence' }
  /** The output for a class. */
  | { readonly kind: 'output'; readonly of: number }
  /** The name of the class with the largest output (rank 0) and so on, and that output. */
  | { readonly kind: 'best' | 'bestOutput'; readonly rank: number };

/** What all rows of a run look like. */
export interface RowShape {
  /** What comes before the first row; may be empty. */
  readonly head: string;
  /** The pieces of each row of an input, its line end among them. */
  pieces(file: string): readonly RowPiece[];
  /** How a name is written. */
  name(text: string): string;
  /** Whether numbers are those of JSON, which has no infinity. */
  readonly isJson: boolean;
  /** Whether records are counted over all inputs, or in each. */
  readonly countsAll: boolean;
}

const RECORD: RowPiece = { kind: 'record' };
const ID: RowPiece = { kind: 'id' };
const PREDICTION: RowPiece = { kind: 'prediction' };
const CONFIDENCE: RowPiece = { kind: 'confidence' };

/** How rows are written: CSV with a header, NDJSON, or what Kaggle's digit recognizer takes. */
export function rowShape(options: RowShapeOptions): RowShape {
  if (options.format === 'kaggle') return kaggleShape();
  return options.format === 'csv' ? csvShape(options) : ndjsonShape(options);
}

function kaggleShape(): RowShape {
  const pieces = [RECORD, text(','), PREDICTION, text('\n')];
  return { head: 'ImageId,Label\n', pieces: () => pieces, name: csvField, isJson: false, countsAll: true };
}

function csvShape({ classes, withIds, probabilities, top }: RowShapeOptions): RowShape {
  const columns = ['record', 'file', ...(withIds ? ['id'] : []), 'prediction', 'confidence'];
  if (probabilities) columns.push(...classes.map((name) => csvField(`p_${name}`)));
  const ranks = ranksOf(top, classes);
  columns.push(...ranks.flatMap((rank) => [`top${rank + 1}`, `top${rank + 1}_confidence`]));
  const comma = text(',');
  return {
    head: `${columns.join(',')}\n`,
    pieces: (file) => [
      RECORD,
      text(`,${csvField(file)},`),
      ...(withIds ? [ID, comma] : []),
      ...[PREDICTION, comma, CONFIDENCE],
      ...(probabilities ? classes.flatMap((_, of) => [comma, output(of)]) : []),
      ...ranks.flatMap((rank) => [comma, best(rank), comma, bestOutput(rank)]),
      text('\n'),
    ],
    name: csvField,
    isJson: false,
    countsAll: false,
  };
}

function ndjsonShape({ classes, withIds, probabilities, top }: RowShapeOptions): RowShape {
  const member = (index: number, key: string) => text(`${index > 0 ? ',' : ''}${key}:`);
  const topPieces = ranksOf(top, classes).flatMap((rank) => [
    text(`${rank > 0 ? ',' : ''}{"class":`),
    best(rank),
    text(',"confidence":'),
    bestOutput(rank),
    text('}'),
  ]);
  return {
    head: '',
    pieces: (file) => [
      text('{"record":'),
      RECORD,
      text(`,"file":${JSON.stringify(file)}`),
      ...(withIds ? [text(',"id":'), ID] : []),
      text(',"prediction":'),
      PREDICTION,
      text(',"confidence":'),
      CONFIDENCE,
      ...(probabilities
        ? [
            text(',"probabilities":{'),
            ...classes.flatMap((name, of) => [member(of, JSON.stringify(name)), output(of)]),
            text('}'),
          ]
        : []),
      ...(top > 0 ? [text(',"top":['), ...topPieces, text(']')] : []),
      text('}\n'),
    ],
    name: JSON.stringify,
    isJson: true,
    countsAll: false,
  };
}

function text(literal: string): RowPiece {
  return { kind: 'text', text: literal };
}

function output(of: number): RowPiece {
  return { kind: 'output', of };
}

function best(rank: number): RowPiece {
  return { kind: 'best', rank };
}

function bestOutput(rank: number): RowPiece {
  return { kind: 'bestOutput', rank };
}

function ranksOf(top: number, { length }: readonly string[]): number[] {
  return Array.from({ length: Math.min(top, length) }, (_, rank) => rank);
}

/** A field as RFC 4180 wants it: in quotes where it must be. */
export function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
