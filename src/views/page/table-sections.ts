import { topConfusions } from '../../counting/confusion-matrix.js';
import { grouped } from '../../counting/wording.js';
import { heatLegend, shadeOf } from './heat.js';
import { cellId, type Html, html, type SectionContext, scrollable, section } from './html.js';

export const MATRIX_STYLE = `
.matrix td { padding: 0; min-width: 3.6rem; height: 3.1rem; border: 1px solid var(--paper); text-align: center; }
.matrix td a, .matrix td span { display: block; padding: .35rem .2rem; color: inherit; text-decoration: none; line-height: 1.25; }
.matrix td a:hover { text-decoration: underline; } .matrix small { display: block; font-size: .75rem; }
.matrix thead th { text-align: center; } .matrix .sum { color: var(--soft); padding: 0 .6rem; text-align: right; }
.matrix tr > :first-child { position: sticky; left: 0; z-index: 1; background: var(--paper); } .matrix th { white-space: normal; overflow-wrap: break-word; vertical-align: bottom; } .matrix tbody th { max-width: 9rem; vertical-align: middle; }
@media (max-width: 40rem) { .matrix { font-size: .72rem; } .matrix th { padding: .3rem; } .matrix tbody th { max-width: 6rem; } .matrix .sum { padding: 0 .15rem 0 .35rem; }
  .matrix td { min-width: 1.75rem; height: 2.1rem; } .matrix td a, .matrix td span { padding: .5rem 0; } .matrix small { display: none; }
  .matrix thead th:first-child span { position: absolute; clip-path: inset(50%); width: 1px; overflow: hidden; } }
@media print { .matrix { font-size: .8rem; } .matrix td { height: 2.3rem; min-width: 3.2rem; } .matrix td a, .matrix td span { padding: .1rem; } }
`;

export function classesSection({ words, evaluation, share }: SectionContext): Html {
  const { classes, macro, images } = evaluation;
  const scores = (of: typeof macro) =>
    html`<td>${share(of.precision)}</td><td>${share(of.recall)}</td><td>${share(of.f1)}</td>`;
  const rows = classes.map((one) => {
    const { name, support } = one;
    return html`<tr><th scope="row" class="name">${name}</th>${scores(one)}<td>${grouped(support)}</td></tr>\n`;
  });
  const table = html`<table>
<thead><tr><th scope="col" class="name">${words.className}</th><th scope="col">${words.precision}</th>
<th scope="col">${words.recall}</th><th scope="col">${words.f1}</th><th scope="col">${words.support}</th></tr></thead>
<tbody>${rows}</tbody>
<tfoot><tr><th scope="row" class="name">${words.mean}</th>${scores(macro)}<td>${grouped(images)}</td></tr></tfoot></table>`;
  return section(words, 'classes', html`\n${scrollable(words.classes, table)}`);
}

/** A matrix of more classes is too large to read. */
const MOST_CLASSES = 40;
const MOST_CONFUSIONS = 12;

export function matrixSection(context: SectionContext): Html {
  const { words, evaluation } = context;
  const { length } = evaluation.classes;
  const [note, table] =
    length > MOST_CLASSES ? [words.matrixTooLarge(length), null] : [words.matrixNote, matrixTable(context)];
  return section(words, 'matrix', html`\n<p>${note}</p>\n${table}`);
}

function matrixTable({ words, evaluation, cells, name, share }: SectionContext): Html {
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
  const corner = html`<span>${words.corner}</span>`;
  const rows = confusion.map((row, truth) => {
    const filled = row.map((count, k) => cell(count, truth, k));
    return html`<tr><th scope="row">${name(truth)}</th>${filled}<td class="sum">${grouped(supports[truth])}</td></tr>\n`;
  });
  const table = html`<table class="matrix">
<thead><tr><th scope="col">${corner}</th>${head}<th scope="col">${words.all}</th></tr></thead>
<tbody>${rows}</tbody></table>`;
  return html`${scrollable(words.matrix, table)}
${heatLegend(words, worst)}`;
}

export function confusionsSection({ words, evaluation, cells, name, share }: SectionContext): Html | null {
  const confusions = topConfusions(evaluation.confusion, MOST_CONFUSIONS);
  if (confusions.length === 0) return null;
  const rows = confusions.map(({ truth, prediction, count, share: part }) => {
    const arrow = `${name(truth)} → ${name(prediction)}`;
    const id = cellId(truth, prediction);
    const label = cells.has(id) ? html`<a href="#${id}">${arrow}</a>` : arrow;
    return html`<tr><th scope="row" class="name">${label}</th><td>${grouped(count)}</td><td>${share(part)}</td></tr>\n`;
  });
  const table = html`<table><thead><tr><th scope="col" class="name">${words.confusion}</th>
<th scope="col">${words.times}</th><th scope="col">${words.shareOfTruth}</th></tr></thead><tbody>${rows}</tbody></table>`;
  return section(words, 'confusions', html`\n${scrollable(words.confusions, table)}`);
}
