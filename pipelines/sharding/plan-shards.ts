import { isAbsolute, normalize, relative, sep } from 'node:path';
import { bytesWords } from '../../src/counting/wording.js';
import { checkCounts } from '../../src/engine/sizes.js';
import { DigitflowError } from '../../src/errors.js';
import { checkMisplaced } from '../../src/formats/reading.js';
import { webUrlOf } from '../../src/inputs/bytes/open-bytes.js';
import { isStream } from '../../src/inputs/first-bytes.js';
import { Inputs } from '../../src/inputs/inputs.js';
import { loadModel } from '../../src/inputs/models/open-model.js';
import { findEach } from '../../src/inputs/open-inputs.js';
import type { Network } from '../../src/network/network.js';
import { parseNormalization, saidOf } from '../../src/network/normalization.js';
import { unlessAborted } from '../../src/operators/until-aborted.js';
import { evaluatedFiles } from '../../src/sharding/evaluated-files.js';
import { PLAN_SCHEMA, type Plan, type PlannedInput } from '../../src/sharding/plan.js';
import { bytesOf, shardsFrom } from '../../src/sharding/plan-file.js';
import { measureFile, notKept, placeOf } from '../../src/sharding/planned-files.js';
import { describeInput, type OpenedInput, passInput, pathsOf } from '../../src/sharding/planned-inputs.js';
import { ShardCuts, type ShardSize } from '../../src/sharding/shard-cuts.js';
import type { ReadingOptions } from '../hold.js';

