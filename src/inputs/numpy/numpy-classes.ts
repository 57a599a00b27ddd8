import { DigitflowError, quoteValue } from '../../errors.js';
import { storedTexts } from '../../formats/label-reader.js';
import { areNames, bareLabel, labelFormat, TELLING_LABELS } from '../../formats/labels.js';
import type { ReadingFlags } from '../../formats/reading.js';
import { MOST_CLASSES } from '../../formats/stored-arrays.js';
import type { FirstBytes } from '../first-bytes.js';
import { openLabelArray } from './numpy-input.js';

const PIECE_BYTES = 2 ** 16;

/**
 * What labels say of their classes, in an array of their own or in an archive with images: names, in no order; or of one-hot
 * rows how many columns there are; null where they are numbers.
 *
 * @throws DigitflowError LABEL_SHAPE for too many names, and what opening labels throws
 */
export async function numpyClasses(
  first: FirstBytes,
  flags: ReadingFlags,
): Promise<readonly string[] | number | null> {
  const stream = await openLabelArray(first, 'train');
  if (stream === null) return null;
  try {
    const { element, shape, characters } = stream.header;
    const [, columns = 1] = shape;
    if (characters === undefined) {
      return shape.length === 2 && columns > 1 && columns <= MOST_CLASSES ? columns : null;
    }
    // Of another shape they are refused when they are read.
    if (columns !== 1 || shape.length > 2) return null;
    const format = labelFormat(element, characters, 'text');
    const least = Math.max(TELLING_LABELS, Math.floor(PIECE_BYTES / format.strideBytes));
    const names = new Set<string>();
    for (let read = 0; stream.remainingBytes > 0; read += least) {
      const bytes = Math.min(stream.remainingBytes, least * format.strideBytes);
      const texts = storedTexts(await stream.readFully(bytes), format, stream.name, read);
      if (read === 0 && !areNames(texts, flags)) return null;
      for (const text of texts) names.add(bareLabel(text));
      if (names.size > MOST_CLASSES) throw tooMany(stream.name, names);
    }
    return [...names];
  } finally {
    await stream.close();
  }
}

function tooMany(name: string, names: ReadonlySet<string>): DigitflowError {
  const found = `found more, such as ${[...names].slice(0, 3).map(quoteValue).join(', ')}; are these labels?`;
  return new DigitflowError('LABEL_SHAPE', `${name}: expected at most ${MOST_CLASSES} classes, ${found}`);
}
