import { type Html, html } from '../html.js';
import { grouped, type SectionContext } from './context.js';

/** Precision, recall and F1 of each class. */
export function classesSection({ words, evaluation, share }: SectionContext): Html {
  const { classes, macro, images } = evaluation;
  const scores = (of: typeof macro) =>
    html`<td>${share(of.precision)}</td><td>${share(of.recall)}</td><td>${share(of.f1)}</td>`;
  const rows = classes.map(
    (
      one,
    ) => html`<tr><th scope="row" class="name">${one.name}</th>${scores(one)}<td>${grouped(one.support)}</td></tr>
`,
  );
  return html`<section aria-labelledby="classes"><h2 id="classes">${words.classes}</h2>
<div class="scroll" tabindex="0" role="group" aria-label="${words.classes}"><table>
<thead><tr><th scope="col" class="name">${words.className}</th><th scope="col">${words.precision}</th>
<th scope="col">${words.recall}</th><th scope="col">${words.f1}</th><th scope="col">${words.support}</th></tr></thead>
<tbody>${rows}</tbody>
<tfoot><tr><th scope="row" class="name">${words.mean}</th>${scores(macro)}<td>${grouped(images)}</td></tr></tfoot></table></div></section>`;
}
