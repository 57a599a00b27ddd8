/**
 * The flow by hand: inputs, the operators between them, the scorer, and what counts.
 *
 * @module digitflow/operators
 */

export type { Calibration, CalibrationBin, FixedSum } from '../counting/calibration.js';
export type { ClassScores, ConfusionMatrix, Scores } from '../counting/confusion-matrix.js';
export { type EvaluationContext, summarize } from '../counting/evaluation.js';
export { EvaluationTally, type EvaluationTallyOptions } from '../counting/evaluation-tally.js';
export type { ClassRanking, OutputScores, OutputsTally } from '../counting/metrics/outputs-tally.js';
export type { LabelledRecords, Mistakes, RecordShape } from '../counting/scored-records.js';
export type { State } from '../counting/state.js';
export type { Batch, Sequence } from '../engine/batch.js';
export type { LayerLayout, MemoryLayout, SlotLayout, TextLayout } from '../engine/layout.js';
export type { Answer, PixelTask, ReadFailure, Scored, ScoreTask, TextTask } from '../engine/messages.js';
export type { Scorer } from '../engine/open-scorer.js';
export { openScorer, type ScorerNeeds, type ScorerOptions } from '../engine/open-scorer.js';
export type {
  FileExtent,
  HeldExtent,
  HeldFile,
  InputDescription,
  Normalized,
  Permits,
  PictureRecord,
  Piece,
  PixelRecords,
  Reading,
  Records,
  RecordsPlace,
  RejectedRow,
  RunEnd,
  RunPosition,
  Stretch,
  TextRecords,
  TextSizes,
  TextStretch,
} from '../engine/records.js';
export { chooseWorkers, type TextCapacity, type TextOptions, type TextSize } from '../engine/sizes.js';
export type { Slot, SlotCounts, Slots, SlotsOptions } from '../engine/slots.js';
export type { TextContent } from '../engine/text-content.js';
export type { CsvDialect, LabelColumns } from '../formats/csv/dialect.js';
export type { TextEncoding } from '../formats/csv/text-encoding.js';
export type { LabelFormat, LabelLayout, LabelValues } from '../formats/labels.js';
export type { Guess, Labelling } from '../formats/reading.js';
export type { FormatName } from '../formats/recognize.js';
export type { ElementFormat, ElementType } from '../formats/stored-arrays.js';
export type { ByteReader, ByteSource } from '../inputs/bytes/byte-source.js';
export type {
  CandidateReading,
  CandidateRecords,
  ChooseReading,
  ChosenReading,
  FirstRecords,
} from '../inputs/candidate-readings.js';
export type { DataHeader, DataStream, HeaderFormat } from '../inputs/data-stream.js';
export type { Split } from '../inputs/find-files.js';
export type {
  Cursor,
  ImageFiles,
  Input,
  InputFile,
  LabelStream,
  OpenOptions,
  OpenReading,
  ReadEnd,
} from '../inputs/input.js';
export { Inputs, type InputsOptions, type LookFrom } from '../inputs/inputs.js';
export { type ImagesSpec, openInputs } from '../inputs/open-inputs.js';
export type { PictureSet } from '../inputs/pictures/picture-set.js';
export type { ReadOptions } from '../inputs/read-inputs.js';
export { type Acceptor, accept } from '../operators/accept.js';
export { type BatchOptions, batch } from '../operators/batch-records.js';
export { decode } from '../operators/decode.js';
export { forward } from '../operators/forward.js';
export { inOrder, type Ordered } from '../operators/in-order.js';
export { normalize } from '../operators/normalize.js';
export { sink, type Writable } from '../operators/sink.js';
export { takeRecords, takeScored } from '../operators/take-records.js';
export { tally } from '../operators/tally.js';
export type { Interval } from '../statistics/intervals.js';
