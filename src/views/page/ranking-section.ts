import type { ClassRanking, OutputScores } from '../../counting/metrics/outputs-tally.js';
import { percentage } from '../../counting/wording.js';
import type { CurvePoint } from '../../statistics/ranking.js';
import { chart } from './axes.js';
import { type Html, html, type SectionContext, scrollable, section } from './html.js';

/** More curves are not told apart: those of the lowest area are drawn. */
const MOST_CURVES = 12;
/** Where all areas are larger, only the first tenth of the false positives has anything to see. */
const MOSTLY_RIGHT = 0.95;

/** How well each class's probability tells its images from all others, and what else all outputs tell. */
export function rankingSection(context: SectionContext): Html | null {
  const { words, evaluation } = context;
  const { outputs } = evaluation;
  if (outputs === undefined) return null;
  const areas = outputs.classes.flatMap(({ rocArea }) => rocArea ?? []);
  const scores = scoreList(context, outputs);
  if (areas.length === 0) return section(words, 'ranking', html`<p>${words.noRanking}</p>${scores}`);
  const charts = html`${rocChart(context, outputs.classes, Math.min(...areas))}${recallChart(context, outputs.classes)}`;
  const table = scrollable(words.ranking, areasTable(context, outputs));
  const body = html`<p>${words.rankingNote}</p>
<div class="columns">${charts}</div>${scores}
<details><summary>${words.numbers}</summary>${table}</details>`;
  return section(words, 'ranking', body);
}

function scoreList({ words, evaluation, share }: SectionContext, outputs: OutputScores): Html {
  const { macro, macroF1Interval: range, agreement } = evaluation;
  const number = (value: number | null) => value?.toPrecision(4) ?? words.absent;
  const interval =
    range && words.bracketed(words.interval(percentage(range.low, 2), percentage(range.high, 2)));
  const list = (...items: readonly string[]) => words.listed(items);
  const top = list(
    ...(outputs.topK ?? []).map(({ k, accuracy }) => `${words.topK(k)} ${share(accuracy, 2)}`),
  );
  return html`<dl>${top ? html`<dt>${words.top}</dt><dd>${top}</dd>` : null}
<dt>${words.macroF1}</dt><dd>${share(macro.f1, 2)}${interval}</dd>
<dt>${words.agreement}</dt><dd>${list(`${words.kappa} ${number(agreement.cohenKappa)}`, `${words.matthews} ${number(agreement.matthewsCorrelation)}`)}</dd>
<dt>${words.probability}</dt><dd>${list(`${words.logLoss} ${number(outputs.logLoss)}`, `${words.brier} ${number(outputs.brier)}`)}</dd>
<dt>${words.abstaining}</dt><dd>${words.riskCoverageArea} ${number(outputs.riskCoverageArea)}</dd></dl>`;
}

function rocChart(context: SectionContext, classes: readonly ClassRanking[], lowestArea: number): Html {
  const right = lowestArea >= MOSTLY_RIGHT ? 0.1 : 1;
  return curvesChart(context, {
    ...{ title: context.words.roc, x: context.words.falsePositives, y: context.words.truePositives },
    right,
    curves: classes.map(({ name, rocArea: area, roc: points }) => ({ name, area, points })),
    // Where a curve begins it is steep, and tells nothing of where the axis should.
    isTypical: ([x]) => x >= right / 20,
  });
}

function recallChart(context: SectionContext, classes: readonly ClassRanking[]): Html {
  return curvesChart(context, {
    ...{ title: context.words.precisionRecall, x: context.words.recall, y: context.words.precision },
    curves: classes.map(({ name, averagePrecision: area, precisionRecall: points }) => ({
      ...{ name, area, points },
    })),
    // A curve begins with few images, and ends low, where all are taken for the class.
    isTypical: ([x]) => x >= 0.05 && x <= 0.9,
  });
}

/** A curve a class. */
interface Curves extends Record<'title' | 'x' | 'y', string> {
  readonly right?: number;
  readonly curves: readonly {
    readonly name: string;
    readonly area: number | null;
    readonly points: readonly CurvePoint[] | null;
  }[];
  /** Whether a point is one of those that the lowest mark of the axis is chosen by. */
  readonly isTypical: (point: CurvePoint) => boolean;
}

/** The curves of the classes in one frame, the lowest of them thick. */
function curvesChart(
  { words, share }: SectionContext,
  { curves, isTypical, right = 1, ...options }: Curves,
): Html {
  const drawn = curves
    .flatMap(({ name, area, points }) => (area === null || points === null ? [] : [{ name, area, points }]))
    .sort((a, b) => a.area - b.area)
    .slice(0, MOST_CURVES);
  const lowest = Math.min(1, ...drawn.flatMap(({ points }) => points.filter(isTypical).map(([, y]) => y)));
  const low = Math.min(0.9, Math.max(0, Math.floor(lowest * 10) / 10));
  const axes = { title: options.title, x: words.axis(options.x), y: words.axis(options.y) };
  const picture = chart({ ...axes, across: { low: 0, high: right }, up: { low, high: 1 } }, ({ x, y }) =>
    [...drawn].reverse().map(({ name, points }, at) => {
      const places = new Set(points.map((point) => `${x(point[0])},${y(point[1])}`));
      const kind = at === drawn.length - 1 ? 'curve' : 'other';
      return html`<polyline class="${kind}" points="${[...places].join(' ')}"><title>${name}</title></polyline>\n`;
    }),
  );
  const [first] = drawn;
  const caption = first && words.lowestCurve(first.name, share(first.area, 2));
  return html`<figure>${picture}<figcaption>${caption ? words.titled(options.title, caption) : options.title}</figcaption></figure>`;
}

function areasTable({ words, share }: SectionContext, { classes, ...means }: OutputScores): Html {
  const cells = ({ rocArea, averagePrecision }: Pick<ClassRanking, 'rocArea' | 'averagePrecision'>) =>
    html`<td>${share(rocArea, 2)}</td><td>${share(averagePrecision, 2)}</td>`;
  const rows = classes.map(
    (one) => html`<tr><th scope="row" class="name">${one.name}</th>${cells(one)}</tr>\n`,
  );
  return html`<table><thead><tr><th scope="col" class="name">${words.className}</th><th scope="col">${words.rocArea}</th>
<th scope="col">${words.precisionRecallArea}</th></tr></thead><tbody>${rows}</tbody>
<tfoot><tr><th scope="row" class="name">${words.mean}</th>${cells(means)}</tr></tfoot></table>`;
}
