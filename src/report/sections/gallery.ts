import { type Html, html } from '../html.js';
import { greyPng } from '../png.js';
import type { ReportCell, ReportImage } from '../report-data.js';
import { cellId, grouped, type SectionContext } from './context.js';

/** The most confident mistakes. */
export function mistakesSection(context: SectionContext, images: readonly ReportImage[]): Html {
  const { words } = context;
  return html`<section aria-labelledby="mistakes"><h2 id="mistakes">${words.mistakes}</h2>
<p>${images.length === 0 ? words.noMistakes : words.mistakesNote}</p>${gallery(context, images, '')}</section>`;
}

/** The images whose label may be wrong. */
export function suspectsSection(context: SectionContext, images: readonly ReportImage[]): Html {
  const { words } = context;
  return html`<section aria-labelledby="suspects"><h2 id="suspects">${words.suspects}</h2>
<p>${images.length === 0 ? words.noSuspects : words.suspectsNote}</p>${gallery(context, images, '')}</section>`;
}

/** For each cell of the matrix its images: where the links of the matrix lead. */
export function cellsSection(context: SectionContext, cells: readonly ReportCell[]): Html | null {
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
  return html`<section aria-labelledby="cells"><h2 id="cells">${words.cells}</h2><p>${words.cellsNote}</p>
${shown}</section>`;
}

function gallery(
  { words, name, share }: SectionContext,
  images: readonly ReportImage[],
  size: string,
): Html | null {
  if (images.length === 0) return null;
  const figures = images.map(({ index, truth, prediction, confidence, picture }) => {
    const alt = words.alt(grouped(index), name(truth), name(prediction));
    const caption =
      size === '' ? html`${words.caption(name(truth), name(prediction), share(confidence))}<br>` : null;
    return html`<li><figure><img src="${greyPng(picture)}" width="${picture.width}" height="${picture.height}" alt="${alt}">
<figcaption>${caption}<span class="soft">#${grouped(index)}${size === '' ? '' : html` ${share(confidence, 0)}`}</span></figcaption></figure></li>`;
  });
  return html`<ul class="gallery${size}">${figures}</ul>`;
}
