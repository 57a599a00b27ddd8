import { grouped } from '../../counting/wording.js';
import type { FlipDistances, StressCurve, StressReport } from '../../judging/stress-report.js';
import type { Picture } from '../picture.js';
import { CORRUPTIONS_JA, STRESS_WORDS } from '../words/stress-words.js';
import { LANGUAGES, type Language } from '../words/words.js';
import { sectionsPage } from './document.js';
import { type Html, html, rounded, scrollable, shareIn, type TitledSection } from './html.js';
import { greyPng } from './journey/page-picture.js';
import { dataItem, datasetOf, networkItem } from './provenance.js';

/** The pictures of a stress test. */
export interface StressPictures {
  /** The first image: as it is, then by corruption at each strength; null of no images. */
  readonly examples: { readonly clean: Picture; readonly worse: readonly (readonly Picture[])[] } | null;
  /** Images whose verdict flips, and what they become. */
  readonly flips: readonly {
    readonly index: number;
    readonly image: Picture;
    readonly changed: Picture;
    readonly verdict: string;
    readonly becomes: string;
    readonly distance: number;
  }[];
}

const OWN_STYLE = `
.curves { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 13.5rem), 1fr)); gap: 1.25rem 1.5rem; margin: 1rem 0; }
.curves figcaption { margin: 0 0 .25rem; font-size: .95rem; } .curves figcaption small { display: block; color: var(--soft); line-height: 1.3; }
.band { fill: var(--bar); opacity: .45; } .proven { fill: none; stroke: var(--soft); stroke-width: 2; stroke-dasharray: 5 4; }
.examples img { width: 3.6rem; height: auto; display: block; background: #000; border-radius: 3px; } .examples td { padding: .3rem .25rem; text-align: center; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: .3rem; }
@media (max-width: 40rem) { .examples img { width: 2.6rem; } }
`;

/** A stress test as one HTML document without network or script; the same report gives the same bytes. */
export function stressPage(report: StressReport, pictures: StressPictures, language: Language): string {
  const context = contextOf(report, language);
  const { words, own } = context;
  const isEmpty = report.images === 0;
  const sections: TitledSection[] = [['result', own.result, summary(context)]];
  if (!isEmpty && report.corruptions.length > 0) {
    sections.push(['curves', own.curves, curves(context)]);
    if (pictures.examples) sections.push(['examples', own.examples, examples(context, pictures.examples)]);
  }
  if (!isEmpty && report.flips !== null) {
    sections.push(
      ['flips', own.flips, flips(context)],
      ['flipped', own.flipped, flipped(context, pictures.flips)],
    );
  }
  const title = own.title(report.model.name, datasetOf(words, report.data));
  return sectionsPage(words, title, sections, OWN_STYLE);
}

function contextOf(report: StressReport, language: Language) {
  const words = LANGUAGES[language];
  const ja = language === 'ja' ? CORRUPTIONS_JA : {};
  return {
    ...{ report, words, own: STRESS_WORDS[language] },
    nameOf: (name: string) => ja[name]?.[0] ?? name,
    unitOf: ({ name, unit }: StressCurve) => ja[name]?.[1] ?? unit,
    share: shareIn(words),
  };
}

type Context = ReturnType<typeof contextOf>;

function summary({ report, words, own, share, nameOf }: Context): Html {
  const { model, clean, mean, worst, seed, corruptions } = report;
  const ways = corruptions.reduce((sum, { points }) => sum + points.length, 0);
  const said =
    mean === null || worst === null
      ? null
      : html`\n<p class="figure">${share(mean)}</p>
<p>${words.sentences([own.figureNote(share(clean.accuracy, 2), ways), own.worst(share(worst.accuracy), nameOf(worst.corruption), `${worst.strength}`)])}</p>`;
  return html`${said}
<dl>${dataItem(words, report)}
${networkItem(words, words.network, model, report.normalization)}
<dt>${words.accuracy}</dt><dd>${share(clean.accuracy, 2)}</dd>
<dt>${own.seed}</dt><dd>${seed}</dd></dl>`;
}

