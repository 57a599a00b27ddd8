import type { Evaluation } from '../tally/evaluation.js';
import { renderClassTable } from './class-table.js';
import { beside, blockWidth } from './columns.js';
import { renderConfusionList } from './confusion-list.js';
import { renderGallery } from './gallery.js';
import { renderHeading } from './heading.js';
import { renderMatrix } from './matrix.js';
import type { Picture } from './picture.js';
import { createStyle, type RenderOptions, type Style } from './style.js';

/** So many that the list is no longer than what it stands beside. */
const CONFUSIONS_WITH_MATRIX = 6;
const CONFUSIONS_WITH_CLASSES = 10;
const CONFUSIONS_ALONE = 20;
const GAP = 3;

/**
 * The report for a terminal: what was evaluated, how well, where it goes wrong, and the worst mistakes as pictures.
 *
 * @param pictures in the order of `evaluation.mistakes`; may be fewer.
 * @returns lines that end with a newline each.
 */
export function renderEvaluation(
  evaluation: Evaluation,
  pictures: readonly Picture[],
  options: RenderOptions,
): string {
  const style = createStyle(options);
  const blocks = [renderHeading(evaluation, style)];
  if (evaluation.images > 0) blocks.push(...renderDetails(evaluation, style));
  if (evaluation.mistakes.length > 0) {
    const remark = `image, truth ${style.glyphs.arrow} prediction, confidence`;
    blocks.push([...titled('Worst mistakes', remark, style), ...renderGallery(evaluation, pictures, style)]);
  }
  return `${blocks.map((block) => block.join('\n')).join('\n\n')}\n`;
}

/** The matrix, the scores and the top confusions: beside each other where the width allows it. */
function renderDetails(evaluation: Evaluation, style: Style): string[][] {
  const classes = [...titled('Classes', '', style), ...renderClassTable(evaluation, style)];
  const confusions = (limit: number) => {
    const list = renderConfusionList(evaluation, limit, style);
    return list.length > 0 ? [[...titled('Where it goes wrong', '', style), ...list]] : [];
  };
  const matrixLines = renderMatrix(evaluation, style);
  if (matrixLines === null) {
    const note = `The matrix of ${evaluation.classes.length} classes does not fit here; --format csv has all of it.`;
    return [...inOneRow([classes, ...confusions(CONFUSIONS_ALONE)], style.width), [note]];
  }
  const remark = 'rows: truth, columns: prediction; % of the row';
  const matrix = [...titled('Confusion matrix', remark, style), ...matrixLines];
  const column = [...classes, ...confusions(CONFUSIONS_WITH_MATRIX).flatMap((lines) => ['', ...lines])];
  const wide = inOneRow([matrix, column], style.width);
  if (wide.length === 1) return wide;
  return [matrix, ...inOneRow([classes, ...confusions(CONFUSIONS_WITH_CLASSES)], style.width)];
}

/** The blocks beside each other as one, or as they are when that would be too wide. */
function inOneRow(blocks: string[][], width: number): string[][] {
  const columns = blocks.reduce((sum, block) => sum + blockWidth(block), GAP * (blocks.length - 1));
  return columns <= width ? [beside(blocks, GAP)] : blocks;
}

function titled(title: string, remark: string, { paint }: Style): [string, string] {
  return [remark ? `${paint.bold(title)}  ${paint.dim(remark)}` : paint.bold(title), ''];
}
