import { grouped, percent, percentage } from '../../../counting/wording.js';
import { safeText } from '../../../errors.js';
import type { ChangeMade, Outcome, WhatIfReport } from '../../../insight/what-if.js';
import type { ImageSize } from '../../../network/network.js';
import { ownSide, shade } from '../../picture.js';
import { shortValue } from '../draw-neurons.js';
import { drawPicture } from '../draw-picture.js';
import { drawWeights, signed, signedBar, signedColumn } from '../draw-signed-picture.js';
import { createStyle, type RenderOptions, type Style } from '../terminal.js';
import {
  beside,
  besideOrBelow,
  blockWidth,
  flow,
  joinBlocks,
  padLeft,
  padRight,
  titled,
  wrap,
} from '../text-layout.js';
import { drawDifference, signedCount } from './draw-difference.js';
import { drawOutputs, NARROWEST_OUTPUTS } from './draw-outputs.js';
import { type HeadShown, listClasses, lookHeading, moreClasses } from './look-parts.js';

const MAX_NAME = 20;
/** The columns after the name of a class, but for the bar. */
const COUNTS_COLUMNS = 32;
const BAR = 8;
const GAP = 3;
/** Where no more neurons of a layer differ, these alone are listed. */
const FEW = 4;

/** What is drawn of an experiment. */
export type WhatIfShown = HeadShown & { readonly data: ImageSize } & WhatIfReport;

/** An experiment for a terminal: what was changed, and what came of it; every line ends with a newline. */
export function renderWhatIf(view: WhatIfShown, options: RenderOptions): string {
  const style = createStyle(options);
  const [counts, confusion] = [classLines(view, style), confusionLines(view, style)];
  const title = `What if of ${safeText(view.model.name)}`;
  return joinBlocks([
    [...lookHeading(title, view, style), ...changeLines(view, style)],
    ...fedBlock(view, style),
    outcomeLines(view, style),
    confusion.length === 0 ? counts : besideOrBelow(counts, confusion, style.width),
    ...neuronBlocks(view, style),
  ]);
}

function changeLines({ changes, feed, seed }: WhatIfShown, { glyphs, width, say }: Style): string[] {
  const words = changes.map((change) => changeWords(change, glyphs.arrow));
  const fed = feed === null ? [] : [`fed: ${feed}${seed === null ? '' : ` (seed ${seed})`}`];
  return [...words, ...fed].flatMap((line) => wrap(say(line), width));
}

function changeWords(change: ChangeMade, arrow: string): string {
  const { layer, was } = change;
  const before = typeof was === 'number' ? signed(was) : was;
  switch (change.kind) {
    case 'weight': {
      const { neuron, input, value } = change;
      const place = typeof input === 'object' ? `${input.row},${input.column}` : input;
      return `weight ${layer}:${neuron}:${place}: ${before} ${arrow} ${signed(value)}`;
    }
    case 'bias':
      return `bias ${layer}:${change.neuron}: ${before} ${arrow} ${signed(change.value)}`;
    case 'activation':
      return `layer ${layer}: ${before} ${arrow} ${change.activation}`;
    case 'silence':
      return `neuron ${layer}:${change.neuron} silenced`;
    case 'shuffle':
      return `layer ${layer}: weights shuffled (seed ${change.seed})`;
  }
}

function outcomeLines(view: WhatIfShown, style: Style): string[] {
  const { before, after, changed, rightToWrong, wrongToRight, data } = view;
  const { glyphs, paint, width, say } = style;
  const confidence = `mean of the largest output ${before.meanConfidence.toPrecision(3)} ${glyphs.arrow} ${after.meanConfidence.toPrecision(3)}`;
  const verdicts = `${grouped(changed)} of ${grouped(data.images)} verdicts change`;
  if (before.accuracy === null || after.accuracy === null) {
    const lines = ['accuracy not known: there are no labels', verdicts, confidence];
    return lines.flatMap((line) => wrap(say(line), width));
  }
  const points = 100 * (after.accuracy - before.accuracy);
  const accuracy = `accuracy ${percentage(before.accuracy, 2)} % ${glyphs.arrow} ${percentage(after.accuracy, 2)} %`;
  const moves = [
    `${grouped(rightToWrong ?? 0)} from right to wrong`,
    `${grouped(wrongToRight ?? 0)} from wrong to right`,
  ];
  return [
    ...flow(
      [paint.bold(say(accuracy)), say(`${points < 0 ? '' : '+'}${points.toFixed(2)} points`)],
      width,
      say(', '),
    ),
    ...flow([verdicts, ...moves].map(say), width, say(', ')),
    ...wrap(say(confidence), width),
  ];
}

