import { counted, digestWords, grouped, layersWords, percent, readingWords } from '../../counting/wording.js';
import { type Comparison, letterOf } from '../../judging/comparison.js';
import { differenceWords, pWords } from '../../judging/comparison-answer.js';
import { ABSENT, escaped, table } from '../evaluation-markdown.js';

/** The comparison as Markdown with GitHub's tables, the answer first, and a newline at its end. */
export function comparisonMarkdown(comparison: Comparison): string {
  const sections = [title(comparison), networks(comparison), pairs(comparison), classes(comparison)];
  return `${sections.join('\n\n')}\n`;
}

function title({ answer, data, images, partial, networks: all }: Comparison): string {
  const notes = all.flatMap((network, index) => {
    const words = readingWords(network);
    return words === null ? [] : [`**${letterOf(index)}: ${escaped(words)}**`];
  });
  const read = partial
    ? [`**Partial:** the input was not read to its end; ${counted(images, 'image')} count.`]
    : [];
  const heading = `# Comparison on ${escaped(data.dataset ?? data.name)}`;
  return [heading, `${escaped(answer)}.`, ...read, ...notes].join('\n\n');
}

function networks({ images, networks: all }: Comparison): string {
  const rows = all.map(({ model, normalization, accuracy, interval, correct }, index) => [
    letterOf(index),
    escaped(model.name) + (model.sha256 ? ` (${digestWords(model.sha256)})` : ''),
    escaped(layersWords(model)),
    escaped(normalization),
    `**${percent(accuracy, 2, ABSENT)}**`,
    interval ? `${percent(interval.low, 2, ABSENT)} to ${percent(interval.high, 2, ABSENT)}` : ABSENT,
    grouped(images - correct),
  ]);
  const header = ['', 'network', 'layers', 'normalization', 'accuracy', '95 % interval', 'wrong'];
  return `## Networks\n\n${counted(images, 'image')}.\n\n${table(header, rows)}`;
}

function pairs({ pairs: all, images }: Comparison): string {
  const rows = all.map((pair) => {
    const { points, range } = differenceWords(pair, pair.second);
    return [
      `${letterOf(pair.second)} less ${letterOf(pair.first)}`,
      ...(images === 0 ? [ABSENT, ABSENT] : [`**${points}**`, range]),
      pWords(pair.test.adjusted).replace('<', '&#60;'),
      ...[pair.both, pair.onlyFirst, pair.onlySecond, pair.neither].map(grouped),
    ];
  });
  const header = [
    '',
    'points',
    '95 % interval',
    'p',
    'both right',
    'only first',
    'only second',
    'both wrong',
  ];
  const adjusted = all.length > 1 ? `, adjusted by Holm for ${all.length} pairs` : '';
  const method = `Intervals by Newcombe, for pairs; p by McNemar's exact test${adjusted}.`;
  return `## Differences\n\n${method}\n\n${table(header, rows)}`;
}

function classes({ classes: all, networks: compared, pairs: [pair] }: Comparison): string {
  const areTwo = compared.length === 2;
  const letters = compared.map((_, index) => letterOf(index));
  const rows = all.map(({ name, support, recall }, index) => {
    const { onlyFirst, onlySecond } = pair.classes[index];
    return [
      escaped(name),
      ...recall.map((share) => percent(share, 1, ABSENT)),
      ...(areTwo ? [grouped(onlyFirst), grouped(onlySecond)] : []),
      grouped(support),
    ];
  });
  const only = areTwo ? letters.map((letter) => `only ${letter}`) : [];
  return `## Classes\n\n${table(['class', ...letters, ...only, 'support'], rows)}`;
}