/** What to divide among machines, and how. */
export interface PlanOptions extends Pick<ReadingOptions, 'reading' | 'onOpened'> {
  /** Paths of files of any format, and of folders of pictures; `http:` and `https:` URLs. At least one. */
  readonly inputs: readonly string[];
  /** What paths are relative to, here; another machine may have it elsewhere. Default: the working folder. */
  readonly root?: string | undefined;
  /** How many shards, by bytes; or how many records a shard has; or how many bytes, roughly. One of the three. Default: shards of 1 GiB. */
  readonly shards?: number | undefined;
  /** How many records a shard has. */
  readonly shardRows?: number | undefined;
  /** How many bytes a shard has, roughly. */
  readonly shardBytes?: number | undefined;
  /** The name of a bundled network, or a path. Default `sigmoid`. */
  readonly model?: string | undefined;
  /** How a pixel becomes a brightness, as the command line takes it. Default: the network's own way. */
  readonly normalize?: string | undefined;
  /** Labels of images that have theirs in a file by themselves, for an evaluation. Default: those beside the images. */
  readonly labels?: string | undefined;
  /** True for SHA-256 of the bytes of each shard: then a copy is known by its content, and not by when it was changed. */
  readonly digest?: boolean | undefined;
  /** Is told what cannot be cut. */
  readonly onNote?: ((note: string) => void) | undefined;
  /** Is told how far the pass is. */
  readonly onProgress?: ((progress: PlanProgress) => void) | undefined;
  /** Aborting it ends the pass: there is no plan then, and `plan` rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** How far the pass over the inputs is. */
export interface PlanProgress {
  /** Bytes of the inputs that were passed. */
  readonly bytes: number;
  /** Bytes of all inputs, as they lie there. */
  readonly totalBytes: number;
  /** Records that were counted so far. */
  readonly records: number;
}

/** The size of a shard where none is asked for: a second or two of work. */
const DEFAULT_SHARD_BYTES = 2 ** 30;

/**
 * Divides a run among machines, in one pass over the inputs: each shard begins at a record, and the plan says where.
 *
 * @throws DigitflowError what opening inputs and network throws; USAGE for inputs that can be read but once, and for options
 *   that make no sense; INPUT_READ where an input changes meanwhile
 */
export async function plan(options: PlanOptions): Promise<Plan> {
  const size = sizeOf(options);
  checkMisplaced(options);
  const { root, reading = {}, signal, normalize = null, digest: withDigests = false, onProgress } = options;
  const { network, name, sha256, found } = await loadModel(options.model, signal);
  if (found !== undefined) {
    const advice = 'make it one with digitflow convert, so that all machines read it alike';
    throw new DigitflowError(
      'USAGE',
      `${name}: expected a network as digitflow writes it, found ${found.title}; ${advice}`,
    );
  }
  const opened = await openAll(network, options);
  const totalBytes = opened.reduce((sum, input) => sum + bytesOf(input), 0);
  noteWhole(opened, size, totalBytes, options.onNote);
  const cuts = new ShardCuts(size, totalBytes, withDigests);
  const inputs: PlannedInput[] = [];
  let before = { bytes: 0, records: 0 };
  for (const { reading: how, whole, ...input } of opened) {
    const records = await passInput({ ...input, reading: how, whole }, cuts, {
      ...{ root, withDigests },
      onProgress: ({ bytes, records }) => {
        signal?.throwIfAborted();
        onProgress?.({ totalBytes, bytes: before.bytes + bytes, records: before.records + records });
      },
    });
    signal?.throwIfAborted();
    before = { bytes: before.bytes + bytesOf(input), records: before.records + (records ?? 0) };
    inputs.push({ ...input, records });
  }
  const isCounted = inputs.every(({ records }) => records !== null);
  const records = isCounted ? before.records : null;
  const shards = shardsFrom(inputs, cuts.finish());
  return { schema: PLAN_SCHEMA, model: { name, sha256 }, normalize, reading, inputs, records, shards };
}

/** @throws DigitflowError USAGE for sizes that make no sense: a caller without types may give anything */
function sizeOf(options: PlanOptions): ShardSize {
  checkCounts(options, { shards: 1, shardRows: 1, shardBytes: 1 });
  const { shards, shardRows, shardBytes } = options;
  const given = Object.entries({ shards, 'shard-rows': shardRows, 'shard-bytes': shardBytes }).filter(
    ([, value]) => value !== undefined,
  );
  if (given.length > 1) {
    const found = given.map(([flag]) => `--${flag}`).join(' and ');
    throw new DigitflowError(
      'USAGE',
      `expected one of --shards, --shard-rows, --shard-bytes, found ${found}; say one`,
    );
  }
  if (shards !== undefined) return { shards };
  if (shardRows !== undefined) return { shardRows };
  return { shardBytes: shardBytes ?? DEFAULT_SHARD_BYTES };
}

/** Opens all inputs as `score` does, one after the other: what is wrong with one of them is known before the long pass. */
async function openAll(network: Network, options: PlanOptions): Promise<OpenedInput[]> {
  const { root, reading = {}, normalize, labels, signal, onOpened } = options;
  const own = network.normalization;
  const wanted = normalize === undefined ? own : parseNormalization(normalize, own);
  const known = { network: { ...network, normalization: wanted, ...saidOf(wanted, own) }, reading };
  const files = await findEach(pathsWithin(options.inputs, root), root);
  if (labels !== undefined && files.length > 1) {
    const message = `--labels: expected one input of images, found ${files.length}; plan each by itself, or leave --labels out`;
    throw new DigitflowError('USAGE', message);
  }
  const inputs = new Inputs(files, { ...known, labelled: 'ignored', digest: 'never', onOpened });
  try {
    const opened: OpenedInput[] = [];
    for (const [index, of] of files.entries()) {
      const paths = pathsOf(of, root);
      for (const path of paths) if (isStream(placeOf(path, root))) throw notKept(path);
      const input = await unlessAborted(inputs.open(index), signal);
      if (input === null) throw new TypeError('expected an input');
      opened.push(await describeInput(input, paths, root));
      await input.close();
    }
    if (opened.length > 1) return opened;
    const [{ format, files: found }] = opened;
    const [{ path }] = found;
    const evaluated = evaluatedFiles({ path, format, root, labels, options: known });
    const { labels: own, digests } = await unlessAborted(evaluated, signal);
    const labelFiles = own === null ? [] : [await measureFile(own, root)];
    return opened.map((one) => ({ ...one, files: [...found, ...labelFiles], digests }));
  } finally {
    await inputs.close();
  }
}

/** Paths as a plan has them: relative to the root, where one is said, and with slashes. */
function pathsWithin(paths: readonly string[], root: string | undefined): string[] {
  if (!Array.isArray(paths) || paths.some((path) => typeof path !== 'string'))
    throw new DigitflowError('USAGE', 'inputs: expected a list of paths, found something else; give paths');
  if (paths.length === 0) throw new DigitflowError('USAGE', 'expected at least one input, found none');
  return paths.map((path) => {
    if (path === '-') throw notKept(path);
    if (webUrlOf(path) !== null) return path;
    const within = root !== undefined && isAbsolute(path) ? relative(root, path) : path;
    if (root !== undefined && (isAbsolute(within) || normalize(within).split(sep)[0] === '..')) {
      const message = `${path}: expected an input within the root ${root}, found one elsewhere; give another --root`;
      throw new DigitflowError('USAGE', message);
    }
    return sep === '/' ? within : within.replaceAll(sep, '/');
  });
}

/** So many inputs are named. */
const MOST_NOTES = 5;

/** Says which inputs are larger than a shard was to be, and are not cut all the same. */
function noteWhole(
  inputs: readonly OpenedInput[],
  size: ShardSize,
  totalBytes: number,
  note: PlanOptions['onNote'] = () => {},
): void {
  const large = inputs.filter((input) => {
    if (input.whole === null) return false;
    if ('shardRows' in size) return input.records === null || input.records > size.shardRows;
    return bytesOf(input) > ('shards' in size ? totalBytes / size.shards : size.shardBytes);
  });
  for (const input of large.slice(0, MOST_NOTES)) {
    const rest = `all of its ${bytesWords(bytesOf(input))} are in one shard`;
    note(`${input.path}: ${input.whole} cannot be cut: ${rest}`);
  }
  if (large.length > MOST_NOTES) note(`so it is with ${large.length - MOST_NOTES} other inputs`);
}
