import { existsSync } from 'node:fs';
import type { ScoredRecords } from '../../src/counting/scored-records.js';
import { MOST_SLICE_VALUES, type Slice, SliceTally, tooManyValues } from '../../src/counting/slices.js';
import { DigitflowError, quoteValue } from '../../src/errors.js';
import { decodeText, type TextEncoding } from '../../src/formats/csv/text-encoding.js';
import { pathOf, webUrlOf } from '../../src/inputs/bytes/open-bytes.js';
import { locateLabels } from '../../src/inputs/find-files.js';
import type { ImageFiles, Input } from '../../src/inputs/input.js';
import {
  qmnistColumn,
  type RecordValues,
  readQmnistColumn,
  readRecordValues,
} from '../../src/inputs/slice-values.js';
import { INK_MEASURES, type InkMeasure, inkBin, inkReader } from '../../src/judging/ink-measures.js';
import type { Normalization } from '../../src/network/normalization.js';

/**
 * What to cut an evaluation by: a column of the rows (a name, or a number from 1), `thickness`, `slant` or `size` of the ink, a
 * column of QMNIST's labels such as `writer`, the path of a file with one value a record; or such values themselves.
 */
export type SliceBy = string | SliceGiven;

/** Values that the caller has, one a record, in the order of the records. */
export interface SliceGiven {
  /** What the slices are called. */
  readonly name: string;
  /** One a record, in their order. */
  readonly values: ArrayLike<string | number>;
}

/** Slices under way. */
export interface Slicing {
  /** Sees every batch that is counted. */
  add(records: ScoredRecords): void;
  /**
   * The slices of all that was counted.
   *
   * @param records how many records there are in all; null where that is not known
   * @throws DigitflowError SLICE_VALUES where there is not one value a record, USAGE for an id
   */
  finish(records: number | null): Slice[];
}

/** One slice under way. */
interface Cut {
  add(records: ScoredRecords): void;
  finish(records: number | null): Slice;
}

/** What slices are made of. */
export interface SlicedInput {
  readonly input: Input;
  readonly files: ImageFiles;
  readonly normalization: Normalization;
  readonly encoding?: TextEncoding | undefined;
}

/** What prefixes the name of what is measured, where a column has that name. */
const OF_IMAGES = 'image:';

/**
 * Finds out what each slice is of.
 *
 * @throws DigitflowError USAGE for what is nothing to slice by; what reading a file of values throws
 */
export async function openSlicing(by: readonly SliceBy[], sliced: SlicedInput): Promise<Slicing> {
  const cuts: Cut[] = [];
  for (const one of by) cuts.push(typeof one === 'string' ? await namedCut(one, sliced) : givenCut(one));
  return {
    add: (records) => {
      for (const cut of cuts) cut.add(records);
    },
    finish: (records) => cuts.map((cut) => cut.finish(records)),
  };
}

async function namedCut(name: string, sliced: SlicedInput): Promise<Cut> {
  const { input, files, encoding } = sliced;
  const place = input.carried?.get(name);
  const measure = INK_MEASURES.find((one) => one === name || `${OF_IMAGES}${one}` === name);
  if (place !== undefined && measure !== undefined) {
    const expected = `expected one meaning, found a column of ${input.name} and a measure of images`;
    const message = `--slice ${name}: ${expected}; say the column's number, or ${OF_IMAGES}${name}`;
    throw new DigitflowError('USAGE', message);
  }
  const columns = new Set(input.carried?.values()).size;
  if (place !== undefined) return columnCut({ name, place, columns, encoding });
  if (measure !== undefined) return inkCut(measure, sliced);
  const tooMany = (records: number) => tooManyValues(name, records);
  const column = qmnistColumn(name);
  const labels = column === null ? null : await labelsOf(files);
  if (column !== null && labels !== null) {
    const values = await readQmnistColumn(labels, column, MOST_SLICE_VALUES, tooMany);
    if (values !== null) return valuesCut(name, 'labels', values);
  }
  if (webUrlOf(name) !== null || existsSync(name)) {
    return valuesCut(name, 'file', await readRecordValues(name, MOST_SLICE_VALUES, tooMany));
  }
  const orColumn = input.isText ? 'a column of the rows, ' : '';
  const expected = `expected ${orColumn}${INK_MEASURES.join(', ')}, or a file of one value a record`;
  const advice = input.isText
    ? 'say a name of its header, or a number from 1'
    : 'give the path of such a file';
  throw new DigitflowError(
    'USAGE',
    `--slice ${quoteValue(name)}: ${expected}, found none of these; ${advice}`,
  );
}

