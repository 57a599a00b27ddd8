import type { Style } from './terminal.js';
import { displayWidth, padRight } from './text-width.js';

/** Blocks of lines as one text: an empty line between two blocks, a newline at the end. */
export function joinBlocks(blocks: readonly (readonly string[])[]): string {
  return `${blocks.map((block) => block.join('\n')).join('\n\n')}\n`;
}

/** The width of a block's widest line, in columns. */
export function blockWidth(block: readonly string[]): number {
  return Math.max(0, ...block.map(displayWidth));
}

/** Blocks of lines beside each other, each as wide as its widest line, `gap` columns between them. */
export function beside(blocks: readonly (readonly string[])[], gap: number): string[] {
  const widths = blocks.map(blockWidth);
  const height = Math.max(0, ...blocks.map((block) => block.length));
  return Array.from({ length: height }, (_, row) =>
    blocks
      .map((block, column) => padRight(block[row] ?? '', widths[column]))
      .join(' '.repeat(gap))
      .trimEnd(),
  );
}

/** Two blocks beside each other where they fit into `width` columns, else one below the other. */
export function besideOrBelow(left: readonly string[], right: readonly string[], width: number): string[] {
  const gap = 3;
  if (blockWidth(left) + gap + blockWidth(right) <= width) return beside([left, right], gap);
  return [...left, '', ...right];
}

/** Blocks in rows, as many in a row as fit, all as wide as the widest of them; an empty line between two rows. */
export function inTiles(tiles: readonly (readonly string[])[], gap: number, width: number): string[] {
  const tileWidth = Math.max(...tiles.map(blockWidth));
  const perRow = Math.max(1, Math.floor((width + gap) / (tileWidth + gap)));
  // A last line of the full width keeps the tiles of all rows in step; after the last row it is not needed.
  return chunks(tiles, perRow)
    .flatMap((row) =>
      beside(
        row.map((tile) => [...tile, ' '.repeat(tileWidth)]),
        gap,
      ),
    )
    .slice(0, -1);
}

/** Short texts of one width in lines of at most `perLine`, `gap` columns between them. */
export function inLines(cells: readonly string[], gap: number, perLine: number): string[] {
  return chunks(cells, perLine).map((line) => line.join(' '.repeat(gap)).trimEnd());
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, n) =>
    items.slice(n * size, (n + 1) * size),
  );
}

/** Parts joined by commas, broken between two parts where a line would be wider than `width` columns. */
export function flow(parts: readonly string[], width: number): string[] {
  // A comma at the end of a line takes a column, too.
  const lines = fill(parts, ', ', width - 1);
  return lines.map((line, index) => (index < lines.length - 1 ? `${line},` : line));
}

const LABEL_COLUMNS = 13;

/** Facts joined by commas in lines of the style's width, indented by a column that begins with their label. */
export function labelled(label: string, facts: readonly string[], { paint, width }: Style): string[] {
  return flow(facts, width - LABEL_COLUMNS).map(
    (line, row) => paint.dim(padRight(row === 0 ? label : '', LABEL_COLUMNS)) + line,
  );
}

/** Words in lines of at most `width` columns. */
export function wrap(text: string, width: number): string[] {
  return fill(text.split(' '), ' ', width);
}

/** Items joined into lines of at most `width` columns; an item that is wider has a line of its own. */
function fill(items: readonly string[], separator: string, width: number): string[] {
  const lines: string[] = [];
  for (const item of items) {
    const joined = lines.length > 0 ? lines[lines.length - 1] + separator + item : item;
    if (lines.length > 0 && displayWidth(joined) <= width) lines[lines.length - 1] = joined;
    else lines.push(item);
  }
  return lines;
}
