import { grouped } from '../../../counting/wording.js';
import { LIT, LOWERS, RAISES } from '../../picture.js';
import { type Html, html, type SectionContext, scrollable, section } from '../html.js';
import type { ReportData, ReportJourney } from '../report-data.js';
import { isDeep, journeyDrawing } from './journey-drawing.js';
import { greyPng } from './page-picture.js';

/** So many of the neurons that move an output are named. */
const MOST_TERMS = 4;

/** Of so many classes an image is shown. */
export const MOST_JOURNEYS = 26;

const css = (colour: readonly number[]) => `rgb(${colour.join(' ')})`;

/** A network lit up is drawn on black, whatever the page is on. The buttons choose without any script: what follows the chosen one is shown. */
export const JOURNEY_STYLE = `
.ways { border: 0; padding: 0; margin: 0; min-width: 0; display: flex; flex-wrap: wrap; gap: .4rem; position: relative; }
.ways legend { color: var(--soft); padding: 0 0 .4rem; } .ways > input { position: absolute; opacity: 0; }
.ways > label { min-width: 3.1rem; max-width: 10rem; padding: 3px; border: 2px solid var(--line); border-radius: 7px; text-align: center; font-size: .8rem; cursor: pointer; }
.ways > label img { display: block; width: 2.6rem; height: 2.6rem; margin: 0 auto; object-fit: contain; border-radius: 3px; background: #000; }
.ways > label.miss { color: var(--wrong); } .ways > :checked + label { border-color: var(--ink); background: var(--card); font-weight: 700; }
.ways > :focus-visible + label { outline: 3px solid var(--link); outline-offset: 2px; }
.way { order: 1; width: 100%; display: none; grid-template-columns: minmax(0, 37rem) minmax(11rem, 1fr); gap: .75rem 1.75rem; margin-top: .5rem; align-items: start; } .deep { grid-template-columns: minmax(0, 1fr); }
.sum { margin-bottom: 1rem; font-size: .9rem; } .sum caption { color: var(--ink); padding-bottom: .2rem; } .sum :is(th, td) { padding: .15rem .6rem .15rem 0; font-weight: 400; }
.sum tfoot :is(th, td) { color: var(--ink); } .sum tfoot tr:last-child :is(th, td) { font-weight: 700; }
.ways > :checked + label + .way { display: grid; }
.stage { background: #0b0c0f; color: #b4bac4; border-radius: 10px; padding: 1rem; break-inside: avoid; }
.stage svg { display: block; width: 100%; } .stage .scroll svg { width: auto; max-width: none; }
.stage text { fill: #b4bac4; font-size: 13px; } .stage text.best { fill: ${css(LIT)}; font-weight: 700; } .stage .out { fill: #eceef1; } .out tspan { fill: #b4bac4; }
.push, .hold { fill: none; stroke: ${css(RAISES)}; } .hold { stroke: ${css(LOWERS)}; stroke-dasharray: 5 3; }
.neuron { fill: ${css(LIT)}; stroke: #8a909c; stroke-width: 1.2; } .won { stroke: ${css(LIT)}; stroke-width: 2.5; }
.truth { fill: none; stroke: #fff; stroke-width: 1.5; stroke-dasharray: 3 3; } .frame { fill: none; stroke: #6e7480; }
.key { list-style: none; margin: .75rem 0 0; padding: 0; display: flex; flex-wrap: wrap; justify-content: center; gap: .1rem 1.25rem; font-size: .85rem; }
.key i { display: inline-block; vertical-align: middle; width: 1.6rem; margin-right: .45rem; border-top: 3px solid ${css(RAISES)}; }
.key .down { border-top: 3px dashed ${css(LOWERS)}; } .key .light { height: .8rem; border: 0; border-radius: .4rem; background: linear-gradient(90deg, #0b0c0f, ${css(LIT)}); box-shadow: 0 0 0 1px #8a909c; }
@media (max-width: 46rem) { .way { grid-template-columns: minmax(0, 1fr); } .stage { padding: .6rem .4rem; } .stage > svg text { font-size: 17px; } }
@media print { .ways > .miss + .way { display: grid; } .way:not(.deep) { grid-template-columns: minmax(0, 26rem) 1fr; } }
`;

