import { displayWidth, padRight } from './display-width.js';

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

/** The columns that a block takes. */
export function blockWidth(block: readonly string[]): number {
  return Math.max(0, ...block.map(displayWidth));
}

/** Blocks in rows, as many in a row as fit, all as wide as the widest of them; an empty line parts the rows. */
export function inTiles(tiles: readonly (readonly string[])[], gap: number, width: number): string[] {
  const tileWidth = Math.max(...tiles.map(blockWidth));
  const perRow = Math.max(1, Math.floor((width + gap) / (tileWidth + gap)));
  const lines: string[] = [];
  for (let from = 0; from < tiles.length; from += perRow) {
    const row = tiles.slice(from, from + perRow).map((tile) => [...tile, ' '.repeat(tileWidth)]);
    lines.push(...beside(row, gap));
  }
  // Every row ends with the line that keeps its tiles in step; the last one has nothing to part.
  return lines.slice(0, -1);
}

/** Parts joined by a comma, broken into lines of at most `width` columns where more would not fit. */
export function flow(parts: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const joined = lines.length > 0 ? `${lines[lines.length - 1]}, ${part}` : part;
    if (lines.length > 0 && displayWidth(joined) < width) lines[lines.length - 1] = joined;
    else {
      if (lines.length > 0) lines[lines.length - 1] += ',';
      lines.push(part);
    }
  }
  return lines;
}

/** Words in lines of at most `width` columns. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const joined = lines.length > 0 ? `${lines[lines.length - 1]} ${word}` : word;
    if (lines.length > 0 && displayWidth(joined) <= width) lines[lines.length - 1] = joined;
    else lines.push(word);
  }
  return lines;
}
