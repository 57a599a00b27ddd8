import { ContentDigest, MOST_DIGESTED_BYTES } from '../bytes/content-digest.js';
import { FileBytes } from '../bytes/file-bytes.js';
import { OpenFile } from '../bytes/open-file.js';
import type { CsvSource } from './csv-reading.js';

/** A CSV that is digested while it is evaluated. */
export interface DigestedCsv {
  /** To be read instead of the one that was given. */
  readonly source: CsvSource;
  /**
   * To be called when the rows have been read: the SHA-256 of the raw, unpacked content in hexadecimal. Null where not all
   * of it was read, where it is longer than 128 MiB, or where the file has changed meanwhile.
   *
   * @param isComplete false ends it at once.
   */
  finish(isComplete: boolean): Promise<string | null>;
}

/**
 * Digests a CSV: what the main thread reads, in passing; a file that workers read, beside them.
 *
 * @param sizeBytes of a file that workers can read.
 */
export async function digestCsv(
  csv: CsvSource,
  sizeBytes: number | null,
  mode: 'auto' | 'always',
): Promise<DigestedCsv> {
  const mostBytes = mode === 'always' ? Number.POSITIVE_INFINITY : MOST_DIGESTED_BYTES;
  if ((sizeBytes ?? 0) > mostBytes) return { source: csv, finish: async () => null };
  const digest = await ContentDigest.create(mostBytes);
  if (csv.path !== null) return digestFile(csv, csv.path, sizeBytes, digest);
  return {
    source: { ...csv, content: async () => digest.watch(await csv.content()) },
    finish: async (isComplete) => (isComplete ? digest.sha256 : null),
  };
}

function digestFile(
  csv: CsvSource,
  path: string,
  sizeBytes: number | null,
  digest: ContentDigest,
): DigestedCsv {
  let isLeft = false;
  const read = async (file: OpenFile): Promise<void> => {
    const source = digest.watch(new FileBytes(file));
    while (!isLeft && !digest.isGivenUp && (await source.pull()) !== null);
  };
  const reading = OpenFile.open(path, csv.name).then(async (file) => {
    await read(file).catch(() => undefined);
    return file;
  });
  // Whoever reads the rows tells what is wrong with the file.
  const done = reading.catch(() => undefined);
  let finished: Promise<string | null> | undefined;
  const finish = async (isComplete: boolean): Promise<string | null> => {
    isLeft = !isComplete;
    const file = await done;
    const isSame = file !== undefined && file.sizeBytes === sizeBytes;
    file?.release();
    return isComplete && isSame && digest.byteCount === sizeBytes ? digest.sha256 : null;
  };
  return {
    source: csv,
    // Once: the file is closed then.
    finish: (isComplete) => {
      finished ??= finish(isComplete);
      return finished;
    },
  };
}
