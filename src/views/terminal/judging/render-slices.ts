import { isApart, type Slice, type SliceValue } from '../../../counting/slices.js';
import { chanceWords, counted, grouped, percentage, signedPoints } from '../../../counting/wording.js';
import { safeText } from '../../../errors.js';
import { createStyle, type RenderOptions, type Style } from '../terminal.js';
import { displayWidth, joinBlocks, padLeft, padRight, titled, truncate, wrap } from '../text-layout.js';

/** So many values of a slice are shown: the weakest. */
const MOST_SHOWN = 12;
const LONGEST_NAME = 24;
const GAP = 2;

/** A column: its heading, and its text of each value; those of the highest `rank` are left out first where it is narrow. */
interface Column {
  readonly heading: string;
  readonly rank: number;
  readonly text: (row: SliceValue) => string;
}

/** The slices of an evaluation for a terminal, a table each. */
export function renderSlices(slices: readonly Slice[], options: RenderOptions): string {
  const style = createStyle(options);
  return joinBlocks(slices.map((slice) => sliceLines(slice, style)));
}

function sliceLines({ name, source, images, values }: Slice, style: Style): string[] {
  const { paint, width, glyphs, say } = style;
  const shown = values.slice(0, MOST_SHOWN);
  const title = titled(
    `By ${safeText(name)}`,
    `${counted(values.length, 'value')}, the weakest first`,
    style,
  );
  if (images === 0) return title;
  // What is measured here has words of ours; all else stands as it is.
  const nameOf = ({ value }: SliceValue) =>
    value === '' ? say('(none)') : source === 'images' ? say(value) : safeText(value);
  const all: readonly Column[] = [
    { heading: say('images'), rank: 2, text: ({ images }) => grouped(images) },
    { heading: say('accuracy'), rank: 0, text: ({ accuracy }) => `${percentage(accuracy, 2)} %` },
    {
      heading: say('95 % interval'),
      rank: 4,
      text: ({ interval }) => say(`${percentage(interval.low, 1)} to ${percentage(interval.high, 1)} %`),
    },
    {
      heading: say('to the rest'),
      rank: 3,
      text: ({ difference }) => signedPoints(difference, glyphs.absent),
    },
    { heading: 'p', rank: 1, text: ({ adjusted }) => chanceWords(adjusted, glyphs.absent) },
    { heading: '', rank: 1, text: (row) => (isApart(row) ? '*' : row.isFew ? say('few') : '') },
  ];
  const widthOf = ({ heading, text }: Column) =>
    GAP + Math.max(displayWidth(heading), ...shown.map((row) => displayWidth(text(row))));
  const nameWidth = Math.min(
    LONGEST_NAME,
    Math.max(displayWidth(say('value')), ...shown.map((row) => displayWidth(nameOf(row)))),
  );
  let columns = all;
  for (let rank = 4; rank > 0; rank--) {
    if (columns.reduce((sum, column) => sum + widthOf(column), nameWidth) <= width) break;
    columns = columns.filter((column) => column.rank !== rank);
  }
  const line = (first: string, cells: readonly string[]) =>
    (
      padRight(truncate(first, nameWidth, glyphs.ellipsis), nameWidth) +
      cells
        .map((cell, at) =>
          columns[at].heading === '' ? ' '.repeat(GAP) + cell : padLeft(cell, widthOf(columns[at])),
        )
        .join('')
    ).trimEnd();
  const rows = shown.map((row) => {
    const text = line(
      nameOf(row),
      columns.map((column) => column.text(row)),
    );
    return isApart(row) && (row.difference ?? 0) < 0 ? paint.bold(text) : text;
  });
  const left = values.length - shown.length;
  const notes = [
    ...(left > 0 ? [`${counted(left, 'value')} more; --format json has all of them.`] : []),
    ...(values.length > 1 ? [NOTE] : []),
    ...(shown.some(({ isFew }) => isFew) ? ['few: under 30 images, which say little.'] : []),
  ];
  return [
    ...title,
    '',
    paint.dim(
      line(
        say('value'),
        columns.map(({ heading }) => heading),
      ),
    ),
    ...rows,
    ...notes.flatMap((note) => wrap(say(note), width)).map(paint.dim),
  ];
}

const NOTE = '*: apart from the rest beyond doubt (p < 0.05, Fisher, adjusted for all values by Holm).';