/** Where labels lie by themselves; null where they do not, or can be read but once. */
async function labelsOf({ images, labels }: ImageFiles): Promise<string | null> {
  if (labels !== undefined) return pathOf(labels);
  const path = pathOf(images);
  return path === null ? null : locateLabels(path).catch(() => null);
}

/** One of so many columns that are carried. */
interface CarriedColumn extends Pick<SlicedInput, 'encoding'> {
  readonly name: string;
  readonly place: number;
  readonly columns: number;
}

function columnCut({ name, place, columns, encoding }: CarriedColumn): Cut {
  const tally = new SliceTally(name, 'column');
  return {
    add: (records) => {
      const { count, labels, predictions, ids = new Uint8Array(0), idEnds = new Uint32Array(0) } = records;
      const all = Buffer.from(ids.buffer, ids.byteOffset, ids.length);
      for (let i = 0, start = 0; i < count; i++) {
        const text = all.toString('latin1', start, idEnds[i]);
        start = idEnds[i];
        const parts = columns === 1 ? [text] : text.split('\0');
        if (parts.length !== columns) {
          const found = `found one with a NUL byte in record ${records.first + i}`;
          throw new DigitflowError(
            'SLICE_VALUES',
            `--slice ${name}: expected values of text, ${found}; take it out`,
          );
        }
        tally.add(parts[place], labels?.[i] === predictions[i]);
      }
    },
    finish: () => tally.slice((bytes) => decodeText(Buffer.from(bytes, 'latin1'), encoding) ?? bytes),
  };
}

function inkCut(measure: InkMeasure, { input, normalization }: SlicedInput): Cut {
  const tally = new SliceTally(measure, 'images');
  const { scale, transposed } = normalization;
  const read = inkReader({ ...input.image, transposed, inverted: scale < 0 });
  return {
    add: (records) => {
      const { count, labels, predictions } = records;
      for (let i = 0; i < count; i++) {
        tally.add(inkBin(measure, read(records.pixelsOf(i))), labels?.[i] === predictions[i]);
      }
    },
    finish: () => tally.slice(),
  };
}

/** The first value may be a name: it is counted both ways until it is known how many records there are. */
function valuesCut(name: string, source: Slice['source'], of: RecordValues): Cut {
  const { codes, values, isFirstName } = of;
  const ways = (isFirstName === null ? [0, 1] : [Number(isFirstName)]).map((first) => {
    return { first, tally: new SliceTally(name, source) };
  });
  const wrong = (records: number | string) => {
    const found = `found ${codes.length}${isFirstName ? ' lines, the first of which is a name' : ''}`;
    const message = `${of.name}: expected ${records} values, one a record, ${found}`;
    return new DigitflowError('SLICE_VALUES', `${message}; give the values of these images`);
  };
  return {
    add: ({ first: index, count, labels, predictions }) => {
      if (index + count > codes.length) throw wrong(`at least ${index + count}`);
      for (const { first, tally } of ways) {
        for (let i = 0; i < count; i++) {
          const at = index + i + first;
          if (at < codes.length) tally.add(values[codes[at]], labels?.[i] === predictions[i]);
        }
      }
    },
    finish: (records) => {
      if (records === null && ways.length > 1) {
        const found = 'found a part of a stream, and a first line that may be a name';
        const message = `${of.name}: expected as many values as there are images, ${found}`;
        throw new DigitflowError(
          'SLICE_VALUES',
          `${message}; leave that line out, or read the stream to its end`,
        );
      }
      const [fitting = ways[0]] = ways.filter(({ first }) => records === codes.length - first);
      if (records !== null && records !== codes.length - fitting.first) throw wrong(records);
      return fitting.tally.slice();
    },
  };
}

function givenCut({ name, values }: SliceGiven): Cut {
  const tally = new SliceTally(name, 'given');
  const wrong = (records: number | string) => {
    const message = `slices: ${name}: expected ${records} values, one a record, found ${values.length}`;
    return new DigitflowError('SLICE_VALUES', `${message}; give those of these images`);
  };
  return {
    add: ({ first, count, labels, predictions }) => {
      if (first + count > values.length) throw wrong(`at least ${first + count}`);
      for (let i = 0; i < count; i++) tally.add(`${values[first + i]}`, labels?.[i] === predictions[i]);
    },
    finish: (records) => {
      if (records !== null && records !== values.length) throw wrong(records);
      return tally.slice();
    },
  };
}