const PANEL = { width: 216, height: 132, left: 34, right: 16, top: 8, bottom: 22 };
const GUESSING = 0.1;

/** A small chart for each corruption, and all numbers in a table. */
function curves(context: Context): Html {
  const { report, words, own, share, nameOf, unitOf } = context;
  const panels = report.corruptions.map(
    (curve) =>
      html`<figure><figcaption>${nameOf(curve.name)} <small>${unitOf(curve)}</small></figcaption>${panel(context, curve)}</figure>\n`,
  );
  const rows = report.corruptions.map(({ name, points, mean }) => {
    const cells = points.map(
      ({ strength, accuracy }) => html`<td>${share(accuracy)} <span class="soft">(${strength})</span></td>`,
    );
    return html`<tr><th scope="row" class="name">${nameOf(name)}</th>${cells}<td>${share(mean)}</td></tr>\n`;
  });
  const head = [1, 2, 3, 4, 5].map((at) => html`<th scope="col">${own.strength} ${at}</th>`);
  const table = html`<table><thead><tr><td></td>${head}<th scope="col">${words.mean}</th></tr></thead><tbody>${rows}</tbody></table>`;
  return html`\n<p>${own.curvesNote}</p>\n<div class="curves">${panels}</div>
<details><summary>${words.numbers}</summary>${scrollable(own.curves, table)}</details>`;
}

function panel({ report, words, share, nameOf }: Context, { name, points }: StressCurve): Html {
  const { width, height, left, right, top, bottom } = PANEL;
  const all = [{ strength: 0, ...report.clean }, ...points];
  const x = (at: number) => rounded(left + (at / (all.length - 1)) * (width - left - right));
  const y = (value: number) => rounded(top + (1 - value) * (height - top - bottom));
  const line = all.map(({ accuracy }, at) => `${x(at)},${y(accuracy ?? 0)}`).join(' ');
  const upper = all.map(({ interval }, at) => `${x(at)},${y(interval?.high ?? 0)}`);
  const lower = all.map(({ interval }, at) => `${x(at)},${y(interval?.low ?? 0)}`).reverse();
  const title = words.titled(nameOf(name), words.listed(points.map(({ accuracy }) => share(accuracy))));
  const ticks = [0, 0.5, 1].map(
    (value) => html`<line class="grid" x1="${left}" x2="${width - right}" y1="${y(value)}" y2="${y(value)}"/>
<text class="soft" x="${left - 6}" y="${y(value) + 4}" text-anchor="end">${100 * value}</text>`,
  );
  const strengths = points.map(
    ({ strength }, at) =>
      html`<text class="soft" x="${x(at + 1)}" y="${height - 6}" text-anchor="middle">${strength}</text>`,
  );
  return html`<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${title}">
${ticks}${strengths}<line class="ideal" x1="${left}" x2="${width - right}" y1="${y(GUESSING)}" y2="${y(GUESSING)}"/>
<polygon class="band" points="${[...upper, ...lower].join(' ')}"/><polyline class="curve" points="${line}"/></svg>`;
}

/** The first image at each strength. */
function examples(context: Context, { clean, worse }: NonNullable<StressPictures['examples']>): Html {
  const { report, own, nameOf } = context;
  const image = (picture: Picture, alt: string) =>
    html`<td><img src="${greyPng(picture)}" width="${picture.width}" height="${picture.height}" alt="${alt}"></td>`;
  const rows = report.corruptions.map(({ name, points }, at) => {
    const cells = worse[at].map((picture, level) =>
      image(picture, `${nameOf(name)} ${points[level].strength}`),
    );
    return html`<tr><th scope="row" class="name">${nameOf(name)}</th>${image(clean, own.asIs)}${cells}</tr>\n`;
  });
  return html`\n<p>${own.examplesNote}</p>\n${scrollable(own.examples, html`<table class="examples"><tbody>${rows}</tbody></table>`)}`;
}

