import { createHash } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { Html, html } from '../page/html.js';
import { drawEn } from '../words/draw-en.js';
import { drawJa } from '../words/draw-ja.js';
import type { Language } from '../words/words.js';
import { type DrawData, packDrawData } from './draw-data.js';
import { BRUSHES } from './live/ask/neuron-sum.js';
import { PRESETS } from './live/handmade/handmade.js';
import { TOOLS } from './live/pad.js';
import { PLACEMENTS } from './live/placement.js';
import { textOfBytes } from './text-bytes.js';

/** What runs in the page, as the build made it. */
export interface DrawCode {
  readonly script: string;
  /** Unpacks the script. */
  readonly loader: string;
  readonly style: string;
}

/** By itself, as a template may hold only ASCII: the program is quicker to load so. */
const JAPANESE = '日本語';

/** The page to draw on: one HTML document without a network, whose policy allows its own script and nothing else. */
export function drawPage(data: DrawData, { script, loader, style }: DrawCode, language: Language): string {
  const words = language === 'ja' ? drawJa : drawEn;
  const policy = `default-src 'none'; script-src '${digest(loader)}' '${digest(script)}'; style-src '${digest(style)}'; img-src data: blob:; worker-src blob:`;
  const word = (key: keyof typeof drawEn) => html`data-word="${key}"`;
  const label = (key: keyof typeof drawEn) => html`data-label="${key}" aria-label="${String(words[key])}"`;
  const page = html`<!doctype html>
<html lang="${language}"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="generator" content="digitflow">
<title>${words.title}</title><style>${new Html(style)}</style></head>
<body>
<header><div><h1 ${word('heading')}></h1><p class="soft" id="sizes"></p></div>
<div class="choice" id="networks" role="group" ${label('network')}></div>
<div class="choice" role="group" ${label('language')}>
<button type="button" data-language="en" lang="en">English</button><button type="button" data-language="ja" lang="ja">${JAPANESE}</button></div></header>
<p id="note" role="status" hidden></p>
<main>
<section id="drawing" ${label('heading')}>
<div class="sheet"><canvas id="pad" tabindex="0" role="application" ${label('pad')}></canvas><canvas id="marks" aria-hidden="true"></canvas></div>
<div class="tools" role="group" ${label('tools')}>
${TOOLS.map((tool) => html`<button type="button" data-tool="${tool}" aria-pressed="${String(tool === 'draw')}" ${word(tool)}></button>`)}
<button type="button" id="undo" ${word('undo')}></button><button type="button" id="clear" ${word('clear')}></button></div>
<label class="slider" id="widths"><span ${word('width')}></span><input id="width" type="range" min="1" max="5" step="0.1" value="2.6"></label>
<label class="slider" id="shades" hidden><span ${word('shade')}></span><input id="shade" type="range" min="0" max="255" value="255"></label>
<div class="tools placements" role="group" ${label('placement')}>
${PLACEMENTS.map((placement) => html`<button type="button" data-placement="${placement}" ${word(placement)}></button>`)}</div>
<p class="soft" id="placed"></p>
<p class="legend"><span><i class="box"></i><span ${word('usual')}></span></span><span><i class="ink"></i><span ${word('own')}></span></span></p>
<div id="tryout"><h2 class="small" ${word('examples')}></h2><div id="examples"></div></div>
</section>
<section class="black" ${label('stage')}>
<div class="stagehead"><div><h2 id="verdict" aria-live="polite"></h2><p class="soft" id="doubts"></p></div>
<button type="button" id="replay" ${word('replay')}></button></div>
<div id="stage"><canvas id="network" aria-hidden="true"></canvas><div id="heads" aria-hidden="true"></div>
<button type="button" id="unroll" aria-pressed="false" ${label('unroll')}></button><div id="neurons"></div><ol id="outputs" class="shares" ${label('outputs')}></ol></div>
<p class="legend"><span><i></i><span ${word('raises')}></span></span><span><i class="lowers"></i><span ${word('lowers')}></span></span><span><i class="lit"></i><span ${word('lit')}></span></span></p>
</section>
${askSection(word, label)}
<div id="more">
<section id="sampled" class="card" aria-labelledby="samplename"><h2 id="samplename"></h2><p class="soft" id="samplesays" role="status"></p>
<div id="sample"></div>
<p class="legend"><span><i class="wrong"></i><span ${word('wrong')}></span></span><span><i class="turned"></i><span ${word('turned')}></span></span></p></section>
<section id="film" class="black" ${label('learn')} hidden>
<h2 ${word('learn')}></h2><p class="soft" id="filmof"></p>
<div class="filmbar"><button type="button" id="play"></button>
<label class="slider"><span ${word('epoch')}></span><input id="frame" type="range" min="0" step="1"></label><output id="epoch" for="frame"></output></div>
<div id="weights" role="img"></div>
<div class="curves"><div><h3 ${word('cost')}></h3><canvas id="costs" aria-hidden="true"></canvas>
<p class="legend"><span><i class="learned"></i><span id="learnedfrom"></span> <b id="cost"></b></span>
<span class="judged"><i class="held"></i><span ${word('heldOut')}></span> <b id="heldcost"></b></span></p></div>
<div class="judged"><h3 ${word('accuracy')}></h3><canvas id="accuracies" aria-hidden="true"></canvas>
<p class="legend"><span><i class="held"></i><span ${word('heldOut')}></span> <b id="accuracy"></b></span></p></div></div>
</section>
${handmadeSection(word, label)}
${shareSection(word, label)}
</div>
</main>
<script type="text/plain" id="data">${new Html(packDrawData(data, deflate))}</script>
<script type="text/plain" id="program">${new Html(textOfBytes(deflate(Buffer.from(script))))}</script>
<script>${new Html(loader)}</script>
</body></html>
`;
  return page.text;
}