/** Images on their way through the network, its neurons lit: one of each class, and a mistake. One is shown at a time. */
export function journeySection(context: SectionContext, { journeys }: ReportData): Html | null {
  if (journeys.length === 0) return null;
  const { words, evaluation } = context;
  const { length } = evaluation.classes;
  const right = journeys.filter(({ image }) => image.truth === image.prediction).length;
  const some = right < length ? html`<p>${words.journeySome(right, length, MOST_JOURNEYS)}</p>` : null;
  const hasNegative = journeys.some(({ layers }) => layers.some(({ values }) => values.some((a) => a < 0)));
  const ways = journeys.map((journey, at) => wayOf(context, journey, at));
  const body = html`<p>${words.journeyNote}</p>
<p>${words.journeyLines}${hasNegative ? ` ${words.journeyNegative}` : ''}</p>${some}
<fieldset class="ways"><legend>${words.journeyChoose(right < journeys.length)}</legend>
${ways}</fieldset>`;
  return section(words, 'journey', body);
}

function wayOf(context: SectionContext, journey: ReportJourney, at: number): Html {
  const { words, name } = context;
  const { index, name: path, truth, prediction, confidence, picture } = journey.image;
  const called = path ?? grouped(index);
  const [isRight, id] = [truth === prediction, `way-${at}`];
  const said = words.journeyImage(called, name(truth), name(prediction), context.output(confidence));
  const drawing = journeyDrawing(context, journey);
  const label = isRight ? name(truth) : `${name(truth)} → ${name(prediction)}`;
  return html`<input type="radio" name="way" id="${id}" autocomplete="off"${at === 0 ? ' checked' : ''}><label for="${id}"${isRight ? null : html` class="miss"`}>
<img src="${greyPng(picture)}" width="${picture.width}" height="${picture.height}" alt="">${label}</label>
<div class="way${isDeep(journey) ? ' deep' : ''}"><div class="stage">${isDeep(journey) ? scrollable(words.journeyAlt, drawing) : drawing}${keyOf(context)}</div>
<div><p>${said}${isRight ? null : html`<br>${words.journeyTruth}`}</p>
${[...new Set([prediction, truth])].map((k) => sumTable(context, journey, k))}${outputTable(context, journey)}</div></div>
`;
}

function keyOf({ words }: SectionContext): Html {
  return html`<ul class="key"><li><i></i>${words.pushes}</li><li><i class="down"></i>${words.holds}</li><li><i class="light"></i>${words.lit}</li></ul>`;
}

/** What an output adds up: what moves it most, all others together, its bias, their sum, and what becomes of that. */
function sumTable(context: SectionContext, { layers }: ReportJourney, output: number): Html | null {
  // Of a single layer the inputs are pixels, which are too many to be named.
  if (layers.length === 1) return null;
  const { words, name } = context;
  const [before, last] = layers.slice(-2);
  const terms = Array.from(before.values, (value, i) => {
    const weight = last.weights[output * last.inputs + i];
    return { i, value, weight, push: value * weight };
  });
  terms.sort((a, b) => Math.abs(b.push) - Math.abs(a.push) || a.i - b.i);
  const [shown, others] = [terms.slice(0, MOST_TERMS), terms.slice(MOST_TERMS)];
  const row = (called: string, value: Html | string) =>
    html`<tr><th scope="row" class="name">${called}</th><td>${value}</td></tr>`;
  const rows = shown.map(({ i, value, weight, push }) =>
    row(
      `${layers.length - 1}:${i}`,
      html`<span class="soft">${value.toFixed(2)} ${'×'} ${weight.toFixed(2)} =</span> ${signed(push)}`,
    ),
  );
  const rest = others.reduce((sum, { push }) => sum + push, 0);
  return html`<table class="sum"><caption>${words.sumOf(name(output))}</caption><thead><tr><th scope="col" class="name">${words.neuron}</th>
<th scope="col">${words.timesWeight}</th></tr></thead><tbody>${rows}${others.length > 0 ? row(words.othersOf(grouped(others.length)), signed(rest)) : null}
${row(words.biasName, signed(last.biases[output]))}</tbody>
<tfoot>${row(words.sumName, signed(last.sums[output]))}${row(words.activation, context.output(last.values[output]))}</tfoot></table>
`;
}

function signed(value: number): string {
  return `${value < 0 ? '' : '+'}${value.toFixed(2)}`;
}

function outputTable(context: SectionContext, { layers }: ReportJourney): Html {
  const { words, name } = context;
  const rows = Array.from(
    layers[layers.length - 1].values,
    (value, k) =>
      html`<tr><th scope="row" class="name">${name(k)}</th><td>${context.output(value)}</td></tr>`,
  );
  return html`<details><summary>${words.numbers}</summary><table><thead><tr><th scope="col" class="name">${words.output}</th>
<th scope="col">${words.activation}</th></tr></thead><tbody>${rows}</tbody></table></details>`;
}
