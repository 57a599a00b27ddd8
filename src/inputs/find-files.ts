import { readdir } from 'node:fs';
import { basename, dirname, join, posix, resolve } from 'node:path';
import { promisify } from 'node:util';
import { DigitflowError, inputError, isUrl, missingInput } from '../errors.js';
import { labelNames } from '../formats/numpy/numpy-roles.js';
import { isPictureName } from '../formats/pictures/is-picture.js';
import { webName } from './bytes/open-bytes.js';

/** Which half of a data set. */
export type Split = 'train' | 'test';

/** Where images and their labels lie. */
export interface IdxPaths {
  readonly images: string;
  /** Left out where they are found beside the images. */
  readonly labels?: string;
  /** How many pictures lie beside them. */
  readonly picturesBeside?: number;
}

/** The usual names begin so: `t10k-images-idx3-ubyte`, `train-labels.idx1-ubyte.gz`. */
const PREFIXES: Record<Split, string> = { test: 't10k', train: 'train' };

/**
 * Finds images and labels in a folder by their usual names, with a dash or a dot, packed or preferably not.
 *
 * @throws DigitflowError `INPUT_MISSING` when the folder or one of the two is not there, `INPUT_READ`.
 */
export async function locateIdx(folder: string, split: Split = 'test'): Promise<IdxPaths> {
  const located = await locateInFolder(folder, split);
  if (located !== null) return located;
  const present = await filesIn(folder);
  const prefix = PREFIXES[split];
  const other = split === 'test' ? 'train' : 'test';
  const hasOther = firstPresent(spellings(`${PREFIXES[other]}-images-idx3-ubyte`), present) !== null;
  const [readable] = [...present].filter((name) => /\.(?:csv|tsv|npz)(?:\.gz)?$/.test(name)).sort();
  const advice =
    readable === undefined
      ? 'give the images and labels by their paths'
      : `give a file by its path, such as ${join(folder, readable)}`;
  throw new DigitflowError(
    'INPUT_MISSING',
    `${folder}: expected ${prefix}-images-idx3-ubyte (or with a dot, or .gz), or pictures, found ` +
      `${hasOther ? `only the ${other} set` : 'no such file'}; ${advice}`,
  );
}

/** As `locateIdx`; null where the folder has no images of a usual name. */
export async function locateInFolder(folder: string, split: Split): Promise<IdxPaths | null> {
  const present = await filesIn(folder);
  const pictures = [...present].filter(isPictureName).length;
  const beside = pictures === 0 ? {} : { picturesBeside: pictures };
  const images = firstPresent(spellings(`${PREFIXES[split]}-images-idx3-ubyte`), present);
  if (images !== null) {
    const labels = await locateLabels(join(folder, images));
    return { images: join(folder, images), labels, ...beside };
  }
  const arrays = arraysIn(present, split);
  return arrays === null ? null : { images: join(folder, arrays), ...beside };
}

/**
 * Finds the labels beside images, by name: `x-images-idx3-ubyte.gz` has `x-labels-idx1-ubyte.gz`, or another spelling of it,
 * QMNIST's `idx2-int` and one-hot `idx2-ubyte` among them; `x_test.npy`, which NumPy saved, has `y_test.npy`.
 *
 * @throws DigitflowError `INPUT_MISSING` when there are none or the images' name does not tell, `INPUT_READ`.
 */
export async function locateLabels(imagesPath: string): Promise<string> {
  const candidates = labelsOf(basename(imagesPath), imagesPath);
  const folder = dirname(imagesPath);
  const labels = firstPresent(candidates, await filesIn(folder));
  if (labels !== null) return join(folder, labels);
  throw noLabels(imagesPath, candidates);
}

/** The error where none of the names is there that labels may have. */
export function noLabels(images: string, [usual]: readonly string[], options?: ErrorOptions): DigitflowError {
  const expected =
    usual === undefined ? 'by its name, which has no x or images in it' : `beside it as ${usual}`;
  const message = `${images}: expected its labels ${expected}, found no such file; give the labels' path`;
  return new DigitflowError('INPUT_MISSING', message, options);
}