type Mark = (key: keyof typeof drawEn) => Html;

function askSection(word: Mark, label: Mark): Html {
  return html`<div id="ask">
<section class="card" id="asked" aria-labelledby="askedname"><h2 id="askedname"></h2><p class="soft" id="askedwhat"></p>
<div id="answer" hidden>
<div><div id="pictures">
<figure><div id="askweights" tabindex="0" role="application" ${label('weightsLabel')}><canvas></canvas><i></i></div><figcaption ${word('itsWeights')}></figcaption></figure>
<figure><div id="products"><canvas></canvas></div><figcaption id="productsname"></figcaption></figure></div>
<div class="tools" id="brushes" role="group" ${label('brush')}>
${BRUSHES.map((brush) => html`<button type="button" data-brush="${brush}" ${word(brush)}></button>`)}</div>
<p class="soft" id="brushhint"></p>
<label class="slider knob" id="weight"><span></span><input type="range"><b></b></label>
<label class="slider knob" id="bias"><span></span><input type="range"><b></b></label>
<div class="tools"><button type="button" id="silence" ${word('silence')}></button><button type="button" id="resetneuron" ${word('resetNeuron')}></button></div></div>
<div><table><tbody id="terms"></tbody></table>
<svg id="curve" viewBox="0 0 300 78" role="img"><path class="zero"/><polyline class="line"/><circle r="5"/></svg>
<p class="soft" id="threshold"></p><p class="soft" id="depends" ${word('depends')}></p></div></div>
<div id="turned"><p id="changed" aria-live="polite"></p><p class="soft" id="effect"></p><button type="button" id="resetall" ${word('resetAll')}></button></div>
</section>
<section class="card" id="why" aria-labelledby="askwhy"><div class="tools">
<button type="button" id="askwhy" aria-pressed="false" ${word('why')}></button><select id="whyclass" ${label('whyClass')}></select></div>
<div id="because" hidden><canvas id="heat" role="img" hidden></canvas><p class="soft" id="whysum"></p></div>
</section>
</div>`;
}

function handmadeSection(word: Mark, label: Mark): Html {
  return html`<section id="handmade" class="black" ${label('handmade')}>
<h2 ${word('handmade')}></h2><p class="soft" ${word('handmadeNote')}></p>
<div><div class="unit"><canvas id="region" tabindex="0" role="application" ${label('region')}></canvas><p class="soft" id="regionsays" role="status"></p>
<div class="tools" role="group" ${label('hands')}><button type="button" data-hand="rectangle" aria-pressed="true" ${word('rectangle')}></button><button type="button" data-hand="draw" aria-pressed="false" ${word('draw')}></button><button type="button" id="wipe" ${word('clear')}></button></div></div>
<div class="unit"><div class="tools" role="group" ${label('presets')}>
${PRESETS.map((preset) => html`<button type="button" data-preset="${preset}" ${word(preset)}></button>`)}</div>
<p class="lamp"><i></i><span id="firing"></span></p>
<dl><dt ${word('weightedSum')}></dt><dd id="regionsum"></dd><dt ${word('regionBias')}></dt><dd id="regionbias"></dd><dt class="sum">z</dt><dd class="sum" id="regionz"></dd><dt ${word('sigmaOfZ')}></dt><dd id="regionsigma"></dd></dl>
<label class="slider"><span ${word('regionBias')}></span><input id="biasknob" type="range" step="0.5"></label>
<div class="tools"><button type="button" id="implant"></button></div></div>
<div id="found"><h3 id="foundof"></h3><ol id="fires" class="shares"></ol></div></div>
</section>`;
}

function shareSection(word: Mark, label: Mark): Html {
  return html`<section id="share" class="card">
<div><h2 ${word('share')}></h2><p class="soft" ${word('shareNote')}></p>
<div class="tools"><button type="button" id="copylink" ${word('copyLink')}></button><button type="button" id="savepng" ${word('savePng')}></button></div>
<p class="soft" id="linknote" role="status"></p><input id="link" readonly hidden ${label('link')}>
<p class="soft"><span id="pngsays"></span> <code id="pngcommand"></code></p></div>
<div><h2 ${word('collect')}></h2><p class="soft" ${word('collectNote')}></p>
<div class="tools"><label><span ${word('truth')}></span> <select id="truth"></select></label><button type="button" id="addrow" ${word('addRow')}></button><button type="button" id="savecsv" ${word('saveCsv')}></button></div>
<p class="soft" id="rowcount" role="status"></p><ol id="rows"></ol>
<p class="soft"><span ${word('csvSays')}></span> <code id="csvcommand"></code></p></div>
</section>`;
}

function deflate(bytes: Uint8Array): Uint8Array {
  return deflateRawSync(bytes, { level: 9 });
}

function digest(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
