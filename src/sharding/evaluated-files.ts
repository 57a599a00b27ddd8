import { basename, dirname, join } from 'node:path';
import { DigitflowError } from '../errors.js';
import { isNpz } from '../formats/recognize.js';
import { nameOf, webUrlOf } from '../inputs/bytes/open-bytes.js';
import { MOST_DIGESTED_BYTES } from '../inputs/csv/csv-input.js';
import { AUTO_DIGEST_BYTES } from '../inputs/data-stream.js';
import { locateLabels, webLabels } from '../inputs/find-files.js';
import { cursorAt, type Input } from '../inputs/input.js';
import { Inputs, type InputsOptions } from '../inputs/inputs.js';
import type { PlannedInput } from './plan.js';
import { contentDigest, measureFile, placeOf, startOfFile } from './planned-files.js';

/** Images, and how an evaluation would read them. */
export interface EvaluatedImages extends Pick<PlannedInput, 'format'> {
  /** Where they lie: below the root, or a URL. */
  readonly path: string;
  readonly root: string | undefined;
  /** The path of their labels, where it was given. */
  readonly labels: string | undefined;
  readonly options: Pick<InputsOptions, 'network' | 'reading'>;
}

/** What an evaluation says of its files. */
type Digests = PlannedInput['digests'];

/**
 * Labels that an evaluation would find for images, by themselves, and the digests that it would tell of its files. What is wrong
 * with labels that were not given is left to an evaluation to say: a run of `score` needs none.
 *
 * @throws DigitflowError INPUT_MISSING, INPUT_READ, GZIP_BROKEN; for labels that were given what opening them throws, and USAGE
 *   where images have them within
 */
export async function evaluatedFiles(
  images: EvaluatedImages,
): Promise<{ readonly labels: string | null; readonly digests: Digests }> {
  const { path, format, root, labels: given } = images;
  if (given !== undefined && format === 'pictures') {
    const message = `--labels: expected images as IDX or .npy, found pictures (${path})`;
    throw new DigitflowError('USAGE', `${message}; save the labels as labels.csv in their folder`);
  }
  // Refused where the two do not belong together.
  if (given !== undefined) await withInput(images, 'never', async () => {});
  if (format === 'pictures') return { labels: null, digests: [] };
  if (format === 'numpy' && isNpz(await startOfFile(path, root)))
    return { labels: given ?? null, digests: await digestsWithin(images) };
  const labels = format === 'csv' ? null : (given ?? (await findLabels(path, root)));
  const most = format === 'csv' ? MOST_DIGESTED_BYTES : AUTO_DIGEST_BYTES;
  const digests = [path, labels]
    .filter((one) => one !== null)
    .map(async (one) => {
      return { path: nameOf(one), sha256: await contentDigest(placeOf(one, root), nameOf(one), most) };
    });
  return { labels, digests: await Promise.all(digests) };
}

/** The path of labels beside images, called as these are. */
async function findLabels(path: string, root: string | undefined): Promise<string | null> {
  const url = webUrlOf(path);
  try {
    if (url !== null) return (await measureFile(`${webLabels(url)}`)).path;
    return join(dirname(path), basename(await locateLabels(placeOf(path, root))));
  } catch (error) {
    if (error instanceof DigitflowError && error.code === 'INPUT_MISSING') return null;
    throw error;
  }
}

/** Those of the arrays of an archive, which is read once for them. */
async function digestsWithin(images: EvaluatedImages): Promise<Digests> {
  try {
    return await withInput(images, 'auto', async (input) => {
      const room = new Uint8Array(Math.max(2 ** 20, input.image.height * input.image.width));
      const permits = { whenFree: async () => {}, room: () => room, text: null, readByWorkers: false };
      for await (const _ of input.read(cursorAt(0), permits).pieces);
      return (await input.files(true)).map(({ name, sha256 }) => ({ path: name, sha256 }));
    });
  } catch (error) {
    if (error instanceof DigitflowError) return [];
    throw error;
  }
}

/** Opens images with their labels, whichever reading of them is right. */
async function withInput<T>(
  { path, root, labels, options }: EvaluatedImages,
  digest: 'auto' | 'never',
  use: (input: Input) => Promise<T>,
): Promise<T> {
  const given = labels === undefined ? {} : { labels: placeOf(labels, root), labelsName: nameOf(labels) };
  const inputs = new Inputs([{ images: placeOf(path, root), imagesName: nameOf(path), ...given }], {
    ...{ ...options, digest, labelled: labels === undefined ? 'optional' : 'required' },
    choose: async () => ({ at: 0, turn: {}, unturned: {}, because: '' }),
  });
  try {
    const input = await inputs.open(0);
    if (input === null) throw new TypeError('expected an input');
    return await use(input);
  } finally {
    await inputs.close();
  }
}
