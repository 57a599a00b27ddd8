import { topConfusions } from '../tally/top-confusions.js';
import { percent, timesWords } from '../tally/wording.js';
import type { Confused } from './confused.js';
import { displayWidth, padLeft, padRight, printable, truncate } from './display-width.js';
import type { Style } from './style.js';

const MAX_NAME = 20;
const MIN_NAME = 4;
/** What stands between the parts of a line: an arrow, a gap, a comma, ` of all `. */
const BETWEEN = 16;

/**
 * The most frequent confusions, a line each: `4 → 9   38 times, 3.9 % of all 4`. Empty when there are none. Names are
 * cut to what fits; where even that is too wide, the last of the three is left out.
 */
export function renderConfusionList({ classes, confusion }: Confused, limit: number, style: Style): string[] {
  const { glyphs } = style;
  const found = topConfusions(confusion, limit).map(({ truth, prediction, count, share }) => {
    return { truth, prediction, times: timesWords(count), share: percent(share, 1, glyphs.absent) };
  });
  const widest = (texts: readonly string[]) => Math.max(0, ...texts.map(displayWidth));
  const times = widest(found.map((row) => row.times));
  const share = widest(found.map((row) => row.share));
  const room = Math.floor((style.width - times - share - BETWEEN) / 3);
  const most = Math.max(MIN_NAME, Math.min(MAX_NAME, room));
  const name = (index: number) => truncate(printable(classes[index].name), most, glyphs.ellipsis);
  const truths = widest(found.map((row) => name(row.truth)));
  const predictions = widest(found.map((row) => name(row.prediction)));
  return found.map((row) => {
    const truth = name(row.truth);
    const pair = `${padLeft(truth, truths)} ${glyphs.arrow} ${padRight(name(row.prediction), predictions)}`;
    const line = `${pair}  ${padLeft(row.times, times)}, ${padLeft(row.share, share)}`;
    const whole = `${line} of all ${truth}`;
    return displayWidth(whole) <= style.width ? whole : line;
  });
}
