/** The signs of a report, for terminals with and without Unicode. */
export interface Glyphs {
  readonly arrow: string;
  /** A cell that counts nothing. */
  readonly zero: string;
  /** What is not defined. */
  readonly absent: string;
  readonly times: string;
  readonly ellipsis: string;
}

const UNICODE: Glyphs = {
  arrow: '→',
  zero: '·',
  absent: '–',
  times: '×',
  ellipsis: '…',
};

const ASCII: Glyphs = { arrow: '->', zero: '.', absent: '-', times: 'x', ellipsis: '~' };

/** The signs to use. */
export function glyphsFor(unicode: boolean): Glyphs {
  return unicode ? UNICODE : ASCII;
}
