import type { CsvDialect } from '../src/formats/csv/dialect.js';
import type { Normalization } from '../src/network/normalization.js';

/** The normalization for rows of a dialect, turned as that says; where it does not, as the network takes them. */
export function orientedAs(
  { transposed }: Pick<CsvDialect, 'transposed'>,
  normalization: Normalization,
): Normalization {
  return transposed === null ? normalization : { ...normalization, transposed };
}
