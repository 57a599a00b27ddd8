import type { EvaluatedModel, Evaluation, OtherReading } from './evaluation.js';
import type { GateResult } from './gate-result.js';

/** `13,002`. For whole numbers from 0 up. */
export function grouped(count: number): string {
  return String(count).replace(/(?<=\d)(?=(\d{3})+$)/g, ',');
}

/** `1,234 shards`, `1 shard`. */
export function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/**
 * `95.33`: a share 0..1 as a percentage without its sign. Only 1 itself is ever written as 100, and only 0 as 0:
 * one mistake in a million must not read as perfection.
 */
export function percentage(share: number, digits: number): string {
  const step = 10 ** -digits;
  const percent = share * 100;
  if (share > 0 && share < 1) return Math.min(Math.max(percent, step), 100 - step).toFixed(digits);
  return percent.toFixed(digits);
}

/** `95.33 %`; `absent` where the share is not defined. */
export function percent(share: number | null, digits: number, absent: string): string {
  return share === null ? absent : `${percentage(share, digits)} %`;
}

/**
 * `784-16-16-10 sigmoid, 13,002 parameters`; activations that differ are all named, `relu-relu-softmax`. Of a network that we do
 * not run: `784 to 10 by onnxruntime, 1,199,882 parameters`.
 */
export function networkWords(
  model: Pick<EvaluatedModel, 'layers' | 'activations' | 'parameters' | 'runtime'>,
): string {
  return `${layersWords(model)}, ${grouped(model.parameters)} parameters`;
}

/** `networkWords` without parameters. */
export function layersWords({
  layers,
  runtime,
  ...model
}: Pick<EvaluatedModel, 'layers' | 'activations' | 'runtime'>): string {
  if (runtime !== undefined) return `${layers.join(' to ')} by ${runtime}`;
  const activations =
    new Set(model.activations).size === 1 ? model.activations.slice(0, 1) : model.activations;
  return `${layers.join('-')} ${activations.join('-')}`;
}

/** `sha256 0fa7898d5092`: enough of a digest to tell data apart at a glance. */
export function digestWords(sha256: string): string {
  return `sha256 ${sha256.slice(0, 12)}`;
}

/** `41 ms`, `3.4 s`, `12:05 min`, `3:12:05 h`. */
export function durationWords(seconds: number): string {
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const two = (value: number) => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)} h` : `${minutes}:${two(whole % 60)} min`;
}

/** `812 bytes`, `8.2 MB`, `1.2 GB`. */
export function bytesWords(bytes: number): string {
  const units = ['kB', 'MB', 'GB', 'TB', 'PB'];
  if (bytes < 1000) return `${bytes} bytes`;
  const power = Math.min(units.length, Math.floor(Math.log10(bytes * 1.0001) / 3));
  return `${Number((bytes / 1000 ** power).toPrecision(bytes < 1e15 ? 3 : 6))} ${units[power - 1]}`;
}

/** `3.41 million images/s`, `842,000 images/s`: three digits, since more of them are noise. */
export function rateWords(imagesPerSecond: number): string {
  if (imagesPerSecond >= 1e6) return `${Number((imagesPerSecond / 1e6).toPrecision(3))} million images/s`;
  if (imagesPerSecond < 99.5) return `${imagesPerSecond.toFixed(1)} images/s`;
  return `${grouped(Number(imagesPerSecond.toPrecision(3)))} images/s`;
}

/** `once`, `38 times`. */
export function timesWords(count: number): string {
  return count === 1 ? 'once' : `${grouped(count)} times`;
}

/** One sentence on how the input was read: what would be better, or that nothing would; null where all is well. */
export function readingWords({ otherReading, isNearChance }: ReadingFacts): string | null {
  if (otherReading !== null) return otherReadingWords(otherReading);
  return isNearChance ? NEAR_CHANCE : null;
}

type ReadingFacts = Pick<Evaluation, 'otherReading' | 'isNearChance'>;

const NEAR_CHANCE =
  'No better than chance, and no other reading fits: do the labels belong to these images, ' +
  'and was the network trained on such?';

/** One sentence on another reading: how much it would be, and which flag asks for it. */
export function otherReadingWords({ words, flags, images, accuracy, accuracyAsRead }: OtherReading): string {
  const [other, asRead] = [accuracy, accuracyAsRead].map((share) => `${percentage(share, 0)} %`);
  return `Read in another way (${words}), ${other} of ${grouped(images)} images are right, not ${asRead}: say ${flags}`;
}

/** `+1.23`, `-0.40`: a difference of shares in points. */
export function signedPoints(difference: number | null, absent: string): string {
  if (difference === null) return absent;
  return `${difference < 0 ? '-' : '+'}${(Math.abs(difference) * 100).toFixed(2)}`;
}

/** `0.034`, `< 0.0001`: a p-value, to two digits, a larger one to two places. */
export function chanceWords(p: number | null, absent: string): string {
  if (p === null) return absent;
  if (p < 0.0001) return '< 0.0001';
  return p < 0.1 ? p.toPrecision(2) : p.toFixed(2);
}

/** What `--metrics` adds to an evaluation: a label, and its facts in words. Empty where it was not asked for. */
export function metricFacts(evaluation: Evaluation, absent: string): [label: string, facts: string[]][] {
  const { outputs, macro } = evaluation;
  if (outputs === undefined) return [];
  const { macroF1Interval: range, agreement } = evaluation;
  const { topK, logLoss, brier, rocArea, averagePrecision, riskCoverageArea } = outputs;
  const number = (words: string, value: number | null) => `${words} ${value?.toPrecision(4) ?? absent}`;
  const f1 = percent(macro.f1, 2, absent);
  const interval = range && ` (95 % interval ${percentage(range.low, 2)} to ${percentage(range.high, 2)} %)`;
  const facts: [string, string[]][] = [
    ['top-k', topK?.map(({ k, accuracy }) => `top-${k} ${percent(accuracy, 2, absent)}`) ?? [absent]],
    ['macro F1', [`${f1}${interval ?? ''}`]],
    [
      'agreement',
      [
        number("Cohen's kappa", agreement.cohenKappa),
        number('Matthews correlation', agreement.matthewsCorrelation),
      ],
    ],
    ['probability', [number('log loss', logLoss), number('Brier score', brier)]],
    ['ranking', [number('area under ROC', rocArea), number('average precision', averagePrecision)]],
    ['coverage', [number('area under risk-coverage', riskCoverageArea)]],
  ];
  return facts.filter(([, words]) => words.length > 0);
}

/** `0.9405` of 0.94053518: four places, or as many more as it takes to stay on its side of a limit. */
export function besideLimit(value: number, limit: number | null): string {
  const isBeside = (text: string) =>
    limit === null || Math.sign(Number(text) - limit) === Math.sign(value - limit);
  const places = [4, 5, 6, 8, 10, 12].map((digits) => String(Number(value.toFixed(digits))));
  return places.find(isBeside) ?? String(value);
}

/** `3 gates: 2 passed, 1 failed: recall of 8`. */
export function gatesWords(gates: readonly GateResult[]): string {
  const failed = gates.filter(({ passed }) => !passed);
  const parts = [
    ...(failed.length < gates.length ? [`${gates.length - failed.length} passed`] : []),
    ...(failed.length > 0 ? [`${failed.length} failed: ${failed.map(({ name }) => name).join(', ')}`] : []),
  ];
  return `${counted(gates.length, 'gate')}: ${parts.join(', ')}`;
}
