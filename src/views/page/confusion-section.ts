import { topConfusions } from '../../counting/confusion-matrix.js';
import { greyPng } from './encode-png.js';
import { type Html, html } from './html.js';
import type { ReportCell, ReportImage } from './report-data.js';
import { type CellKeys, cellId, grouped, type SectionContext } from './sections.js';

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

/** More classes than that make no table that anyone could read. */
const MOST_CLASSES = 40;
const MOST_CONFUSIONS = 12;
const RIGHT_SHADES = 3;
const WRONG_SHADES = 5;

/** The confusion matrix as a heat map. */
export function matrixSection(context: SectionContext, cells: CellKeys): Html {
  const { words, evaluation } = context;
  const isLarge = evaluation.classes.length > MOST_CLASSES;
  return html`<section aria-labelledby="matrix"><h2 id="matrix">${words.matrix}</h2>
<p>${isLarge ? words.matrixTooLarge(evaluation.classes.length) : words.matrixNote}</p>
${isLarge ? null : matrixTable(context, cells)}</section>`;
}

function matrixTable({ words, evaluation, name, share }: SectionContext, cells: CellKeys): Html {
  const { confusion } = evaluation;
  const supports = confusion.map((row) => row.reduce((sum, count) => sum + count, 0));
  const shares = confusion.map((row, truth) =>
    row.map((count) => (supports[truth] ? count / supports[truth] : 0)),
  );
  const worst = Math.max(...shares.flatMap((row, truth) => row.filter((_, k) => k !== truth)), 0);
  const cell = (count: number, truth: number, prediction: number): Html => {
    if (count === 0) return html`<td></td>`;
    const part = shares[truth][prediction];
    const shown = html`${grouped(count)} <small>${share(part)}</small>`;
    const shade = shadeOf(part, worst, truth === prediction);
    if (!cells.has(cellId(truth, prediction))) return html`<td class="${shade}"><span>${shown}</span></td>`;
    const said = words.cell(name(truth), name(prediction), grouped(count), share(part));
    return html`<td class="${shade}"><a href="#${cellId(truth, prediction)}" aria-label="${said}" title="${said}">${shown}</a></td>`;
  };
  const head = confusion.map((_, k) => html`<th scope="col">${name(k)}</th>`);
  const rows = confusion.map(
    (
      row,
      truth,
    ) => html`<tr><th scope="row">${name(truth)}</th>${row.map((count, k) => cell(count, truth, k))}<td class="sum">${grouped(supports[truth])}</td></tr>
`,
  );
  return html`<div class="scroll" tabindex="0" role="group" aria-label="${words.matrix}"><table class="matrix">
<thead><tr><th scope="col">${words.truth} \\ ${words.prediction}</th>${head}<th scope="col">${words.all}</th></tr></thead>
<tbody>${rows}</tbody></table></div>`;
}

/** Small shares are told apart, too: the shade goes by the root of the share. */
function shadeOf(part: number, worst: number, isRight: boolean): string {
  if (isRight) return `r${Math.max(1, Math.ceil(part * RIGHT_SHADES))}`;
  return `w${Math.max(1, Math.ceil(Math.sqrt(part / worst) * WRONG_SHADES))}`;
}

/** The confusions by how often they happen. */
export function confusionsSection(
  { words, evaluation, name, share }: SectionContext,
  cells: CellKeys,
): Html | null {
  const confusions = topConfusions(evaluation.confusion, MOST_CONFUSIONS);
  if (confusions.length === 0) return null;
  const rows = confusions.map(({ truth, prediction, count, share: part }) => {
    const arrow = `${name(truth)} → ${name(prediction)}`;
    const id = cellId(truth, prediction);
    const label = cells.has(id) ? html`<a href="#${id}">${arrow}</a>` : arrow;
    return html`<tr><th scope="row" class="name">${label}</th><td>${grouped(count)}</td><td>${share(part)}</td></tr>
`;
  });
  return html`<section aria-labelledby="confusions"><h2 id="confusions">${words.confusions}</h2><table><thead><tr><th scope="col" class="name">${words.confusion}</th>
<th scope="col">${words.times}</th><th scope="col">${words.shareOfTruth}</th></tr></thead><tbody>${rows}</tbody></table></section>`;
}
