import { DigitflowError } from '../src/errors.js';
import { isFolder } from '../src/inputs/find-files.js';
import { type IdxSource, openIdx } from '../src/inputs/idx-source.js';
import { openLabelledImages } from '../src/inputs/open-images.js';

/** Images to look at, with their labels where there are any. */
export interface RecordsSpec {
  /** An IDX or CSV file, or a folder. Default: the bundled test set. */
  readonly images?: string | undefined;
  /** Their labels. Default: found beside them; for a single file there need be none. */
  readonly labels?: string | undefined;
}

/**
 * Opens images that may lack labels: those of a file need none to be looked at, those of a folder have theirs.
 *
 * @throws DigitflowError what `openLabelledImages` and `openIdx` throw
 */
export async function openRecords({ images, labels }: RecordsSpec): Promise<IdxSource> {
  try {
    return await openLabelledImages({ images, labels });
  } catch (error) {
    const isBare = images !== undefined && labels === undefined && !(await isFolder(images));
    const isWithoutLabels = error instanceof DigitflowError && /^(INPUT_MISSING|USAGE)$/.test(error.code);
    if (!isBare || !isWithoutLabels) throw error;
    return openIdx({ images });
  }
}
