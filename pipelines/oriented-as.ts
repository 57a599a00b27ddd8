import type { CsvDialect } from '../src/csv/dialect.js';
import type { Normalization } from '../src/network/normalization.js';

/** The normalization for rows of a dialect: images that are stored column by column are turned. */
export function orientedAs({ transposed }: CsvDialect, normalization: Normalization): Normalization {
  return transposed ? { ...normalization, transposed: true } : normalization;
}
