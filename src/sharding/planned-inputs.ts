import type { Permits, Reading } from '../engine/records.js';
import { DigitflowError } from '../errors.js';
import { isGzip, isNpz } from '../formats/recognize.js';
import { isPacked } from '../inputs/bytes/inflate-bytes.js';
import { isFolder } from '../inputs/first-bytes.js';
import { cursorAt, type ImageFiles, type Input } from '../inputs/input.js';
import type { PlannedInput } from './plan.js';
import { bytesOf } from './plan-file.js';
import { imagesOf, measureFile, passBytes, placeOf, startOfFile, withPlaced } from './planned-files.js';
import { RowScan } from './row-scan.js';
import type { ShardCuts } from './shard-cuts.js';

/** An input that was opened for a plan. */
export interface OpenedInput extends PlannedInput {
  readonly reading: Pick<Reading, 'dialect' | 'storedBytes'>;
  /** Why it cannot be cut: `gzip`; null where it can. */
  readonly whole: string | null;
}

/** Nothing is read by them: they are for asking an input how it would be read. */
const NO_PERMITS: Permits = {
  whenFree: async () => {},
  room: () => new Uint8Array(0),
  text: null,
  readByWorkers: false,
};

/** The paths of an input's images: a folder, each of the pictures side by side, or a file. */
export function pathsOf({ images, imagesName, pictures }: ImageFiles, root: string | undefined): string[] {
  const path = imagesName ?? (typeof images === 'string' ? images : '-');
  if (pictures === undefined || isFolder(placeOf(path, root))) return [path];
  return pictures.names.map(pictures.title);
}

/** What a plan says of an input that is open. Throws what `measureFile` throws. */
export async function describeInput(
  input: Input,
  paths: readonly string[],
  root: string | undefined,
): Promise<OpenedInput> {
  const { name, format, guesses, records, file, dataStart, linesBefore } = input;
  const { reading, close } = input.read(cursorAt(file), NO_PERMITS);
  close();
  return {
    ...{ path: name, format, guesses, records, dataStart, linesBefore, reading },
    files: await Promise.all(paths.map((path) => measureFile(path, root))),
    digests: [],
    whole: format === 'pictures' ? 'a set of pictures' : whyWhole(input, await startOfFile(paths[0], root)),
  };
}

/** Why a file cannot be cut, by how it begins; null where it can. */
function whyWhole({ isText, dataStart }: Input, start: Uint8Array): string | null {
  if (isPacked(start)) return isGzip(start) ? 'gzip' : 'Zstandard';
  if (isNpz(start)) return 'an .npz archive';
  // It is turned in memory, where it has no header.
  return isText || dataStart > 0 ? null : 'an array in Fortran order';
}

/** How to pass over an input. */
interface PassOptions {
  readonly root: string | undefined;
  /** Whether all bytes of images are to be digested. */
  readonly withDigests: boolean;
  /** Is told how far the pass over the input is, of whole inputs only where they are digested; what it throws ends it. */
  onProgress(done: { readonly bytes: number; readonly records: number }): void;
}

/**
 * Passes over an input, and cuts it where shards are to begin; resolves to how many records it has, null where they are not
 * counted.
 *
 * @throws DigitflowError INPUT_READ, also where it has changed meanwhile; CSV_ROW_TOO_LONG
 */
export async function passInput(
  input: OpenedInput,
  cuts: ShardCuts,
  options: PassOptions,
): Promise<number | null> {
  const { root } = options;
  const pass = input.whole !== null ? passWhole : input.format === 'csv' ? passText : passRecords;
  const records = await pass(input, cuts, options);
  for (const file of input.files) {
    const { bytes, modifiedMs, etag } = await measureFile(file.path, root);
    if (bytes === file.bytes && modifiedMs === file.modifiedMs && etag === file.etag) continue;
    const message = `${file.path}: expected it to stay as it was, found that it was changed meanwhile; plan it again`;
    throw new DigitflowError('INPUT_READ', message);
  }
  return records;
}

/** What cannot be cut. */
async function passWhole(
  { format, files, records }: OpenedInput,
  cuts: ShardCuts,
  { root, withDigests, onProgress }: PassOptions,
): Promise<number | null> {
  let passed = 0;
  const take = (bytes: Uint8Array): void => {
    cuts.digest(bytes);
    passed += bytes.length;
    onProgress({ bytes: passed, records: 0 });
  };
  const measured = { bytes: bytesOf({ format, files }), records };
  cuts.begin(measured, null);
  if (withDigests) {
    for (const path of await imagesOf({ format, files }, root))
      await withPlaced(path, root, (file) => passBytes(file, 0, file.sizeBytes, take));
  }
  cuts.end(measured);
  return records;
}

/** Records that are all as long. */
function passRecords(
  { format, files, records, dataStart, reading }: OpenedInput,
  cuts: ShardCuts,
  { root, withDigests, onProgress }: PassOptions,
): Promise<number | null> {
  const count = records ?? 0;
  const bytes = bytesOf({ format, files });
  const { storedBytes } = reading;
  return withPlaced(files[0].path, root, async (file) => {
    let passed = 0;
    const take = (piece: Uint8Array): void => {
      cuts.digest(piece);
      passed += piece.length;
      onProgress({ bytes: passed, records: Math.max(0, Math.floor((passed - dataStart) / storedBytes)) });
    };
    const passTo = async (place: number): Promise<void> => {
      if (withDigests) await passBytes(file, passed, place, take);
    };
    cuts.begin({ bytes, records }, dataStart);
    for (;;) {
      const { bytes: goalBytes, row: goalRow, leastRow } = cuts.goal;
      const goal = Math.min(goalRow, Math.ceil((goalBytes - dataStart) / storedBytes));
      const row = Math.max(leastRow, goal);
      if (row >= count) break;
      const place = { bytes: dataStart + row * storedBytes, line: 0, row };
      await passTo(place.bytes);
      cuts.cut(place);
    }
    await passTo(bytes);
    cuts.end({ bytes, records });
    return records;
  });
}

/** Rows of text, which are looked for. */
function passText(
  { format, files, dataStart, linesBefore, reading }: OpenedInput,
  cuts: ShardCuts,
  { root, withDigests, onProgress }: PassOptions,
): Promise<number | null> {
  const { dialect } = reading;
  if (dialect === null) throw new TypeError('expected rows of text');
  const bytes = bytesOf({ format, files });
  return withPlaced(files[0].path, root, async (file) => {
    let isDigested = false;
    const scan = new RowScan({
      ...{ file, dialect, dataStart, linesBefore, end: bytes },
      onPassed: (passed) => {
        if (isDigested) cuts.digest(passed);
      },
      onProgress: ({ bytes: at, row }) => onProgress({ bytes: at, records: row }),
    });
    const first = await scan.next({ bytes: 0, row: 0, leastRow: 0 });
    const start = first?.bytes ?? bytes;
    // Whose shard it is what stands before the first row is known only now.
    cuts.begin({ bytes, records: first === null ? 0 : null }, start);
    if (withDigests) await passBytes(file, 0, start, (passed) => cuts.digest(passed));
    isDigested = withDigests;
    for (let place = await scan.next(cuts.goal); place !== null; place = await scan.next(cuts.goal))
      cuts.cut(place);
    const records = scan.place.row;
    cuts.end({ bytes, records });
    return records;
  });
}
