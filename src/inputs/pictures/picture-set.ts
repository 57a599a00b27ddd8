import { type Dirent, readdir, readFile, type Stats, stat } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { DigitflowError, inputError } from '../../errors.js';
import { naturalOrder } from '../../formats/natural-order.js';
import { isPictureName } from '../../formats/pictures/is-picture.js';
import type { ByteInput } from '../bytes/open-bytes.js';
import type { Split } from '../find-files.js';

const statAt = promisify(stat);
const readAt = promisify(readFile);

/** Pictures, one record each, in the order in which they are read. */
export interface PictureSet {
  /** What to call them: the folder, the only picture, or how many. */
  readonly name: string;
  /**
   * What each is called: its path within the folder, or as it was given. Strings of bytes (latin1), since a file's name need
   * not be UTF-8.
   */
  readonly names: readonly string[];
  /** Files of the folder that are no pictures by their names. */
  readonly passedOver: readonly string[];
  /** Which half of a data set it is, where the folder has both. */
  readonly half: Split | null;
  /** Labels that are given by themselves, or lie in the folder. */
  readonly labels: ByteInput | null;
  /** Whether the user has given them. */
  readonly areLabelsGiven: boolean;
  /** What to call one in an error: its path. */
  title(name: string): string;
  /** The content of one. Throws DigitflowError INPUT_MISSING, INPUT_READ, MEMORY_LIMIT. */
  read(index: number): Promise<Uint8Array>;
}

/** More is no picture of a digit. */
export const MOST_PICTURE_BYTES = 2 ** 26;
const MOST_DEPTH = 16;
const MOST_FILES = 2 ** 20;
/** The file of labels that is looked for beside pictures. */
const LABELS_NAME = 'labels.csv';

/** Folders of the halves of a data set, as they are called. */
const SPLIT_FOLDERS: Readonly<Record<Split, RegExp>> = {
  train: /^(?:train|training)$/i,
  test: /^(?:test|testing)$/i,
};

/** A name as people read it, and back: as a string of bytes. */
export function textOf(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString();
}

export function bytesOf(text: string): string {
  return Buffer.from(text).toString('latin1');
}

/**
 * The pictures of a folder and of the folders in it; of a data set in two halves, the half that is asked for. Null where there is none.
 *
 * @param root what the path is relative to; default: the working folder
 * @throws DigitflowError INPUT_MISSING, INPUT_READ
 */
export async function picturesIn(
  path: string,
  split: Split | null,
  labels?: ByteInput | undefined,
  root = '',
): Promise<PictureSet | null> {
  const folder = path.replace(/(?<=.)\/+$/, '');
  const place = root === '' ? folder : resolve(root, folder);
  const files = await filesIn(place);
  const found = split === null ? files : halfOf(files, split);
  const names = found.filter(isPictureName).sort(naturalOrder);
  if (names.length === 0) return null;
  const others = found.filter((name) => !isPictureName(name));
  const own = others.includes(LABELS_NAME) ? `${place}/${LABELS_NAME}` : null;
  const title = (name: string): string => `${folder}/${textOf(name)}`;
  return {
    ...{ name: folder, names, title, labels: labels ?? own, areLabelsGiven: labels !== undefined },
    passedOver: others.filter((name) => name !== LABELS_NAME),
    half: found.length < files.length ? split : null,
    read: (index) => readPictureFile(within(place, names[index]), title(names[index])),
  };
}

/** Pictures by their paths, in the order in which they are given; those of one folder are called as in that folder. */
export function picturesAt(paths: readonly string[], labels?: ByteInput | undefined, root = ''): PictureSet {
  const folder = dirname(paths[0]);
  const areOfOne = paths.length > 1 && paths.every((path) => dirname(path) === folder);
  const title = (name: string): string => (areOfOne ? join(folder, textOf(name)) : textOf(name));
  return {
    name: paths.length === 1 ? paths[0] : areOfOne ? folder : `${paths.length} pictures`,
    names: paths.map((path) => bytesOf(areOfOne ? basename(path) : path)),
    title,
    ...{ passedOver: [], half: null, labels: labels ?? null, areLabelsGiven: labels !== undefined },
    read: (index) =>
      readPictureFile(Buffer.from(root === '' ? paths[index] : resolve(root, paths[index])), paths[index]),
  };
}

function within(folder: string, name: string): Buffer {
  return Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(name, 'latin1')]);
}

/** Where both halves are there, the files of one. */
function halfOf(files: readonly string[], split: Split): readonly string[] {
  const isOf = (half: Split) => (file: string) =>
    SPLIT_FOLDERS[half].test(file.slice(0, Math.max(0, file.indexOf('/'))));
  const hasBoth = files.some(isOf('train')) && files.some(isOf('test'));
  return hasBoth ? files.filter((file) => isOf(split)(file) || file === LABELS_NAME) : files;
}

/** All regular files in a folder and below it: paths in strings of bytes. */
async function filesIn(folder: string): Promise<string[]> {
  const files: string[] = [];
  const seen = new Set<string>();
  const visit = async (path: string, depth: number): Promise<void> => {
    const at = path === '' ? Buffer.from(folder) : within(folder, path);
    // A link may lead back to where it lies. Windows numbers files beyond what a double holds.
    const { dev, ino } = await statAt(at, { bigint: true });
    if (depth > MOST_DEPTH || seen.has(`${dev}:${ino}`)) return;
    seen.add(`${dev}:${ino}`);
    for (const entry of await entriesOf(at)) {
      if (files.length === MOST_FILES) throw tooMany(folder);
      const name = path === '' ? entry.name : `${path}/${entry.name}`;
      const kind = entry.isSymbolicLink() ? await statsOf(within(folder, name)) : entry;
      if (kind?.isFile()) files.push(name);
      else if (kind?.isDirectory() && !entry.name.startsWith('.')) await visit(name, depth + 1);
    }
  };
  try {
    await visit('', 0);
  } catch (error) {
    throw inputError(error, folder);
  }
  return files;
}

function tooMany(folder: string): DigitflowError {
  const message = `${folder}: expected at most ${MOST_FILES} files in it and below, found more; give a folder in it`;
  return new DigitflowError('MEMORY_LIMIT', message);
}

function entriesOf(folder: Buffer): Promise<Dirent[]> {
  return new Promise((resolve, reject) => {
    readdir(folder, { withFileTypes: true, encoding: 'latin1' }, (error, entries) => {
      if (error) reject(error);
      else resolve(entries);
    });
  });
}

/** Null where a link leads nowhere. */
function statsOf(path: Buffer): Promise<Stats | null> {
  return statAt(path).catch(() => null);
}

async function readPictureFile(path: Buffer, name: string): Promise<Uint8Array> {
  try {
    const { size } = await statAt(path);
    if (size <= MOST_PICTURE_BYTES) return await readAt(path);
  } catch (error) {
    throw inputError(error, name);
  }
  const message = `${name}: expected a picture of at most ${MOST_PICTURE_BYTES} bytes; make it smaller`;
  throw new DigitflowError('MEMORY_LIMIT', message);
}
