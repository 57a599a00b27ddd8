/** What is written of each row. */
export interface RowShapeOptions {
  readonly format: 'csv' | 'ndjson' | 'kaggle';
  /** The names of the classes, in order. */
  readonly classes: readonly string[];
  /** Whether ids are carried through. */
  readonly withIds: boolean;
  /** All outputs, one a class. */
  readonly probabilities: boolean;
  /** How many of the best classes, best first; 0 for none. */
  readonly top: number;
  /** CSV: an apostrophe before ids and names that a spreadsheet would take for a formula. Default false. */
  readonly spreadsheetSafe?: boolean | undefined;
}

/** A piece of a row's text; `prediction` is the name of a class, `confidence` the winner's activation. */
export type RowPiece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'record' | 'id' | 'prediction' | 'confidence' }
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
  /** A name as it is written; of CSV it may be a string of bytes, too. */
  name(text: string): string;
  /** Whether an infinite number becomes `null`, as JSON has none. */
  readonly isJson: boolean;
  /** Whether records are counted over all inputs, not in each. */
  readonly countsAll: boolean;
}

const RECORD: RowPiece = { kind: 'record' };
const PREDICTION: RowPiece = { kind: 'prediction' };

/** The shape of CSV with a header, of NDJSON, or of what Kaggle's digit recognizer takes. */
export function rowShape(options: RowShapeOptions): RowShape {
  if (options.format === 'kaggle') return KAGGLE;
  return options.format === 'csv' ? csvShape(options) : ndjsonShape(options);
}

const KAGGLE_PIECES = pieces(RECORD, ',', PREDICTION, '\n');
const KAGGLE: RowShape = {
  ...{ head: 'ImageId,Label\n', name: csvField, isJson: false, countsAll: true },
  pieces: () => KAGGLE_PIECES,
};

function csvShape(options: RowShapeOptions): RowShape {
  const { classes, withIds, probabilities, top, spreadsheetSafe } = options;
  const name = spreadsheetSafe ? safeCsvField : csvField;
  const columns = ['record', 'file', ...(withIds ? ['id'] : []), 'prediction', 'confidence'];
  if (probabilities) columns.push(...classes.map((name) => csvField(`p_${name}`)));
  const ranks = ranksOf(top, classes);
  columns.push(...ranks.flatMap((rank) => [`top${rank + 1}`, `top${rank + 1}_confidence`]));
  const outputs = probabilities ? classes.flatMap((_, of) => pieces(',', { kind: 'output', of })) : [];
  const best = ranks.flatMap((rank) =>
    pieces(',', { kind: 'best', rank }, ',', { kind: 'bestOutput', rank }),
  );
  const rest = pieces(PREDICTION, ',', { kind: 'confidence' }, ...outputs, ...best, '\n');
  return {
    ...{ head: `${columns.join(',')}\n`, name, isJson: false, countsAll: false },
    pieces: (file) => [
      ...pieces(RECORD, `,${name(file)},`),
      ...(withIds ? pieces({ kind: 'id' }, ',') : []),
      ...rest,
    ],
  };
}

function ndjsonShape({ classes, withIds, probabilities, top }: RowShapeOptions): RowShape {
  const comma = (index: number) => (index > 0 ? ',' : '');
  const outputs = classes.flatMap((name, of) =>
    pieces(`${comma(of)}${JSON.stringify(name)}:`, { kind: 'output', of }),
  );
  const best = ranksOf(top, classes).flatMap((rank) => [
    ...pieces(`${comma(rank)}{"class":`, { kind: 'best', rank }),
    ...pieces(',"confidence":', { kind: 'bestOutput', rank }, '}'),
  ]);
  const rest = [
    ...pieces(',"prediction":', PREDICTION, ',"confidence":', { kind: 'confidence' }),
    ...(probabilities ? pieces(',"probabilities":{', ...outputs, '}') : []),
    ...(top > 0 ? pieces(',"top":[', ...best, ']') : []),
    ...pieces('}\n'),
  ];
  return {
    ...{ head: '', name: JSON.stringify, isJson: true, countsAll: false },
    pieces: (file) => [
      ...pieces('{"record":', RECORD, `,"file":${JSON.stringify(file)}`),
      ...(withIds ? pieces(',"id":', { kind: 'id' }) : []),
      ...rest,
    ],
  };
}

/** Pieces of a row; a string is a piece of text. */
function pieces(...parts: readonly (RowPiece | string)[]): RowPiece[] {
  return parts.map((part) => (typeof part === 'string' ? { kind: 'text', text: part } : part));
}

function ranksOf(top: number, { length }: readonly string[]): number[] {
  return Array.from({ length: Math.min(top, length) }, (_, rank) => rank);
}

/** A field as in RFC 4180: in quotes where it must be. */
export function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Signs that begin a formula, of full width too, as letters and as bytes of UTF-8 (OWASP, CSV injection). */
const FORMULA = /^(?:[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]|\xef\xbc[\x8b\x8d\x9d\xa0])/;

/** A field that a spreadsheet shows as text: an apostrophe stands before what would be a formula. */
export function safeCsvField(text: string): string {
  return csvField(FORMULA.test(text) ? `'${text}` : text);
}
