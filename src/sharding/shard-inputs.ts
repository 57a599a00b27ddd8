import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { RecordsPlace } from '../engine/records.js';
import { DigitflowError, isUrl } from '../errors.js';
import { nameOf } from '../inputs/bytes/open-bytes.js';
import { locateInFolder } from '../inputs/find-files.js';
import { isFolder } from '../inputs/first-bytes.js';
import type { ImageFiles, Input } from '../inputs/input.js';
import { findEach } from '../inputs/open-inputs.js';
import { picturesIn } from '../inputs/pictures/picture-set.js';
import type { Plan, PlannedFile, PlannedInput } from './plan.js';
import { imageFilesOf, plannedRecords } from './plan-file.js';
import { contentDigest, imagesOf, measureFile, passBytes, placeOf, withPlaced } from './planned-files.js';
import type { ShardIdentity } from './shard-file.js';

/** One shard of a plan, on a machine where its inputs lie below a root. */
export interface LocalShard {
  readonly plan: Plan;
  /** From 0. */
  readonly shard: number;
  /** Default: the working folder. */
  readonly root?: string | undefined;
}

/** A shard, and what reads it: `score` reads no labels. */
export interface CommandShard extends LocalShard, Pick<ShardIdentity, 'command'> {}

const LINE_ENDS: readonly unknown[] = [0x0a, 0x0d];
const AGAIN = 'plan it again';

/** All inputs of the plan, so that each keeps its number; those beside the shard are not looked for. */
export async function filesOfShard({ plan, shard, root }: LocalShard): Promise<ImageFiles[]> {
  const { from, until } = plan.shards[shard];
  const files = plan.inputs.map(async ({ path, format, files }, file): Promise<ImageFiles[]> => {
    if (file < from.file || file > until.file) return [{ images: path, imagesName: path }];
    const images = files.map((one) => one.path);
    return findEach(format === 'pictures' ? images : images.slice(0, 1), root);
  });
  return (await Promise.all(files)).flat();
}

/**
 * The one input of an evaluation, and its labels where they lie by themselves.
 *
 * @throws DigitflowError USAGE for a folder of which one machine would take something else than the pictures of the plan
 */
export async function evaluatedFilesOfShard({ plan, root }: LocalShard): Promise<ImageFiles> {
  const [{ path, format, files }] = plan.inputs;
  const images = placeOf(files[0].path, root);
  if (format === 'pictures') {
    if (!isFolder(images)) return { images, imagesName: path };
    const located = await locateInFolder(images, 'test');
    if (located !== null) {
      const name = basename(located.images);
      const message = `${path}: expected a folder of pictures alone, found ${name} as well, which evaluate takes`;
      throw new DigitflowError('USAGE', `${message}; plan that file by its own path`);
    }
    const pictures = await picturesIn(path, 'test', undefined, root);
    return pictures === null ? { images, imagesName: path } : { images, pictures };
  }
  const labels = files[1]?.path;
  if (labels === undefined) return { images, imagesName: path };
  return { images, imagesName: path, labels: placeOf(labels, root), labelsName: nameOf(labels) };
}

/** Whether rows have a column of ids: as in a run of the whole, where one input has them. */
export function carriesIds({ inputs }: Plan): boolean {
  return inputs.some(({ guesses }) =>
    guesses.some(({ property, value }) => property === 'id' && value !== 'none'),
  );
}

/** The files of a shard as they are now; throws what `measureFile` throws. */
export async function measureShard(local: CommandShard): Promise<PlannedFile[]> {
  const { root = 'the working folder' } = local;
  const measured = plannedFiles(local).map(({ path }) =>
    measureFile(path, local.root).catch((cause) => {
      if (!(cause instanceof DigitflowError) || cause.code !== 'INPUT_MISSING' || isUrl(path)) throw cause;
      const message = `${path}: no such file or folder in ${root}; say with --root where the plan's inputs lie`;
      throw new DigitflowError('INPUT_MISSING', message, { cause });
    }),
  );
  return Promise.all(measured);
}

