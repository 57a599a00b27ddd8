import { grouped } from '../../../counting/wording.js';
import { LIT, LOWERS, RAISES } from '../../picture.js';
import { type Html, html, type SectionContext, scrollable, section } from '../html.js';
import type { ReportData, ReportJourney } from '../report-data.js';
import { isDeep, journeyDrawing, outputWords } from './journey-drawing.js';
import { greyPng } from './page-picture.js';

const css = (colour: readonly number[]) => `rgb(${colour.join(' ')})`;

/** A network lit up is drawn on black, whatever the page is on. The buttons choose without any script: what follows the chosen one is shown. */
export const JOURNEY_STYLE = `
.ways { border: 0; padding: 0; margin: 0; min-width: 0; display: flex; flex-wrap: wrap; gap: .4rem; position: relative; }
.ways legend { color: var(--soft); padding: 0 0 .4rem; } .ways > input { position: absolute; opacity: 0; }
.ways > label { width: 3.1rem; padding: 3px; border: 2px solid var(--line); border-radius: 7px; text-align: center; font-size: .8rem; cursor: pointer; }
.ways > label img { display: block; width: 100%; height: auto; border-radius: 3px; background: #000; }
.ways > label.miss { color: var(--wrong); white-space: nowrap; } .ways > :checked + label { border-color: var(--ink); background: var(--card); font-weight: 700; }
.ways > :focus-visible + label { outline: 3px solid var(--link); outline-offset: 2px; }
.way { order: 1; width: 100%; display: none; grid-template-columns: minmax(0, 37rem) minmax(11rem, 1fr); gap: .5rem 1.75rem; margin-top: .5rem; }
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
@media print { .ways > .miss + .way { display: grid; } .way { grid-template-columns: minmax(0, 30rem) 1fr; } }
`;

/** Images on their way through the network, its neurons lit: one of each class, and a mistake. One is shown at a time. */
export function journeySection(context: SectionContext, { journeys }: ReportData): Html | null {
  if (journeys.length === 0) return null;
  const { words } = context;
  const ways = journeys.map((journey, at) => wayOf(context, journey, at));
  const body = html`<p>${words.journeyNote}</p>
<fieldset class="ways"><legend>${words.journeyChoose}</legend>
${ways}</fieldset>`;
  return section(words, 'journey', body);
}

function wayOf(context: SectionContext, journey: ReportJourney, at: number): Html {
  const { words, name, share } = context;
  const { index, name: path, truth, prediction, confidence, picture } = journey.image;
  const called = path ?? grouped(index);
  const [isRight, id] = [truth === prediction, `way-${at}`];
  const said = words.journeyImage(called, name(truth), name(prediction), share(confidence));
  const drawing = journeyDrawing(context, journey);
  const label = isRight ? name(truth) : `${name(truth)} → ${name(prediction)}`;
  return html`<input type="radio" name="way" id="${id}" autocomplete="off"${at === 0 ? ' checked' : ''}><label for="${id}"${isRight ? null : html` class="miss"`}>
<img src="${greyPng(picture)}" width="${picture.width}" height="${picture.height}" alt="">${label}</label>
<div class="way"><div class="stage">${isDeep(journey) ? scrollable(words.journeyAlt, drawing) : drawing}${keyOf(context)}</div>
<div><p>${said}</p><p class="soft">${isRight ? null : words.journeyTruth} ${words.journeyLines}</p>
${outputTable(context, journey)}</div></div>
`;
}

function keyOf({ words }: SectionContext): Html {
  return html`<ul class="key"><li><i></i>${words.pushes}</li><li><i class="down"></i>${words.holds}</li><li><i class="light"></i>${words.lit}</li></ul>`;
}

function outputTable(context: SectionContext, { layers }: ReportJourney): Html {
  const { words, name } = context;
  const rows = Array.from(
    layers[layers.length - 1].values,
    (value, k) =>
      html`<tr><th scope="row" class="name">${name(k)}</th><td>${outputWords(context, value)}</td></tr>`,
  );
  return html`<details><summary>${words.numbers}</summary><table><thead><tr><th scope="col" class="name">${words.output}</th>
<th scope="col">${words.activation}</th></tr></thead><tbody>${rows}</tbody></table></details>`;
}
