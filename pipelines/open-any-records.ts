import { type CsvFlags, mostRowBytesOf } from '../src/formats/csv/dialect.js';
import { sniffFormat } from '../src/formats/recognize.js';
import { piecesOf } from '../src/inputs/bytes/byte-source.js';
import { type FirstBytes, readFirstBytes } from '../src/inputs/first-bytes.js';
import { type IdxSource, openIdx } from '../src/inputs/idx-source.js';
import type { Network } from '../src/network/network.js';
import type { OpenedInput } from '../src/outputs/score-options.js';
import { type HeldRows, holdCsv, type RowRange } from './hold-csv.js';
import { isCsvFile } from './open-csv-input.js';
import { openRecords, type RecordsSpec } from './open-records.js';
import { understandCsv } from './score-input.js';

/** Images to look at: IDX, CSV or a folder, with labels where there are any. */
export interface AnyRecordsSpec extends RecordsSpec {
  /** What is known of a CSV; the rest is guessed. */
  readonly csv?: CsvFlags | undefined;
  /** Is told what was guessed of it. */
  readonly onOpened?: ((input: OpenedInput) => void) | undefined;
}

/** What images turned out to be: rows of text, which were read, or IDX, which is open. */
export type AnyRecords =
  | { readonly name: string; readonly rows: HeldRows; readonly source?: undefined }
  | { readonly name: string; readonly rows?: undefined; readonly source: IdxSource };

/**
 * Opens images of any kind, known by their content. What comes with labels of its own is IDX.
 *
 * @param range of the rows of a CSV.
 * @throws DigitflowError what `openRecords` throws, and what is wrong with a CSV, as `evaluate` would say it
 */
export async function openAnyRecords(
  spec: AnyRecordsSpec,
  network: Network,
  range: RowRange,
): Promise<AnyRecords> {
  const { images, labels } = spec;
  if (images !== undefined && labels === undefined && (images === '-' || (await isCsvFile(images)))) {
    const { height, width } = network.image;
    const looked = await readFirstBytes(images, mostRowBytesOf(height * width));
    try {
      if (sniffFormat(looked.bytes, looked.name) === 'csv')
        return await openRows(looked, spec, network, range);
      // What was looked at of a stream is not there a second time.
      const source = await openIdx({ images: piecesOf(() => looked.content()), imagesName: looked.name });
      return { name: looked.name, source };
    } catch (error) {
      await looked.close();
      throw error;
    }
  }
  const source = await openRecords(spec);
  return { name: source.format.imagesName, source };
}

async function openRows(
  looked: FirstBytes,
  { csv = {}, onOpened }: AnyRecordsSpec,
  network: Network,
  range: RowRange,
): Promise<AnyRecords> {
  const input = await understandCsv(looked, 0, network, csv);
  try {
    onOpened?.(input);
    return { name: input.name, rows: await holdCsv(input, network, range) };
  } finally {
    await input.close();
  }
}
