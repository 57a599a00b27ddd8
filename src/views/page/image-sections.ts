import { grouped } from '../../counting/wording.js';
import type { ImageSize } from '../../network/network.js';
import { cellId, type Html, html, type SectionContext, section } from './html.js';
import { greyPng } from './journey/page-picture.js';
import type { ReportData, ReportImage } from './report-data.js';

export const IMAGES_STYLE = `
.badge { display: inline-block; margin-top: .2rem; padding: 0 .4rem; border-radius: .6rem; font-size: .72rem; line-height: 1.3rem; background: #ffdf8a; color: #241a02; }
.gallery figure { position: relative; } .cells { border-bottom: 1px solid var(--line); margin: 0; } .cells summary { padding: .5rem 0; }
.cells h3 { margin-top: 1rem; scroll-margin-top: 1rem; } .cells:has(:target)::details-content { content-visibility: visible; }
@media print { .cells:not([open]), section:has(.cells):not(:has(.cells[open])) { display: none; } }
`;

/** The most confident mistakes. Those whose label may be wrong have a badge, and the rest of these follow. */
export function mistakesSection(context: SectionContext, { mistakes, suspects }: ReportData): Html {
  const { words } = context;
  if (mistakes.length === 0) return section(words, 'mistakes', html`\n<p>${words.noMistakes}</p>`);
  const ranks = new Map(suspects.map(({ index }, at) => [index, at + 1]));
  const badge = ({ index }: ReportImage): string | null => {
    const rank = ranks.get(index);
    return rank === undefined ? null : words.doubt(rank);
  };
  const shown = new Set(mistakes.map(({ index }) => index));
  const rest = suspects.filter(({ index }) => !shown.has(index));
  const more = rest.length > 0 && html`\n<h3>${words.moreDoubt}</h3>\n${gallery(context, rest, { badge })}`;
  const doubt = suspects.length === 0 ? words.noDoubt : words.doubtNote;
  return section(
    words,
    'mistakes',
    html`\n<p>${words.sentences([words.mistakesNote, doubt])}</p>${gallery(context, mistakes, { badge })}${more || null}`,
  );
}

/** The images of each cell of the matrix, a row of it folded together; the matrix links to them, which opens the row. */
export function cellsSection(context: SectionContext, { cells }: ReportData): Html | null {
  if (cells.length === 0) return null;
  const { words, evaluation, name } = context;
  const rows = evaluation.confusion.map((row, truth) => {
    const own = cells.filter((cell) => cell.truth === truth);
    if (own.length === 0) return null;
    const images = row.reduce((sum, count) => sum + count, 0);
    const said = words.cellRow(name(truth), grouped(images), grouped(images - row[truth]));
    return html`<details class="cells"><summary>${said}</summary>
${own.map((cell) => cellPart(context, cell))}</details>
`;
  });
  return section(words, 'cells', html`<p>${words.cellsNote}</p>\n${rows}`);
}

function cellPart(context: SectionContext, { truth, prediction, images }: ReportData['cells'][number]): Html {
  const { words, evaluation, name } = context;
  const count = words.shownOf(grouped(images.length), grouped(evaluation.confusion[truth][prediction]));
  const pair = `${name(truth)} → ${name(prediction)}`;
  return html`<h3 id="${cellId(truth, prediction)}" tabindex="-1">${pair} <span class="soft">${count}</span>
<a class="back" href="#matrix" aria-label="${words.titled(pair, words.back)}">${'↑'}</a></h3>
${gallery(context, images, { size: ' small' })}
`;
}

/** Images side by side, each with what was said of it. */
export function gallery(
  { words, name, output }: Pick<SectionContext, 'words' | 'name' | 'output'>,
  images: readonly ReportImage[],
  {
    size = '',
    badge = () => null,
  }: { readonly size?: '' | ' small'; readonly badge?: (image: ReportImage) => string | null } = {},
): Html | null {
  if (images.length === 0) return null;
  const figures = images.map((image) => {
    const { truth, prediction, confidence, picture } = image;
    const alt = words.alt(image.name ?? grouped(image.index), name(truth), name(prediction));
    const called = image.name ?? `#${grouped(image.index)}`;
    const caption =
      size === ''
        ? html`${words.caption(name(truth), name(prediction), output(confidence))}<br><span class="soft">${called}</span>`
        : html`<span class="soft">${called} ${output(confidence, 0)}</span>`;
    const mark = badge(image);
    return figure(
      greyPng(picture),
      picture,
      alt,
      mark === null ? caption : html`${caption}<br><b class="badge">${mark}</b>`,
    );
  });
  return html`<ul class="gallery${size}">${figures}</ul>`;
}

/** A picture and what is said of it, as one of a gallery. */
export function figure(url: string, { height, width }: ImageSize, alt: string, caption: Html): Html {
  return html`<li><figure><img src="${url}" width="${width}" height="${height}" alt="${alt}">
<figcaption>${caption}</figcaption></figure></li>`;
}
