import { isApart, type Slice, type SliceValue } from '../../counting/slices.js';
import { chanceWords, grouped, signedPoints } from '../../counting/wording.js';
import { type Html, html, type SectionContext, scrollable, section } from './html.js';
import { intervalChart } from './interval-chart.js';

/** So many values of a slice are drawn, and so many are in its table: the weakest. */
const MOST_DRAWN = 16;
const MOST_ROWS = 25;

/** Each slice: its weakest values beside the accuracy of all images, and their numbers; null where there are none. */
export function slicesSection(context: SectionContext): Html | null {
  const { slices = [] } = context.evaluation;
  if (slices.length === 0) return null;
  return section(
    context.words,
    'slices',
    html`<p>${context.words.slicesNote}</p>
${slices.map((slice) => sliceParts(slice, context))}`,
  );
}

function sliceParts({ name, source, values }: Slice, { words, evaluation, share }: SectionContext): Html {
  const title = words.sliceTitle(name, source);
  const nameOf = ({ value }: SliceValue) => (value === '' ? words.absent : words.sliceValue(value, source));
  const marks = values.slice(0, MOST_DRAWN).map((row) => ({
    ...{ label: nameOf(row), value: row.accuracy, interval: row.interval, isPlain: isApart(row) },
  }));
  const chart = intervalChart(
    title,
    marks,
    { ...words, wordsOf: (value) => share(value) },
    evaluation.accuracy ?? undefined,
  );
  const rows = values.slice(0, MOST_ROWS).map((row) => {
    const { interval } = row;
    const remark = isApart(row) ? words.apart : row.isFew ? words.fewImages : '';
    return html`<tr><th scope="row" class="name">${nameOf(row)}</th><td>${grouped(row.images)}</td><td>${share(row.accuracy, 2)}</td>
<td>${words.range(share(interval.low), share(interval.high))}</td><td>${signedPoints(row.difference, words.absent)}</td><td>${chanceWords(row.adjusted, words.absent)}</td><td class="name">${remark}</td></tr>\n`;
  });
  const table = html`<table><thead><tr><th scope="col" class="name">${words.sliceColumn}</th><th scope="col">${words.count}</th>
<th scope="col">${words.accuracy}</th><th scope="col">${words.intervalColumn}</th><th scope="col">${words.toTheRest}</th><th scope="col">p</th><td></td></tr></thead>
<tbody>${rows}</tbody></table>`;
  const shown =
    values.length > rows.length
      ? html`<p class="soft">${words.weakestOf(grouped(rows.length), grouped(values.length))}</p>`
      : null;
  return html`<h3>${title}</h3>${chart}${shown}${scrollable(title, table)}`;
}
