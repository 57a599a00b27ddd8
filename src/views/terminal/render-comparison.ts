import {
  counted,
  digestWords,
  durationWords,
  grouped,
  layersWords,
  percent,
  rateWords,
  readingWords,
} from '../../counting/wording.js';
import { safeText } from '../../errors.js';
import { type ComparedRecord, type Comparison, letterOf } from '../../judging/comparison.js';
import { differenceWords, leadingPairs, pWords } from '../../judging/comparison-answer.js';
import type { PairPictures, Picture } from '../picture.js';
import { drawImages } from './draw-picture.js';
import { threadWords } from './progress.js';
import { accuracyFacts, partialWords } from './render-evaluation.js';
import { createStyle, type RenderOptions, type Style } from './terminal.js';
import {
  blockWidth,
  joinBlocks,
  labelled,
  padLeft,
  padRight,
  titled,
  truncate,
  wrap,
} from './text-layout.js';

/** The comparison for a terminal; `pictures` are in the order of `comparison.pairs`. */
export function renderComparison(
  comparison: Comparison,
  pictures: readonly PairPictures[],
  options: RenderOptions,
): string {
  const style = createStyle(options);
  const { paint, width, say } = style;
  const answer = wrap(say(safeText(`${comparison.answer}.`)), width).map(paint.bold);
  const blocks = [answer, renderNetworks(comparison, style), renderPairs(comparison, style)];
  if (comparison.images === 0) return joinBlocks(blocks);
  blocks.push(renderClasses(comparison, style), ...renderExamples(comparison, pictures, style));
  return joinBlocks(blocks);
}

function renderNetworks(comparison: Comparison, style: Style): string[] {
  const { data, images, networks, partial, seconds, imagesPerSecond, workers } = comparison;
  const { paint } = style;
  const digest = data.files[0]?.sha256;
  const name = paint.bold(style.say(safeText(data.dataset ?? data.name)));
  const speed = imagesPerSecond === null ? [] : [rateWords(imagesPerSecond)];
  const readings = networks.map(({ normalization }) => normalization);
  const isSame = new Set(readings).size === 1;
  const size = `${data.height} ${style.glyphs.times} ${data.width} pixels`;
  const notes = networks.flatMap((network, index) => {
    const words = readingWords(network);
    return words === null
      ? []
      : wrap(style.say(safeText(`${letterOf(index)}: ${words}`)), style.width).map(paint.warn);
  });
  return [
    ...labelled(
      'data',
      [name, counted(images, 'image'), digest ? digestWords(digest) : 'sha256 not computed'],
      style,
    ),
    ...labelled('input', [size, ...(isSame ? [safeText(readings[0])] : [])], style),
    ...labelled('speed', [...speed, durationWords(seconds), threadWords(workers)], style),
    '',
    ...networks.flatMap(({ model, normalization, ...network }, index) => {
      const own = [
        paint.bold(safeText(model.name)),
        layersWords(model),
        ...(model.sha256 ? [digestWords(model.sha256)] : []),
        ...(isSame ? [] : [safeText(normalization)]),
      ];
      return [
        ...labelled(letterOf(index), own, style),
        ...labelled('', accuracyFacts({ ...network, images }, style), style),
      ];
    }),
    ...(partial ? ['', ...wrap(style.say(partialWords(images)), style.width).map(paint.warn)] : []),
    ...(notes.length === 0 ? [] : ['', ...notes]),
  ];
}

function renderPairs({ pairs, images }: Comparison, style: Style): string[] {
  const areSeveral = pairs.length > 1;
  const test = areSeveral ? "McNemar's exact test, adjusted by Holm" : "McNemar's exact test";
  const remarks = [
    `95 % interval by Newcombe; p by ${test}`,
    'p: how often networks that are equally good would differ so much',
  ];
  return [
    style.paint.bold(style.say(areSeveral ? 'Each with each' : 'Difference')),
    ...remarks.flatMap((remark) => wrap(style.say(remark), style.width)).map(style.paint.dim),
    '',
    ...pairs.flatMap((pair) => {
      const [first, second] = [letterOf(pair.first), letterOf(pair.second)];
      const { points, range } = differenceWords(pair, pair.second);
      const said = images === 0 ? [] : [`${points} points (${range})`, pWords(pair.test.adjusted)];
      const counts = [
        `${grouped(pair.both)} both right`,
        `${grouped(pair.onlyFirst)} only ${first}`,
        `${grouped(pair.onlySecond)} only ${second}`,
        `${grouped(pair.neither)} both wrong`,
      ];
      return [...labelled(`${second} less ${first}`, said, style), ...labelled('', counts, style)];
    }),
  ];
}