/**
 * Compares the files of a shard with what the plan says of them: sizes; then bytes, where that has digests of shards; else times.
 *
 * @param note is told where no more can be said than that a file has another time
 * @throws DigitflowError INPUT_CHANGED; INPUT_MISSING, INPUT_READ
 */
export async function checkShardInputs(
  local: CommandShard,
  measured: readonly PlannedFile[],
  note: (text: string) => void,
): Promise<void> {
  const { plan, shard, root } = local;
  const { sha256 } = plan.shards[shard];
  const labels = labelsOf(local);
  const other: PlannedFile[] = [];
  const doubtful: PlannedFile[] = [];
  for (const [index, planned] of plannedFiles(local).entries()) {
    const { bytes, modifiedMs, etag } = measured[index];
    const name = nameOf(planned.path);
    if (bytes !== planned.bytes) throw changed(name, `${planned.bytes} bytes, as it was planned`, `${bytes}`);
    const isSame =
      etag === planned.etag && modifiedMs === planned.modifiedMs && (etag ?? modifiedMs) !== null;
    // A time can be set: where bytes can be compared, they are.
    if (isSame && (etag !== undefined || sha256 === undefined)) continue;
    if ((planned === labels ? labelsDigest(local) : sha256) !== undefined) other.push(planned);
    else if (planned.etag !== undefined && etag !== planned.etag)
      throw changed(name, `ETag ${planned.etag}, as it was planned`, etag ?? 'none');
    else if (!isSame) doubtful.push(measured[index]);
  }
  await checkStart(local);
  const images = other.find((file) => file !== labels);
  if (images !== undefined && (await digestOf(local, root)) !== sha256) throw changedBytes(images);
  if (labels !== undefined && other.includes(labels)) {
    const found = await contentDigest(
      placeOf(labels.path, root),
      nameOf(labels.path),
      Number.POSITIVE_INFINITY,
    );
    if (found !== labelsDigest(local)) throw changedBytes(labels);
  }
  if (doubtful.length === 0) return;
  const [{ path, modifiedMs }] = doubtful;
  const more = doubtful.length > 1 ? ` and ${doubtful.length - 1} more` : '';
  const found =
    modifiedMs === null
      ? 'the server tells neither an ETag nor when it was changed'
      : 'changed at another time than the plan says, as copies are';
  note(`${nameOf(path)}${more}: ${found}; the size is the same; digitflow plan --digest tells for sure`);
}

/** Makes sure that nothing was changed while a shard was made. Throws INPUT_CHANGED. */
export function checkUnchanged(before: readonly PlannedFile[], after: readonly PlannedFile[]): void {
  for (const [index, { path, bytes, modifiedMs, etag }] of before.entries()) {
    const now = after[index];
    if (bytes === now.bytes && modifiedMs === now.modifiedMs && etag === now.etag) continue;
    throw changed(nameOf(path), 'it to stay as it was', 'that it was changed meanwhile');
  }
}

/**
 * Makes sure that an input is understood as it was planned.
 *
 * @param planned what the plan says of it; of guesses only where those are of the same kind of run
 * @throws DigitflowError INPUT_CHANGED
 */
export function checkUnderstood(input: Input, planned: PlannedInput, withGuesses: boolean): void {
  const { name, format, dataStart, linesBefore } = input;
  const how = (of: Pick<PlannedInput, 'format' | 'dataStart' | 'linesBefore'>) =>
    `${of.format} from byte ${of.dataStart} and line ${of.linesBefore + 1} on`;
  if (how(input) !== how(planned))
    throw changed(name, `${how(planned)}, as it was planned`, how({ format, dataStart, linesBefore }));
  if (!withGuesses) return;
  const words = (of: Pick<PlannedInput, 'guesses'>) =>
    of.guesses.map(({ property, value }) => `${property} ${value}`).join(', ');
  if (words(input) !== words(planned))
    throw changed(name, `${words(planned)}, as it was planned`, words(input));
}

