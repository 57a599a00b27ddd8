// What the tables and entries of the shared memory look like inside; src/engine/layout.ts says where each lies.

/** Byte offsets within the network head; mirrored by `NetworkHead` in workers/kernel/network.ts. */
export const HEAD = {
  layerCount: 0,
  inputs: 4,
  classes: 8,
  widest: 12,
  quantized: 16,
  crossEntropy: 20,
  groupTable: 24,
  listBytes: 28,
  bytes: 64,
} as const;

/** Byte offsets within a layer's entry; mirrored by `LayerEntry` in workers/kernel/network.ts. */
export const ENTRY = {
  inputs: 0,
  outputs: 4,
  paddedOutputs: 8,
  activation: 12,
  weights: 16,
  biases: 20,
  scales: 24,
  bytes: 32,
} as const;

/**
 * Byte offsets of what is counted of a slot's records against their labels; mirrored in workers/kernel/count.ts.
 *
 * u32 losses that were not added, f32 the highest confidence of a wrong record, i64 the losses' sum, i64 the confidences' sum in
 * each of 15 bins, u32 how many wrong and right records each bin has, and u32 the confusion matrix.
 */
export const COUNTS = {
  unusual: 0,
  worstWrong: 4,
  lossUnits: 8,
  confidenceUnits: 16,
  bins: 136,
  confusion: 256,
} as const;

/** Bins of equal width over 0..1; mirrors that of src/counting/calibration.ts, as workers/kernel/count.ts does. */
export const CALIBRATION_BINS = 15;

/**
 * A row that was not scored, as four u32: how many rows came before it in the batch, scored or not; how many lines ended
 * before it in the batch; where it begins, from the start of the batch's text; its length without its line end.
 */
export const REJECT = { row: 0, line: 4, start: 8, length: 12, bytes: 16 } as const;

/**
 * What the kernel is told when it takes rows, as u32, but `white` as f64: byte offsets within a row task; mirrored by `RowTask` in
 * workers/kernel/rows.ts, where each is explained.
 */
export const ROW_TASK = {
  at: 0,
  limit: 4,
  end: 8,
  origin: 12,
  mostRows: 16,
  rows: 20,
  pixels: 24,
  labels: 28,
  rowStarts: 32,
  idEnds: 36,
  ids: 40,
  idBytes: 44,
  idRoom: 48,
  compression: 52,
  delimiter: 56,
  lineEnd: 60,
  firstPixel: 64,
  pixelCount: 68,
  columnCount: 72,
  labelColumn: 76,
  labelColumns: 80,
  labelKind: 84,
  labelFrom: 88,
  white: 96,
  classCount: 104,
  idColumn: 108,
  names: 112,
  nameCount: 116,
  bytes: 128,
} as const;

/** How a row says what it shows, as the kernel is told; see `LabelColumns`. */
export const LABEL_KIND = { number: 0, name: 1, 'one-hot': 2 } as const;

/** Room behind a row task for the names of classes, see `nameTable`. */
export const NAME_TABLE_BYTES = 16 * 1024;
