import { grouped, percent, percentage } from '../../../counting/wording.js';
import { safeText } from '../../../errors.js';
import type { ChangeMade, Outcome, WhatIfReport } from '../../../insight/what-if.js';
import { signed } from '../draw-signed-picture.js';
import { renderConfusionList, renderMatrix } from '../render-confusion.js';
import { createStyle, type RenderOptions, type Style } from '../terminal.js';
import { besideOrBelow, flow, joinBlocks, padLeft, wrap } from '../text-layout.js';
import { type HeadShown, listClasses, lookHeading, moreClasses } from './look-parts.js';

const MAX_NAME = 20;
const COUNTS_COLUMNS = 33;
const MOST_CONFUSIONS = 8;

/** What is drawn of an experiment. */
export type WhatIfShown = HeadShown & WhatIfReport;

/** An experiment for a terminal: what was changed, and what came of it; every line ends with a newline. */
export function renderWhatIf(view: WhatIfShown, options: RenderOptions): string {
  const style = createStyle(options);
  const title = `What if of ${safeText(view.model.name)}`;
  return joinBlocks([
    [...lookHeading(title, view, style), ...changeLines(view, style)],
    outcomeLines(view, style),
    classLines(view, style),
    ...confusionBlock(view, style),
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

/** How often each class was the verdict, and the share of its images that was found. */
function classLines({ classes, before, after }: WhatIfShown, style: Style): string[] {
  const { glyphs, paint, say } = style;
  const moved = (k: number) => Math.abs(after.predicted[k] - before.predicted[k]);
  const widest = Math.min(MAX_NAME, style.width - COUNTS_COLUMNS);
  const listed = listClasses(classes, 'class', widest, (a, b) => moved(b) - moved(a), style);
  const found = ({ confusion }: Outcome, k: number) => {
    if (confusion === null) return '';
    const support = supportOf(confusion[k]);
    return padLeft(support === 0 ? glyphs.absent : percent(confusion[k][k] / support, 1, ''), 9);
  };
  const lines = listed.shown.map((k, row) => {
    const verdicts = padLeft(grouped(before.predicted[k]), 7) + padLeft(grouped(after.predicted[k]), 8);
    return listed.names[row] + verdicts + found(before, k) + found(after, k);
  });
  const isKnown = before.confusion !== null;
  const recall = isKnown ? `${padLeft(say('found'), 9)}${padLeft(say('after'), 9)}` : '';
  const notes = ['said: verdicts of the class', ...(isKnown ? ['found: of its images'] : [])];
  return [
    paint.dim(`${listed.head}${padLeft(say('said'), 7)}${padLeft(say('after'), 8)}${recall}`),
    ...lines,
    ...moreClasses(listed, style),
    ...flow(notes.map(say), style.width, say(', ')).map(paint.dim),
  ];
}

/** Both matrices, or lists of confusions where they do not fit; nothing where truths are not known. */
function confusionBlock({ classes, before, after }: WhatIfShown, style: Style): string[][] {
  const lines = (title: string, confusion: NonNullable<Outcome['confusion']>) => {
    const shownConfusion = {
      classes: classes.map((name, k) => ({ name, support: supportOf(confusion[k]) })),
      confusion,
    };
    const drawn =
      renderMatrix(shownConfusion, style) ?? renderConfusionList(shownConfusion, MOST_CONFUSIONS, style);
    return [style.paint.bold(style.say(title)), ...drawn];
  };
  if (before.confusion === null || after.confusion === null) return [];
  const left = lines('Confusion before', before.confusion);
  return [besideOrBelow(left, lines('Confusion after', after.confusion), style.width)];
}

const supportOf = (row: readonly number[]) => row.reduce((sum, count) => sum + count, 0);