const MAX_NAME = 20;
const DOES_NOT_FIT = 'These columns do not fit here; --format csv has all of them.';

/** How much of each class each network reads right; of two, where there is room, which images only one of them does. */
function renderClasses({ classes, networks, pairs }: Comparison, style: Style): string[] {
  const { glyphs, paint, width, say } = style;
  const letters = networks.map((_, index) => letterOf(index));
  const onlyOf = pairs.length > 1 ? [] : letters.map((letter) => `only ${letter}`);
  const tableOf = (withOnly: boolean, gap: number) => {
    const header = ['class', ...letters, ...(withOnly ? onlyOf : []), 'support'].map(say);
    const rows = classes.map(({ name, support, recall }, index) => {
      const { onlyFirst, onlySecond } = pairs[0].classes[index];
      return [
        truncate(safeText(name), MAX_NAME, glyphs.ellipsis),
        ...recall.map((share) => percent(share, 1, glyphs.absent)),
        ...(withOnly && onlyOf.length > 0 ? [grouped(onlyFirst), grouped(onlySecond)] : []),
        grouped(support),
      ];
    });
    const widths = header.map((_, column) => blockWidth([header, ...rows].map((cells) => cells[column])));
    return [header, ...rows].map((cells) =>
      cells
        .map((cell, column) =>
          column === 0 ? padRight(cell, widths[0]) : padLeft(cell, widths[column] + gap),
        )
        .join(''),
    );
  };
  const [narrowest, ...wider] = [tableOf(false, 1), tableOf(true, 2), tableOf(true, 1)];
  const title = titled('Classes', 'how many of each are right', style);
  const lines = [...wider, narrowest].find((table) => blockWidth(table) <= width);
  if (lines === undefined) return [...title, '', ...wrap(say(DOES_NOT_FIT), width)];
  const isPart = lines === narrowest && onlyOf.length > 0;
  const note = isPart ? wrap(say(`${onlyOf.join(', ')}: --format csv has these`), width).map(paint.dim) : [];
  return [...title, '', paint.dim(lines[0]), ...lines.slice(1), ...note];
}

/** The images won and lost: of several networks between the best two. */
function renderExamples(
  { networks, pairs, classes }: Comparison,
  pictures: readonly PairPictures[],
  style: Style,
): string[][] {
  const at = pairs.indexOf(leadingPairs({ networks, pairs })[0]);
  const pair = pairs[at];
  const [first, second] = [letterOf(pair.first), letterOf(pair.second)];
  const { paint, glyphs, width, say } = style;
  const block = (
    winner: string,
    loser: number,
    count: number,
    examples: readonly ComparedRecord[],
    shown: readonly Picture[],
  ): string[][] => {
    if (shown.length === 0) return [];
    const of = networks.length > 2 ? ` (of ${first} and ${second})` : '';
    const title = `Only ${winner} is right${of}: ${counted(count, 'image')}`;
    const said = `image, truth ${glyphs.arrow} what ${letterOf(loser)} says, how sure it is`;
    const areShares = networks[loser].expectedCalibrationError !== null;
    const images = examples.slice(0, shown.length).map((record, index) => ({
      picture: shown[index],
      caption: captionOf(record, classes, areShares, glyphs),
    }));
    return [
      [
        ...wrap(say(title), width).map(paint.bold),
        ...wrap(say(said), width).map(paint.dim),
        '',
        ...drawImages(images, style),
      ],
    ];
  };
  return [
    ...block(second, pair.first, pair.onlySecond, pair.onlySecondExamples, pictures[at].onlySecond),
    ...block(first, pair.second, pair.onlyFirst, pair.onlyFirstExamples, pictures[at].onlyFirst),
  ];
}

function captionOf(
  { index, name, truth, prediction, confidence }: ComparedRecord,
  classes: Comparison['classes'],
  areShares: boolean,
  glyphs: Style['glyphs'],
): string[] {
  const sure = areShares ? percent(confidence, 0, glyphs.absent) : confidence.toPrecision(3);
  const said = `${classes[truth].name} ${glyphs.arrow} ${classes[prediction].name}`;
  return [name ?? `#${index}`, `${said}  ${sure}`];
}
