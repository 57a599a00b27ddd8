import type { CsvFlags } from '../src/csv/flags.js';
import type { Network } from '../src/network/network.js';
import { type HeldRows, holdCsv, type RowRange } from './hold-csv.js';
import { isCsvFile } from './open-csv-input.js';
import type { RecordsSpec } from './open-records.js';
import { ScoreInputs } from './score-input.js';
import type { OpenedInput } from './score-options.js';

/** What is known of a CSV that images may come from. */
export interface CsvSpec {
  /** What is known of it; the rest is guessed. */
  readonly csv?: CsvFlags | undefined;
  /** Is told what was guessed of it. */
  readonly onOpened?: ((input: OpenedInput) => void) | undefined;
}

/**
 * Rows of the images as CSV, where that is what they are; null for IDX. What comes with labels of its own is IDX.
 *
 * @throws DigitflowError what is wrong with the CSV, as `evaluate` would say it
 */
export async function openCsvRecords(
  { images, labels, csv = {}, onOpened }: RecordsSpec & CsvSpec,
  network: Network,
  range: RowRange,
): Promise<HeldRows | null> {
  if (images === undefined || labels !== undefined || !(await isCsvFile(images))) return null;
  const inputs = new ScoreInputs([images], network, csv, (input) => onOpened?.(input));
  try {
    const input = await inputs.open(0);
    return input && (await holdCsv(input, network, range));
  } finally {
    await inputs.close();
  }
}
