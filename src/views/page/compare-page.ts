import { grouped, percentage } from '../../counting/wording.js';
import {
  type ComparedPair,
  type ComparedRecord,
  type Comparison,
  letterOf,
} from '../../judging/comparison.js';
import {
  differenceWords,
  findingOf,
  leadingPairs,
  pointsWords,
  pWords,
  roughly,
} from '../../judging/comparison-answer.js';
import type { PairPictures, Picture } from '../picture.js';
import { compareEn } from '../words/compare-en.js';
import { compareJa } from '../words/compare-ja.js';
import { LANGUAGES, type Language } from '../words/words.js';
import { sectionsPage } from './document.js';
import { type Html, html, scrollable, shareIn } from './html.js';
import { gallery } from './image-sections.js';
import { CHART_STYLE, intervalChart } from './interval-chart.js';
import { dataItem, datasetOf, networkItem } from './provenance.js';
import { readingNote } from './result-section.js';

/** What a comparison's page says in each language. */
const COMPARE_WORDS = { en: compareEn, ja: compareJa } as const satisfies Record<Language, typeof compareEn>;

/** The comparison as one HTML document without network or script; `pictures` are in the order of `comparison.pairs`. */
export function comparePage(
  comparison: Comparison,
  pictures: readonly PairPictures[],
  language: Language,
): string {
  const context = contextOf(comparison, language);
  const { words, own } = context;
  const { data, images } = comparison;
  const sections = [
    ['compared', own.compared, summary(context)] as const,
    ...(images === 0
      ? []
      : ([
          ['accuracies', own.accuracies, accuracies(context)],
          ['differences', own.differences, differences(context)],
          ['classes', own.byClass, classes(context)],
          ...galleries(context, pictures),
        ] as const)),
  ];
  return sectionsPage(words, own.title(datasetOf(words, data)), sections, CHART_STYLE);
}

function contextOf(comparison: Comparison, language: Language) {
  const words = LANGUAGES[language];
  return {
    ...{ comparison, words, own: COMPARE_WORDS[language] },
    name: (index: number) => comparison.classes[index].name,
    share: shareIn(words),
  };
}

type Context = ReturnType<typeof contextOf>;

/** The answer, and what was compared. */
function summary({ comparison, words, own }: Context): Html {
  const { data, networks } = comparison;
  const finding = findingOf(comparison);
  const figure =
    finding.kind === 'better'
      ? html`\n<p class="figure">+${differenceWords(finding.pair, finding.better).points} ${own.points}</p>`
      : null;
  const notes = networks.flatMap((network, index) => {
    const said = readingNote(words, network);
    return said === null ? [] : [html`\n<p><strong>${own.readBadly(letterOf(index), said)}</strong></p>`];
  });
  const rows = networks.map(
    ({ model, normalization }, index) => html`${networkItem(words, letterOf(index), model, normalization)}\n`,
  );
  return html`${figure}
<p>${own.answer(comparison)}</p>${notes}
<dl>${dataItem(words, comparison)}
<dt>${words.input}</dt><dd>${words.pixels(data.height, data.width)}</dd>
${rows}</dl>`;
}

function accuracies({ comparison, words, own, share }: Context): Html {
  const { networks, images } = comparison;
  const marks = networks.map(({ name, accuracy, interval }, index) => ({
    label: `${letterOf(index)} ${name}`,
    ...{ value: accuracy ?? 0, interval, isPlain: true },
  }));
  const rows = networks.map(({ name, accuracy, interval, correct }, index) => {
    const range =
      interval === null
        ? words.absent
        : words.range(percentage(interval.low, 2), `${percentage(interval.high, 2)} %`);
    return html`<tr><th scope="row" class="name">${letterOf(index)} ${name}</th><td>${share(accuracy, 2)}</td><td>${range}</td><td>${grouped(images - correct)}</td></tr>\n`;
  });
  const table = html`<table><thead><tr><th scope="col" class="name">${words.network}</th><th scope="col">${words.accuracy}</th>
<th scope="col">${own.interval}</th><th scope="col">${own.wrong}</th></tr></thead><tbody>${rows}</tbody></table>`;
  return html`
<p>${words.sentences([own.accuraciesNote, own.overlapNote])}</p>
${scrollable(
  own.accuracies,
  intervalChart(own.accuracies, marks, { ...words, wordsOf: (value) => `${percentage(value, 2)} %` }),
)}
${scrollable(`${words.titled(own.accuracies, words.numbers)}`, table)}`;
}

