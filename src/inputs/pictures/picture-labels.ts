import { DigitflowError } from '../../errors.js';
import { classOf, labelValues } from '../../formats/labels.js';
import { naturalOrder } from '../../formats/natural-order.js';
import type { ReadingFlags } from '../../formats/reading.js';
import { MOST_CLASSES } from '../../formats/stored-arrays.js';
import type { LabelTable } from './label-table.js';
import { type PictureSet, textOf } from './picture-set.js';

/** Which class a text means, as an index; undefined where it means none. */
export type ClassOf = (text: string) => number | undefined;

/** Labels of all pictures, and how they were found, in words. */
export interface PictureLabels {
  /** `(count)` u8 class indices. */
  readonly labels: Uint8Array;
  readonly by: string;
}

/** How a name begins: `3` of `3_17.png` and of `3-b.jpg`. */
function beginningOf(name: string): string {
  return /^[^\s_.()-]*/.exec(stemOf(name))?.[0] ?? '';
}

/** The file's own name, without folders and ending. */
function stemOf(name: string): string {
  return textOf(name.slice(name.lastIndexOf('/') + 1)).replace(/\.[^.]*$/, '');
}

function foldersOf(name: string): string[] {
  return textOf(name).split('/').slice(0, -1);
}

/** How texts mean classes: as labels do in every format. */
export function classFinder(classes: readonly string[], flags: ReadingFlags): ClassOf {
  const values = labelValues(classes, flags);
  return (text) => classOf(text, isWhole(text) ? Number(text) : undefined, values);
}

/**
 * Finds the class of each picture: in a table, by a folder that has a class's name, or by a name that begins with one.
 * Returns null where some have none.
 *
 * @throws DigitflowError LABEL_AMBIGUOUS where two of these contradict each other; LABELS_MISSING where some have none, unless
 *   they are optional
 */
export function pictureLabels(
  { names, title }: Pick<PictureSet, 'names' | 'title'>,
  classFor: ClassOf,
  table: LabelTable | null,
  isOptional: boolean,
): PictureLabels | null {
  const namesTell = mayTell(names, classFor);
  const used = new Set<string>();
  const labels = new Uint8Array(names.length);
  const missing: string[] = [];
  for (const [index, name] of names.entries()) {
    const told: [by: string, text: string, label: number][] = [];
    const tell = (by: string, text: string | undefined) => {
      const label = text === undefined ? undefined : classFor(text);
      if (text !== undefined && label !== undefined) told.push([by, text, label]);
    };
    const listed = table?.labelOf(name);
    if (table !== null) tell(table.name, listed);
    if (table === null || !table.binds) for (const folder of foldersOf(name)) tell('folder', folder);
    // A bare number in a folder of a class counts its pictures.
    const isBare = beginningOf(name) === stemOf(name);
    if (table === null && namesTell && !(isBare && told.length > 0)) tell('name', beginningOf(name));
    const [first, ...others] = told;
    const other = others.find(([, , label]) => label !== first[2]);
    if (other !== undefined) throw ambiguous(title(name), first, other);
    if (first === undefined || (table !== null && listed === undefined)) missing.push(name);
    else {
      used.add(first[0]);
      labels[index] = first[2];
    }
  }
  if (missing.length === 0) return { labels, by: [...used].join(' and ') };
  if (isOptional) return null;
  throw noLabel(title(missing[0]), missing, table, names.length);
}

/** Names that begin with numbers which are no classes count: then no number at the start of a name is a label. */
function mayTell(names: readonly string[], classFor: ClassOf): boolean {
  return names.every((name) => {
    const beginning = beginningOf(name);
    return !/^\d+$/.test(beginning) || classFor(beginning) !== undefined;
  });
}

/**
 * The classes that labels name, in order: of numbers 0 to the largest; of folders their names; else all names that there are.
 *
 * @throws DigitflowError LABELS_MISSING, LABEL_AMBIGUOUS, LABEL_SHAPE
 */
export function classesOf(names: readonly string[], setName: string, table: LabelTable | null): string[] {
  const given = table && names.map(table.labelOf).filter((label) => label !== undefined);
  const folders = given === null ? withoutCommon(names.map(foldersOf)) : [];
  const inFolders = folders.some(({ length }) => length > 0);
  if (inFolders && folders.some(({ length }) => length !== 1)) {
    const message = 'expected one folder a class with all its pictures, found folders within folders';
    throw new DigitflowError(
      'LABEL_AMBIGUOUS',
      `${setName}: ${message}; say which are classes with --classes`,
    );
  }
  const texts = given ?? (inFolders ? folders.map(([folder]) => folder) : names.map(beginningOf));
  const distinct = [...new Set(texts)].sort(naturalOrder);
  const isCounted = !inFolders || given !== null;
  if (isCounted && given === null && (distinct.length === names.length || distinct.includes(''))) {
    const message = `expected several pictures of each class, found ${names.length} names that begin differently`;
    throw new DigitflowError('LABELS_MISSING', `${setName}: ${message}; ${HOW_TO_NAME}`);
  }
  const classes = isCounted && distinct.every(isWhole) ? upTo(distinct) : distinct;
  if (classes.length <= MOST_CLASSES) return classes;
  const message = `expected at most ${MOST_CLASSES} classes, found ${classes.length}; are these labels?`;
  throw new DigitflowError('LABEL_SHAPE', `${setName}: ${message}`);
}

/** Paths without the folders that all of them begin with, but for the last one. */
function withoutCommon(paths: readonly (readonly string[])[]): (readonly string[])[] {
  const depth = Math.min(...paths.map(({ length }) => length));
  let common = 0;
  while (common < depth - 1 && paths.every((path) => path[common] === paths[0][common])) common++;
  return paths.map((path) => path.slice(common));
}

function isWhole(text: string): boolean {
  return /^(?:0|[1-9]\d{0,8})$/.test(text);
}

function upTo(numbers: readonly string[]): string[] {
  const largest = Math.max(...numbers.map(Number));
  return Array.from({ length: Math.min(largest, MOST_CLASSES) + 1 }, (_, index) => `${index}`);
}

const HOW_TO_NAME =
  'put them into a folder for each class (3/a.png), let their names begin with it (3_a.png), say with --label-map what folders stand for, or give a CSV of names and labels';

function noLabel(
  first: string,
  missing: readonly string[],
  table: LabelTable | null,
  count: number,
): DigitflowError {
  const others = missing.length > 1 ? ` (and for ${missing.length - 1} others of ${count})` : '';
  const where = table === null ? 'a class in its path' : `a row for it in ${table.name}, with a class`;
  const advice = table === null ? HOW_TO_NAME : 'add it, or take the picture away';
  return new DigitflowError('LABELS_MISSING', `${first}: expected ${where}, found none${others}; ${advice}`);
}

function ambiguous(
  title: string,
  [by, text]: readonly [string, string, number],
  [otherBy, other]: readonly [string, string, number],
): DigitflowError {
  const message = `expected one class, found ${text} by its ${by} and ${other} by its ${otherBy}`;
  const advice = 'give a CSV of names and labels';
  return new DigitflowError('LABEL_AMBIGUOUS', `${title}: ${message}; ${advice}`);
}
