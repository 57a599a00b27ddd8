import { areNames, classOf, firstLabel, labelNumber, labelReadings, labelValues } from '../../labels.js';
import { readNumber } from '../../read-number.js';
import { type Guess, guessesOf, type ReadingFlags, readingFlagWords } from '../../reading.js';
import type { LabelColumns } from '../dialect.js';

import { nameOfField } from '../text-encoding.js';
import { type Claim, type ColumnEvidence, columnOf, isLabelName, noSuchColumn } from './column-evidence.js';

/** Finds the label: by its flag (USAGE where that names no column), its name, or as one-hot columns. */
export function claimLabel(evidence: ColumnEvidence): Claim | null {
  const { names, columnCount, pixelCount, classes, flags } = evidence;
  const { label } = flags;
  const given = (first: number, count = 1): Claim => ({ first, count, by: 'given' });
  if (label === 'first') return given(0);
  if (label === 'last') return given(columnCount - 1);
  if (label === 'one-hot') {
    const first = oneHotStart(evidence);
    if (first === null) {
      const wanted = `${classes.length} columns of which one is 1 (or say with --classes what they stand for)`;
      throw noSuchColumn(evidence, '--label one-hot', wanted);
    }
    return given(first, classes.length);
  }
  if (label !== undefined && label !== 'none') return given(columnOf(evidence, '--label', label));
  const named = names?.findIndex(isLabelName) ?? -1;
  if (named >= 0) return { first: named, count: 1, by: 'seen' };
  const spare = columnCount - pixelCount;
  const hot = classes.length > 1 && spare >= classes.length ? oneHotStart(evidence) : null;
  if (hot !== null) return { first: hot, count: classes.length, by: 'seen' };
  return null;
}

/** What stands in a column, where all of it could be labels; else null. */
export function labelsIn(
  { rows, more, classes, flags }: ColumnEvidence,
  column: number,
): readonly string[] | null {
  const fields = [...rows, ...more].map((row) => row[column]);
  const values = labelValues(classes, flags);
  // Labels counted from 0 or 1 are labels too, whatever the classes are called: what they mean is found out later.
  const end = flags.labelsFrom === undefined ? (firstLabel(classes, flags) ?? 0) + classes.length + 1 : 0;
  const fits = fields.every((field) => {
    const number = labelNumber(field);
    const isCount = number !== undefined && Number.isInteger(number) && number >= 0 && number < end;
    return isCount || classOf(nameOfField(field, flags.encoding), number, values) !== undefined;
  });
  return fits ? fields : null;
}

/** Whether the first pixels look like labels (not only 0 and 1) where no column is spare: rows may lack a pixel. */
export function isLabelLikePixel(evidence: ColumnEvidence): boolean {
  const { names, columnCount, pixelCount, flags } = evidence;
  if (names !== null || flags.label !== undefined || columnCount !== pixelCount) return false;
  return new Set(labelsIn(evidence, 0)).size > 2;
}

/** Where a run of one column a class begins, at either end, of which exactly one is 1 in every row. */
function oneHotStart({ rows, more, columnCount, classes }: ColumnEvidence): number | null {
  if (rows.length === 0) return null;
  const isHot = (first: number) =>
    [...rows, ...more].every((row) => {
      const values = row.slice(first, first + classes.length).map(readNumber);
      const ones = values.filter((value) => value === 1);
      return ones.length === 1 && values.every((value) => value === 0 || value === 1);
    });
  return [0, 1, columnCount - classes.length].find((first) => first >= 0 && isHot(first)) ?? null;
}

/** How a dialect describes the label. */
export function labelOf({ first, count }: Claim, evidence: ColumnEvidence): LabelColumns {
  return count > 1 ? { kind: 'one-hot', first, count } : oneLabel(first, evidence, evidence.flags);
}

function oneLabel(column: number, { rows, classes }: ColumnEvidence, flags: ReadingFlags): LabelColumns {
  const texts = rows.map((row) => row[column]);
  if (areNames(texts, flags)) return { kind: 'name', column, names: classes };
  const values = labelValues(classes, flags);
  const from = firstLabel(classes, flags);
  const isMixed = texts.some(
    (text) =>
      labelNumber(text) === undefined &&
      classOf(nameOfField(text, flags.encoding), undefined, values) !== undefined,
  );
  if (flags.labelMap !== undefined || isMixed || from === null) return { kind: 'value', column, values };
  return { kind: 'number', column, from };
}

/** What the values of a label mean. */
export interface LabelMeaning {
  readonly label: LabelColumns | null;
  readonly guesses: readonly Guess[];
  /** The ways to read them that fit, where they are several: what asks for each. */
  readonly alternatives: readonly ReadingFlags[];
}

/** Finds out what numbers count from that stand where the label is, by flags and by the first of them: among names, nothing. */
export function labelMeaning(label: LabelColumns | null, evidence: ColumnEvidence): LabelMeaning {
  const { rows, more, classes, flags } = evidence;
  const { labelsFrom, labelMap } = flags;
  const given = guessesOf({ labelsFrom, labelMap }, 'given');
  if (label === null || label.kind === 'one-hot' || label.kind === 'name' || evidence.ignoresLabels)
    return { label, guesses: given, alternatives: [] };
  const { column } = label;
  const numbers = [...rows, ...more]
    .map((row) => labelNumber(row[column]))
    .filter((number) => number !== undefined);
  const readings = labelReadings(numbers, classes, flags);
  if (readings.length === 0) return { label, guesses: given, alternatives: [] };
  const [first, other] = readings;
  const by = readings.length === 1 ? 'seen' : 'guessed';
  const flag = other && readingFlagWords(other).join(' ');
  return {
    label: oneLabel(column, evidence, { ...flags, ...first }),
    guesses: guessesOf(first, by).map((guess) => ({ ...guess, flag })),
    alternatives: readings.length === 1 ? [] : readings,
  };
}
