import { DigitflowError } from '../src/errors.js';
import { isRegularFile } from '../src/inputs/first-bytes.js';
import { type Model, openModel } from '../src/inputs/open-model.js';
import { type EvaluateOptions, unlessAborted } from './evaluation-input.js';
import { looksLikeCsv, ScoreInputs, type UnderstoodInput } from './score-input.js';

/**
 * Opens the images as CSV, where that is what they are; null for IDX. What comes with labels is IDX.
 *
 * @throws DigitflowError what is wrong with the network, and with the rows of a CSV
 */
export async function openCsvInput(
  options: EvaluateOptions,
): Promise<{ readonly input: UnderstoodInput; readonly model: Model } | null> {
  const { images, labels, csv = {}, onOpened, signal } = options;
  if (images === undefined || labels !== undefined) return null;
  // A stream without labels can be nothing else.
  if (typeof images === 'string' && images !== '-' && !(await isCsvFile(images))) return null;
  const model = openModel(options.model ?? 'sigmoid');
  const inputs = new ScoreInputs([images], model.network, csv, (input) => onOpened?.(input));
  const opening = inputs.open(0);
  try {
    const input = await unlessAborted(opening, signal);
    return input && { input, model };
  } catch (error) {
    // Not awaited: a stream may take for ever to give its first line.
    opening.then((input) => input?.close()).catch(() => {});
    // IDX from a stream, or nothing at all: whoever reads IDX says that labels are missing.
    const isStream = typeof images !== 'string' || images === '-';
    const isNoCsv = error instanceof DigitflowError && (error.code === 'USAGE' || error.code === 'CSV_EMPTY');
    if (isStream && isNoCsv) return null;
    throw error;
  }
}

/** Whether a path is that of a regular file with text in it. */
export async function isCsvFile(path: string): Promise<boolean> {
  return (await isRegularFile(path)) && looksLikeCsv(path);
}