/** Makes sure that a shard has as many records as it was to have. Throws INPUT_CHANGED. */
export function checkRecords({ plan, shard, command }: CommandShard, found: number): void {
  const records = plannedRecords(plan, shard, command);
  if (records === null || records === found) return;
  const { from } = plan.shards[shard];
  throw changed(plan.inputs[from.file].path, `${records} records in shard ${shard}, as planned`, `${found}`);
}

/**
 * Makes sure that the next shard counts lines on from where this one ended: messages and rejects name them.
 *
 * @param place the last rows of this shard, and where they end
 * @throws DigitflowError INPUT_CHANGED
 */
export function checkLine({ plan, shard }: LocalShard, { file, endBytes, endLine }: RecordsPlace): void {
  const next = plan.shards[shard + 1]?.from;
  if (next?.file !== file || next.bytes !== endBytes || next.line === endLine) return;
  const expected = `${next.line} lines before byte ${endBytes}, as planned`;
  throw changed(plan.inputs[file].path, expected, `${endLine}`);
}

/** The files of a shard that a command reads, as they were planned. */
function plannedFiles(local: CommandShard): PlannedFile[] {
  const { inputs, shards } = local.plan;
  const { from, until } = shards[local.shard];
  const images = inputs.slice(from.file, until.file + 1).flatMap(imageFilesOf);
  const labels = labelsOf(local);
  return labels === undefined ? images : [...images, labels];
}

/** The labels that an evaluation reads, where they are a file of their own. */
function labelsOf({ plan, command }: CommandShard): PlannedFile | undefined {
  const [{ format, files }] = plan.inputs;
  return command === 'score' || format === 'pictures' ? undefined : files[1];
}

/** SHA-256 of their unpacked content, where the plan has it. */
function labelsDigest(local: CommandShard): string | undefined {
  const path = labelsOf(local)?.path ?? '';
  return local.plan.inputs[0].digests.find((one) => one.path === nameOf(path))?.sha256 ?? undefined;
}

/** A row of text begins after a line. */
async function checkStart({ plan, shard, root }: LocalShard): Promise<void> {
  const { file, bytes, row } = plan.shards[shard].from;
  const { path, format, files } = plan.inputs[file];
  if (row === 0 || format !== 'csv') return;
  const before = new Uint8Array(1);
  await withPlaced(files[0].path, root, (text) => text.read(before, bytes - 1), [bytes - 1, bytes]);
  if (LINE_ENDS.includes(before[0])) return;
  throw changed(path, `a row that begins at byte ${bytes}, as planned`, 'the middle of one');
}

/** SHA-256 of all bytes of images that a shard takes, in hexadecimal. */
async function digestOf({ plan, shard }: LocalShard, root: string | undefined): Promise<string> {
  const { from, until } = plan.shards[shard];
  const hash = createHash('sha256');
  const next = plan.shards[shard + 1]?.from;
  for (let file = from.file; file <= until.file; file++) {
    const start = file === from.file ? from.bytes : 0;
    const end = next?.file === file ? next.bytes : Number.POSITIVE_INFINITY;
    for (const path of await imagesOf(plan.inputs[file], root)) {
      await withPlaced(path, root, (open) =>
        passBytes(open, start, Math.min(end, open.sizeBytes), (bytes) => void hash.update(bytes)),
      );
    }
  }
  return hash.digest('hex');
}

function changedBytes({ path }: PlannedFile): DigitflowError {
  return changed(nameOf(path), 'the bytes that were planned', 'others (SHA-256)');
}

function changed(path: string, expected: string, found: string): DigitflowError {
  return new DigitflowError('INPUT_CHANGED', `${path}: expected ${expected}, found ${found}; ${AGAIN}`);
}
