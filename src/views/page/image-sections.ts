import { grouped } from '../../counting/wording.js';
import type { ImageSize } from '../../network/network.js';
import { cellId, type Html, html, type SectionContext, section } from './html.js';
import { greyPng } from './journey/page-picture.js';
import type { ReportData, ReportImage } from './report-data.js';

/** The most confident mistakes, and the images whose label may be wrong. */
export function mistakesSections(context: SectionContext, { mistakes, suspects }: ReportData): Html {
  const { words } = context;
  const note = mistakes.length === 0 ? words.noMistakes : words.mistakesNote;
  const doubt = suspects.length === 0 ? words.noSuspects : words.suspectsNote;
  return html`${section(words, 'mistakes', html`\n<p>${note}</p>${gallery(context, mistakes)}`)}
${section(words, 'suspects', html`\n<p>${doubt}</p>${gallery(context, suspects)}`)}`;
}

/** The images of each cell of the matrix; the matrix links to them. */
export function cellsSection(context: SectionContext, { cells }: ReportData): Html | null {
  if (cells.length === 0) return null;
  const { words, evaluation, name } = context;
  const shown = cells.map(({ truth, prediction, images }) => {
    const count = words.shownOf(grouped(images.length), grouped(evaluation.confusion[truth][prediction]));
    const pair = `${name(truth)} → ${name(prediction)}`;
    return html`<h3 id="${cellId(truth, prediction)}" tabindex="-1">${pair} <span class="soft">${count}</span>
<a class="back" href="#matrix" aria-label="${pair}: ${words.back}">${'↑'}</a></h3>
${gallery(context, images, ' small')}
`;
  });
  return section(words, 'cells', html`<p>${words.cellsNote}</p>\n${shown}`);
}

/** Images side by side, each with what was said of it. */
export function gallery(
  { words, name, share }: Pick<SectionContext, 'words' | 'name' | 'share'>,
  images: readonly ReportImage[],
  size: '' | ' small' = '',
): Html | null {
  if (images.length === 0) return null;
  const figures = images.map((image) => {
    const { truth, prediction, confidence, picture } = image;
    const alt = words.alt(image.name ?? grouped(image.index), name(truth), name(prediction));
    const called = image.name ?? `#${grouped(image.index)}`;
    const caption =
      size === ''
        ? html`${words.caption(name(truth), name(prediction), share(confidence))}<br><span class="soft">${called}</span>`
        : html`<span class="soft">${called} ${share(confidence, 0)}</span>`;
    return figure(greyPng(picture), picture, alt, caption);
  });
  return html`<ul class="gallery${size}">${figures}</ul>`;
}

/** A picture and what is said of it, as one of a gallery. */
export function figure(url: string, { height, width }: ImageSize, alt: string, caption: Html): Html {
  return html`<li><figure><img src="${url}" width="${width}" height="${height}" alt="${alt}">
<figcaption>${caption}</figcaption></figure></li>`;
}
