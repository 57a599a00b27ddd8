import { topConfusions } from '../../counting/confusion-matrix.js';
import type { Evaluation } from '../../counting/evaluation.js';
import type { GateResult } from '../../counting/gate-result.js';
import { digestWords, grouped, layersWords, percent } from '../../counting/wording.js';
import type { Words } from '../words/words.js';
import { heatLegend, shadeOf } from './heat.js';
import { cellId, type Html, html, type SectionContext, scrollable, section } from './html.js';

/** What was evaluated, and how well it did. */
export function summarySection({ words, evaluation, share }: SectionContext): Html {
  const {
    data,
    model,
    interval,
    images,
    correct,
    accuracy,
    loss,
    partial,
    otherReading,
    isNearChance,
    gates,
  } = evaluation;
  const digest = (sha256: string | null) =>
    sha256 === null ? html`${words.noDigest}` : html`<code title="${sha256}">${digestWords(sha256)}</code>`;
  const range = interval && words.interval((interval.low * 100).toFixed(2), (interval.high * 100).toFixed(2));
  const mean = loss.mean === null ? words.absent : String(Number(loss.mean.toPrecision(4)));
  const count = grouped(images);
  const other = readingNote(words, { otherReading, isNearChance });
  const body = html`
<p class="figure">${share(accuracy, 2)}</p>
<p>${words.accuracy}${range === null ? '' : html`, ${range}`}; ${words.wrong(grouped(images - correct), count)}</p>
${other ? html`<p><strong>${other}</strong></p>` : ''}${gateList(gates, words)}
<dl><dt>${words.data}</dt><dd>${data.dataset ?? data.name}, ${partial ? words.partialImages(count) : words.images(count)}
${data.files.map((file) => html`<br>${file.path}: ${digest(file.sha256)}`)}</dd>
<dt>${words.input}</dt><dd>${words.pixels(data.height, data.width)}, ${evaluation.normalization}</dd>
<dt>${words.network}</dt><dd>${model.name}, ${model.runtime === undefined ? `${model.layers.join('-')}, ${model.activations.join('-')}` : layersWords(model)}, ${words.parameters(grouped(model.parameters))}<br>${digest(model.sha256)}</dd>
<dt>${words.loss}</dt><dd>${mean} (${words.lossNames(loss.name)}, ${words.perImage})</dd></dl>`;
  return section(words, 'evaluated', body);
}

/** One sentence on how the input was read: what would be better, or that nothing would; null where all is well. */
export function readingNote(
  words: Words,
  { otherReading, isNearChance }: Pick<Evaluation, 'otherReading' | 'isNearChance'>,
): string | null {
  if (otherReading === null) return isNearChance ? words.nearChance : null;
  const share = (value: number) => percent(value, 0, words.absent);
  const { words: how, flags, images, accuracy, accuracyAsRead } = otherReading;
  return words.otherReading(how, flags, grouped(images), {
    accuracy: share(accuracy),
    asRead: share(accuracyAsRead),
  });
}

function gateList(gates: readonly GateResult[] | undefined, words: Words): Html | null {
  if (gates === undefined) return null;
  const failed = gates.filter(({ passed }) => !passed).length;
  const items = gates.map((gate) => {
    const verdict = gate.passed ? words.gatePassed : html`<strong>${words.gateFailed}</strong>`;
    return html`<li>${verdict}: ${words.gate(gate)}</li>\n`;
  });
  return html`<p><strong>${words.gates(gates.length, failed)}</strong></p>\n<ul>\n${items}</ul>`;
}

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
  const rows = confusion.map((row, truth) => {
    const filled = row.map((count, k) => cell(count, truth, k));
    return html`<tr><th scope="row">${name(truth)}</th>${filled}<td class="sum">${grouped(supports[truth])}</td></tr>\n`;
  });
  const table = html`<table class="matrix">
<thead><tr><th scope="col">${words.truth} \\ ${words.prediction}</th>${head}<th scope="col">${words.all}</th></tr></thead>
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
  const body = html`<table><thead><tr><th scope="col" class="name">${words.confusion}</th>
<th scope="col">${words.times}</th><th scope="col">${words.shareOfTruth}</th></tr></thead><tbody>${rows}</tbody></table>`;
  return section(words, 'confusions', body);
}
