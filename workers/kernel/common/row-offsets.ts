/** A row task: how the kernel is told to take rows, u32 but for `white`. Addresses, where nothing else is said. */

/** Where the next row begins. Rows from `limit` on are not taken, and the text ends at `end`. */
export const at = 0;
export const limit = 4;
export const end = 8;
/** What row starts are counted from. */
export const origin = 12;
/** How many rows may be taken; how many were. */
export const mostRows = 16;
export const rows = 20;
export const pixels = 24;
export const labels = 28;
export const rowStarts = 32;
/** 0 where no ids are wanted. */
export const idEnds = 36;
export const ids = 40;
/** How many bytes of ids there are, and how many there may be. */
export const idBytes = 44;
export const idRoom = 48;
/** See src/engine/text/compression-table.ts. */
export const compression = 52;
export const delimiter = 56;
export const lineEnd = 60;
/** Columns are counted from 0. */
export const firstPixel = 64;
export const pixelCount = 68;
export const columnCount = 72;
/** The columns of the label, and how many they are: 0 where there is none. */
export const labelColumn = 76;
export const labelColumns = 80;
/** `NUMBER_LABEL`, `NAME_LABEL` or `ONE_HOT_LABEL`. */
export const labelKind = 84;
/** The number that is the first class. */
export const labelFrom = 88;
/** The value that is white, f64. */
export const white = 96;
export const classCount = 104;
/** -1 where there is none. */
export const idColumn = 108;
/** The names of the first classes, one after the other: u32 how many bytes, and the bytes. */
export const names = 112;
export const nameCount = 116;
export const bytes = 128;

/** Room after a row task for the names of classes. */
export const NAME_TABLE_BYTES = 16_384;

// How a row says what it shows.
export const NUMBER_LABEL = 0;
export const NAME_LABEL = 1;
export const ONE_HOT_LABEL = 2;