/** What was fed in place of the first image, and what the network says of it. */
function fedBlock({ fed, feed, classes, data }: WhatIfShown, style: Style): string[][] {
  if (fed === null || feed === null) return [];
  const { width } = style;
  const values = fed.outputs;
  const said = `it says ${safeText(classes[fed.winner])} (${shortValue(values[fed.winner]).trim()})`;
  const picture = drawPicture(shade({ ...data, ...fed }, fed.brightness), ownSide(data, width), style);
  const room = width - blockWidth(picture) - GAP;
  const isBeside = room >= NARROWEST_OUTPUTS;
  const outputs = drawOutputs({ ...fed, classes, values }, isBeside ? room : width, style);
  return [
    [
      ...titled(`Fed with ${feed}`, `the first of ${grouped(data.images)}; ${said}`, style),
      ...(isBeside ? beside([picture, outputs], GAP) : [...picture, '', ...outputs]),
    ],
  ];
}

/** How often each class was the verdict, and the share of its images that was found: before, and how much it changes. */
function classLines({ classes, before, after }: WhatIfShown, style: Style): string[] {
  const { paint, say } = style;
  const moved = (k: number) => after.predicted[k] - before.predicted[k];
  const largest = Math.max(...classes.map((_, k) => Math.abs(moved(k))));
  const bar = style.width >= COUNTS_COLUMNS + BAR + 6 ? BAR : 0;
  const widest = Math.min(MAX_NAME, style.width - COUNTS_COLUMNS - bar);
  const foremost = (a: number, b: number) => Math.abs(moved(b)) - Math.abs(moved(a));
  const listed = listClasses(classes, 'class', widest, foremost, style);
  const lines = listed.shown.map((k, row) => {
    const verdicts = padLeft(grouped(before.predicted[k]), 7) + padLeft(signedCount(moved(k), style), 8);
    const drawn = bar > 0 ? ` ${padRight(signedBar(moved(k), largest, bar), bar)}` : '';
    return (listed.names[row] + verdicts + drawn + foundWords(before, after, k, style)).trimEnd();
  });
  const isKnown = before.confusion !== null;
  const change = say('change');
  const gap = ' '.repeat(bar > 0 ? bar + 1 : 0);
  const recall = isKnown ? `${padLeft(say('found'), 9)}${padLeft(change, 8)}` : '';
  const notes = [
    'said: verdicts of the class',
    ...(isKnown ? ['found: of its images'] : []),
    'change: after less before',
  ];
  return [
    paint.dim(`${listed.head}${padLeft(say('said'), 7)}${padLeft(change, 8)}${gap}${recall}`.trimEnd()),
    ...lines,
    ...moreClasses(listed, style),
    ...flow(notes.map(say), style.width, say(', ')).map(paint.dim),
  ];
}

/** The share of a class's images that was found, and by how many points it changes. */
function foundWords(before: Outcome, after: Outcome, k: number, { glyphs }: Style): string {
  if (before.confusion === null || after.confusion === null) return '';
  const [row, changed] = [before.confusion[k], after.confusion[k]];
  const support = row.reduce((sum, count) => sum + count, 0);
  if (support === 0) return padLeft(glyphs.absent, 9) + padLeft(glyphs.absent, 8);
  const points = (100 * (changed[k] - row[k])) / support;
  const text = points === 0 ? glyphs.zero : `${points < 0 ? '-' : '+'}${Math.abs(points).toFixed(1)}`;
  return padLeft(percent(row[k] / support, 1, ''), 9) + padLeft(text, 8);
}

/** The confusion after, less that before; nothing where truths are not known. */
function confusionLines({ classes, before, after }: WhatIfShown, style: Style): string[] {
  if (before.confusion === null || after.confusion === null) return [];
  return [
    ...titled('Confusion, after less before', 'rows: truth, columns: verdict', style),
    ...drawDifference(classes, before.confusion, after.confusion, style),
  ];
}

/** By how much the mean activation of each neuron changes, layer by layer. */
function neuronBlocks({ before, after }: WhatIfShown, style: Style): string[][] {
  return before.means.map((means, l) => {
    const changes = means.map((mean, n) => after.means[l][n] - mean);
    const title = `Layer ${l + 1}, change of mean activation`;
    const moved = Array.from(changes.keys()).filter((n) => changes[n] !== 0);
    if (moved.length === 0) return titled(title, 'no neuron differs', style);
    if (moved.length > FEW || moved.length === changes.length)
      return drawWeights(title, changes, l + 1, style);
    const facts = moved.map((n) => `${l + 1}:${n} ${signedColumn(changes[n]).trim()}`);
    return [
      ...titled(title, '', style),
      ...flow([...facts, style.say('no other differs')], style.width, style.say(', ')),
    ];
  });
}