function differences({ comparison, words, own }: Context): Html {
  const { pairs } = comparison;
  const title = ({ first, second }: ComparedPair) => own.less(letterOf(second), letterOf(first));
  const marks = pairs.map((pair) => ({
    ...{
      label: title(pair),
      value: pair.difference ?? 0,
      interval: pair.interval,
      isPlain: pair.isDifferent,
    },
  }));
  const rows = pairs.map((pair) => {
    const shown = differenceWords(pair, pair.second);
    const [low, high] = shown.range.split(' to ');
    const needed = pair.imagesToTell === null ? words.absent : roughly(pair.imagesToTell);
    const counts = [pair.both, pair.onlySecond, pair.onlyFirst, pair.neither];
    return html`<tr><th scope="row" class="name">${title(pair)}</th><td>${shown.points}</td><td>${words.range(low, high)}</td>
<td>${pWords(pair.test.adjusted)}</td>${counts.map((count) => html`<td>${grouped(count)}</td>`)}<td>${needed}</td></tr>\n`;
  });
  const only =
    pairs.length === 1 ? [own.only(letterOf(1)), own.only(letterOf(0))] : [own.onlyLeft, own.onlyRight];
  const head = [own.difference, own.interval, 'p', own.both, ...only, own.neither, own.needed];
  const table = html`<table><thead><tr><td></td>${head.map((heading) => html`<th scope="col">${heading}</th>`)}</tr></thead>
<tbody>${rows}</tbody></table>`;
  return html`
<p>${words.sentences([own.differencesNote(pairs.length), own.neededNote])}</p>
${scrollable(own.differences, intervalChart(own.differences, marks, { ...words, wordsOf: pointsWords }, 0))}
${scrollable(`${words.titled(own.differences, words.numbers)}`, table)}`;
}

function classes({ comparison, words, own, share }: Context): Html {
  const { networks, pairs } = comparison;
  const letters = networks.map((_, index) => letterOf(index));
  const only = pairs.length === 1 ? letters.map(own.only) : [];
  const rows = comparison.classes.map(({ name, support, recall }, index) => {
    const { onlyFirst, onlySecond } = pairs[0].classes[index];
    const counts = only.length === 0 ? [support] : [onlyFirst, onlySecond, support];
    return html`<tr><th scope="row" class="name">${name}</th>${recall.map((part) => html`<td>${share(part)}</td>`)}
${counts.map((count) => html`<td>${grouped(count)}</td>`)}</tr>\n`;
  });
  const head = [...letters, ...only, words.support].map((heading) => html`<th scope="col">${heading}</th>`);
  const table = html`<table><thead><tr><th scope="col" class="name">${words.className}</th>${head}</tr></thead>
<tbody>${rows}</tbody></table>`;
  return html`\n<p>${own.byClassNote}</p>\n${scrollable(own.byClass, table)}`;
}

/** The images won and lost: of several networks those between the best one and each other. */
function galleries(context: Context, pictures: readonly PairPictures[]): (readonly [string, string, Html])[] {
  const { comparison, own } = context;
  const gallerySection = (
    [winner, loser]: readonly [number, number],
    count: number,
    examples: readonly ComparedRecord[],
    shown: readonly Picture[],
  ): readonly [string, string, Html] => {
    const [won, lost] = [letterOf(winner), letterOf(loser)];
    const images = examples.slice(0, shown.length).map((record, at) => ({ ...record, picture: shown[at] }));
    const note =
      count === 0 ? own.wonNone : own.wonNote(grouped(images.length), grouped(count), letterOf(loser));
    const areShares = comparison.networks[loser].expectedCalibrationError !== null;
    const output = (value: number) => (areShares ? context.share(value) : value.toPrecision(3));
    const body = html`\n<p>${note}</p>\n${gallery({ ...context, output }, images)}`;
    return [`only-${won}-${lost}`, own.won(won, lost), body];
  };
  return leadingPairs(comparison).flatMap((pair) => {
    const { onlyFirst, onlySecond } = pictures[comparison.pairs.indexOf(pair)];
    const { first, second } = pair;
    return [
      gallerySection([second, first], pair.onlySecond, pair.onlySecondExamples, onlySecond),
      gallerySection([first, second], pair.onlyFirst, pair.onlyFirstExamples, onlyFirst),
    ];
  });
}
