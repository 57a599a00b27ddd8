import { dirname, resolve } from 'node:path';
import { DigitflowError } from '../../errors.js';
import { unexpected } from '../../formats/content/content.js';
import { isLabelName } from '../../formats/csv/guess/column-evidence.js';
import { firstRows } from '../../formats/csv/guess/first-table.js';
import { guessShape } from '../../formats/csv/guess/guess-shape.js';
import { contentOf } from '../../formats/recognize.js';
import { bytesOf, type PictureSet, textOf } from './picture-set.js';

/** A CSV of names and labels. */
export interface LabelTable {
  readonly name: string;
  /** The label of a picture by its name, as text; undefined where there is none. */
  labelOf(name: string): string | undefined;
  /** How many rows are of no picture. */
  readonly unused: number;
  /** Whether it was given: then what paths say does not count. */
  readonly binds: boolean;
}

const NAME_COLUMN = /^(?:file|file_?name|image|image_?(?:name|file|path|id)|picture|path|name|id)$/i;

/**
 * Reads a CSV of names and labels: the column of names is the one that has them, the other is that of the labels, or what the
 * header calls so. Names are paths from the folder of the pictures, or from that of the list.
 *
 * @param path where the list lies, if it is a file
 * @throws DigitflowError CSV_BINARY, CSV_COLUMNS, LABEL_AMBIGUOUS
 */
export function labelTable(
  bytes: Uint8Array,
  csvName: string,
  pictures: Pick<PictureSet, 'names' | 'title'>,
  binds: boolean,
  path: string | null,
): LabelTable {
  const content = contentOf(bytes);
  if (content.kind !== 'text') {
    const words = unexpected('labels', "a CSV of the pictures' names and labels", content);
    throw new DigitflowError('CSV_BINARY', `${csvName}: ${words}`);
  }
  const whole = { isWhole: true, mostRows: Number.POSITIVE_INFINITY };
  const first = firstRows(bytes, guessShape(bytes, true, undefined), whole);
  const rows = first.rows.map(({ fields }) => fields.map((field) => field.trim()));
  const pictureOf = pictureFinder(pictures, csvName, path);
  const width = Math.max(0, ...rows.slice(0, 100).map(({ length }) => length));
  const known = Array.from(
    { length: width },
    // Names that differ: a label, too, may be what a picture is called.
    (_, column) => new Set(rows.flatMap((row) => pictureOf(row[column] ?? '') ?? [])).size,
  );
  const most = Math.max(0, ...known);
  const header = rows.length > 0 && isHeader(rows[0]) ? rows[0] : null;
  const nameColumn = known.indexOf(most);
  const labelColumn = header?.findIndex(isLabelName) ?? (width === 2 ? 1 - nameColumn : -1);
  if (most === 0 || labelColumn < 0 || labelColumn === nameColumn) {
    const found =
      most === 0 ? 'none with the names of these pictures' : `${width} without a header that says`;
    const message = `${csvName}: expected a column of names and one of labels, found ${found}`;
    throw new DigitflowError('CSV_COLUMNS', `${message}; write two columns, file and label`);
  }
  const labels = new Map<string, string>();
  let unused = 0;
  for (const row of header ? rows.slice(1) : rows) {
    const name = pictureOf(row[nameColumn] ?? '');
    if (name === undefined) {
      unused++;
      continue;
    }
    const label = textOf(row[labelColumn] ?? '');
    const before = labels.get(name);
    if (before !== undefined && before !== label) {
      const message = `${csvName}: expected one label for ${textOf(name)}, found ${before} and ${label}`;
      throw new DigitflowError('LABEL_AMBIGUOUS', `${message}; leave one of the rows out`);
    }
    labels.set(name, label);
  }
  return { name: csvName, labelOf: (name) => labels.get(name), unused, binds };
}

function isHeader(row: readonly string[]): boolean {
  return row.some((field) => NAME_COLUMN.test(field)) && row.some(isLabelName);
}

/**
 * Finds pictures by their paths, from their folder and from that of the list; and where only one is called so, by their own
 * names, with their ending or without.
 */
function pictureFinder(
  { names, title }: Pick<PictureSet, 'names' | 'title'>,
  csvName: string,
  path: string | null,
) {
  const byPath = new Map(names.map((name) => [keyOf(name), name]));
  const byPlace = new Map(path === null ? [] : names.map((name) => [bytesOf(resolve(title(name))), name]));
  const listFolder = bytesOf(resolve(dirname(path ?? '.')));
  const byName = new Map<string, string | null>();
  for (const name of names) {
    const own = name.slice(name.lastIndexOf('/') + 1);
    const keys = new Set([own, own.replace(/\.[^.]*$/, '')]);
    for (const key of keys) byName.set(key, byName.has(key) ? null : name);
  }
  return (field: string): string | undefined => {
    const key = keyOf(field);
    const [inFolder, besideList] = [byPath.get(key), byPlace.get(resolve(listFolder, key))];
    if (inFolder !== undefined && besideList !== undefined && inFolder !== besideList) {
      const both = `${title(inFolder)}, from the pictures' folder, and ${title(besideList)}, from its own`;
      const message = `${csvName}: expected ${textOf(key)} to be one picture, found ${both}`;
      throw new DigitflowError('LABEL_AMBIGUOUS', `${message}; write the whole path`);
    }
    return inFolder ?? besideList ?? byName.get(key) ?? undefined;
  };
}

/** As Windows and shells write paths. */
function keyOf(name: string): string {
  return name.replace(/\\/g, '/').replace(/^\.\//, '');
}
