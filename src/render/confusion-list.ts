import { topConfusions } from '../tally/top-confusions.js';
import { percent, timesWords } from '../tally/wording.js';
import type { Confused } from './confused.js';
import { displayWidth, padLeft, padRight, printable, truncate } from './display-width.js';
import type { Style } from './style.js';

const MAX_NAME = 20;

/** The most frequent confusions, a line each: `4 → 9   38 times, 3.9 % of all 4`. Empty when there are none. */
export function renderConfusionList({ classes, confusion }: Confused, limit: number, style: Style): string[] {
  const { glyphs } = style;
  const name = (index: number) => truncate(printable(classes[index].name), MAX_NAME, glyphs.ellipsis);
  const rows = topConfusions(confusion, limit).map(({ truth, prediction, count, share }) => ({
    truth: name(truth),
    prediction: name(prediction),
    times: timesWords(count),
    share: percent(share, 1, glyphs.absent),
  }));
  const width = (column: 'truth' | 'prediction' | 'times' | 'share') =>
    Math.max(...rows.map((row) => displayWidth(row[column])));
  return rows.map(({ truth, prediction, times, share }) => {
    const pair = `${padLeft(truth, width('truth'))} ${glyphs.arrow} ${padRight(prediction, width('prediction'))}`;
    return `${pair}  ${padLeft(times, width('times'))}, ${padLeft(share, width('share'))} of all ${truth}`;
  });
}
