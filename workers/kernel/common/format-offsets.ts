/** A format task: what rows of text are made of, and where they go, u32. Addresses, where nothing else is said. */

/** How many rows there are; how many were written. */
export const count = 0;
export const done = 4;
export const pieces = 8;
export const piecesEnd = 12;
/** A text for each class. */
export const names = 16;
/** Where the digits of the first record's number end, zeros before them; how many digits it has. */
export const digitsEnd = 20;
export const digitCount = 24;
/** `(count)` u8. */
export const predictions = 28;
/** `(count)` f32. */
export const confidences = 32;
/** `(count, classes)` f32. */
export const outputs = 36;
export const classes = 40;
/** Where the text begins, and where it ended. */
export const target = 44;
export const end = 48;
export const bytes = 64;

// A text: its address, then its length, u32.
export const TEXT_BYTES = 8;

// A piece of a row: its kind, its text, and the class whose output it is, u32.
export const PIECE_KIND = 0;
export const PIECE_TEXT = 4;
export const PIECE_OUTPUT = 12;
export const PIECE_BYTES = 16;

// Kinds of pieces.
export const TEXT = 0;
export const RECORD = 1;
export const PREDICTION = 2;
export const CONFIDENCE = 3;
export const OUTPUT = 4;