/**
 * Where a server has the labels of images, by the usual name. It is not asked: a URL is no folder.
 *
 * @throws DigitflowError INPUT_MISSING when the images' name does not tell, or their URL has a query, which may be for them alone
 */
export function webLabels(images: URL): URL {
  const name = webName(images);
  if (images.search !== '') {
    const message = `${name}: expected labels for these images, which are found only beside a URL without a query`;
    throw new DigitflowError('INPUT_MISSING', `${message}; give the labels' URL as well`);
  }
  const [labels] = labelsOf(posix.basename(images.pathname), name);
  if (labels === undefined) throw noLabels(name, []);
  return new URL(labels, images);
}

/** What the labels of images may be called, the usual name first; throws INPUT_MISSING where the images' name does not tell. */
function labelsOf(name: string, imagesPath: string): string[] {
  const isArray = /\.npy(\.gz)?$/.test(name);
  if (isArray) return labelNames(name);
  if (name.includes('images')) return idxLabelNames(name);
  throw new DigitflowError(
    'INPUT_MISSING',
    `${imagesPath}: expected labels for these images, which are found beside a file whose name has "images" in it, as t10k-images-idx3-ubyte has; give the labels' path as well`,
  );
}

function idxLabelNames(images: string): string[] {
  const twin = images.replace('images', 'labels').replace('idx3', 'idx1');
  const stem = twin.replace(/\.gz$/, '').replace('.idx1', '-idx1');
  return [
    twin,
    ...spellings(stem),
    ...['idx2-int', 'idx2-ubyte'].flatMap((type) => spellings(stem.replace('idx1-ubyte', type))),
  ];
}

/** Finds what NumPy saved in a folder: an archive that is alone, or `x_test.npy`. */
function arraysIn(present: ReadonlySet<string>, split: Split): string | null {
  const archives = [...present].filter((name) => name.endsWith('.npz'));
  if (archives.length === 1) return archives[0];
  return firstPresent([`x_${split}.npy`, `X_${split}.npy`, `${split}_images.npy`], present);
}

/** The ways to write a usual name, `.gz` last. */
function spellings(name: string): string[] {
  const dotted = name.replace('-idx', '.idx');
  return [name, dotted, `${name}.gz`, `${dotted}.gz`];
}

function firstPresent(names: readonly string[], present: ReadonlySet<string>): string | null {
  return names.find((name) => present.has(name)) ?? null;
}

/** The names in a folder but those of folders: some programs unpack into folders of the usual names. */
async function filesIn(folder: string): Promise<Set<string>> {
  try {
    const entries = await promisify(readdir)(folder, { withFileTypes: true });
    return new Set(entries.filter((entry) => !entry.isDirectory()).map((entry) => entry.name));
  } catch (error) {
    throw inputError(error, folder);
  }
}

/**
 * The paths that patterns stand for, sorted: `*` and `?` in the last part of a path. A file whose name is the pattern itself
 * is taken as it is.
 *
 * @param root what they are relative to
 * @throws DigitflowError INPUT_MISSING where nothing fits, INPUT_READ
 */
export async function expandPaths(paths: readonly string[], root = ''): Promise<string[]> {
  return (await Promise.all(paths.map((path) => expandPath(path, root)))).flat();
}

async function expandPath(path: string, root: string): Promise<string[]> {
  const pattern = basename(path);
  if (!/[*?]/.test(pattern) || isUrl(path)) return [path];
  const folder = dirname(path);
  const place = root === '' ? folder : resolve(root, folder);
  const names = await promisify(readdir)(place).catch((error: unknown) => {
    throw inputError(error, folder);
  });
  if (names.includes(pattern)) return [path];
  const literal = pattern.replace(/[^*?]/g, (c) => c.replace(/\W/, '\\$&'));
  const expression = new RegExp(`^${literal.replace(/\*/g, '.*').replace(/\?/g, '.')}$`, 's');
  const found = names.filter(
    (name) => expression.test(name) && (pattern.startsWith('.') || !name.startsWith('.')),
  );
  if (found.length === 0) throw missingInput(path);
  return found.sort().map((name) => join(folder, name));
}