const CHART = { width: 460, height: 250, left: 44, right: 14, top: 10, bottom: 40 };

/** How many images are flipped within a distance: found, and not excluded by proof. */
function flips({ report, words, own }: Context): Html {
  const { images = 0, distances = [] } = report.flips ?? {};
  const normWords = (norm: FlipDistances['norm']) => own[norm];
  const charts = distances.map(
    (of) =>
      html`<figure><figcaption>${normWords(of.norm)}</figcaption>${distribution(of, { own, title: words.titled(normWords(of.norm), own.shareOfImages) })}</figure>\n`,
  );
  const rows = distances.map(({ norm, quantiles, within1, within10 }) => {
    const cells = quantiles.map(
      (value) => html`<td>${value === null ? words.absent : value.toPrecision(3)}</td>`,
    );
    return html`<tr><th scope="row" class="name">${normWords(norm)}</th>${cells}<td>${within1}</td><td>${within10}</td></tr>\n`;
  });
  const head = ['5 %', '25 %', own.median, '75 %', '95 %', own.within('1 %'), own.within('10 %')];
  const table = html`<table><thead><tr><td></td>${head.map((cell) => html`<th scope="col">${cell}</th>`)}</tr></thead><tbody>${rows}</tbody></table>`;
  return html`\n<p>${own.flipsNote(grouped(images))}</p>\n<p>${own.flipsHow}</p>
<div class="columns">${charts}</div>\n${scrollable(own.flips, table)}`;
}

function distribution(
  { found, proven }: FlipDistances,
  { own, title }: { readonly own: Context['own']; readonly title: string },
): Html {
  const { width, height, left, right, top, bottom } = CHART;
  const known = found.flatMap((value) => value ?? []).sort((a, b) => a - b);
  const most = Math.max(1e-6, known[Math.ceil(0.98 * (known.length - 1))] ?? 1);
  const x = (value: number) => rounded(left + Math.min(1, value / most) * (width - left - right));
  const y = (share: number) => rounded(top + (1 - share) * (height - top - bottom));
  const steps = (values: readonly number[]) =>
    [`${x(0)},${y(0)}`, ...values.map((value, at) => `${x(value)},${y((at + 1) / found.length)}`)].join(' ');
  const ticks = [0, 0.25, 0.5, 0.75, 1].map(
    (share) => html`<line class="grid" x1="${left}" x2="${width - right}" y1="${y(share)}" y2="${y(share)}"/>
<text class="soft" x="${left - 6}" y="${y(share) + 4}" text-anchor="end">${100 * share} %</text>`,
  );
  const places = [0, 0.5, 1].map(
    (share) =>
      html`<text class="soft" x="${x(share * most)}" y="${height - 22}" text-anchor="middle">${(share * most).toPrecision(2)}</text>`,
  );
  return html`<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${title}">
${ticks}${places}<polyline class="proven" points="${steps(proven.toSorted((a, b) => a - b))}"/><polyline class="curve" points="${steps(known)}"/>
<text class="soft" x="${left}" y="${height - 5}">${own.distance} ${'—'} ${own.found}   - - ${own.proven}</text></svg>`;
}

function flipped({ own }: Context, all: StressPictures['flips']): Html {
  if (all.length === 0) return html`\n<p>${own.none}</p>`;
  const items = all.map(({ index, image, changed, verdict, becomes, distance }) => {
    const shown = (picture: Picture, alt: string) =>
      html`<img src="${greyPng(picture)}" width="${picture.width}" height="${picture.height}" alt="${alt}">`;
    return html`<li><figure><div class="pair">${shown(image, verdict)}${shown(changed, becomes)}</div>
<figcaption>#${index}: ${verdict} ${'→'} ${becomes}<br><span class="soft">${distance.toPrecision(2)}</span></figcaption></figure></li>\n`;
  });
  return html`\n<p>${own.flippedNote}</p>\n<ul class="gallery">${items}</ul>`;
}
