// Bars as SVG: medians, with the quartiles as a line, light or dark as the reader's screen is. No dependency, no script: it is
// looked at on a web page of the repository.
import { plainName } from './plain-names.js';

const WIDTH = 860;
const LABELS = 300;
const ROOM = WIDTH - LABELS - 110;
const ROW = 24;
const HEADING = 30;
const TOP = 58;

const STYLE = `
  svg { color-scheme: light dark; font: 13px system-ui, sans-serif; }
  .paper { fill: #fff; } text { fill: #1b1b1b; } .soft { fill: #5a5a5a; } .title { font-size: 16px; font-weight: 600; }
  .group { font-weight: 600; } .bar { fill: #b9c3c9; } .ours { fill: #1f6f8b; } .quartiles { stroke: #1b1b1b; stroke-width: 2; }
  @media (prefers-color-scheme: dark) {
    .paper { fill: #16181c; } text { fill: #f2f3f5; } .soft { fill: #b9bec7; }
    .bar { fill: #4a525c; } .ours { fill: #3f9fc2; } .quartiles { stroke: #f2f3f5; }
  }`;

/**
 * @typedef {object} Bars
 * @property {string} unit
 * @property {number} digits after the point
 * @property {boolean} [hasScales] whether each group has a scale of its own
 * @property {Bar[]} bars
 */

/**
 * @typedef {object} Bar
 * @property {string} label
 * @property {import('./statistics.js').Spread | null} spread null: no bar
 * @property {boolean} [isOurs]
 * @property {string} [without] said in place of a bar; 'absent' where nothing is given
 */

/**
 * @param {string} name of the measurement
 * @param {string} title
 * @param {string} subtitle the machine
 * @param {Bars} bars
 * @returns {string}
 */
export function toSvg(name, title, subtitle, { unit, digits, hasScales = false, bars }) {
  /** @type {Map<string, Bar[]>} */
  const groups = new Map();
  for (const bar of bars) {
    const { group, label } = plainName(name, bar.label);
    groups.set(group, [...(groups.get(group) ?? []), { ...bar, label }]);
  }
  const most = (own) => Math.max(...own.map(({ spread }) => spread?.high ?? 0));
  const lines = [];
  let y = TOP;
  for (const [group, own] of groups) {
    if (group !== '') lines.push(`<text class="group" x="12" y="${y + 20}">${escaped(group)}</text>`);
    if (group !== '') y += HEADING;
    const scale = ROOM / (most(hasScales ? own : bars) || 1);
    for (const bar of own) {
      lines.push(drawBar(bar, y, scale, digits));
      y += ROW;
    }
    y += 6;
  }
  const height = y + 8;
  const how = `median, quartiles as a line${hasScales ? '; each group has a scale of its own' : ''}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escaped(title)}">`,
    `<style>${STYLE}\n</style>`,
    `<rect class="paper" width="${WIDTH}" height="${height}"/>`,
    `<text class="title" x="12" y="24">${escaped(title)}, ${escaped(unit)}</text>`,
    `<text class="soft" x="12" y="44">${escaped(subtitle)}; ${how}</text>`,
    ...lines,
    '</svg>',
    '',
  ].join('\n');
}

function drawBar({ label, spread, isOurs = false, without = 'absent' }, y, scale, digits) {
  const name = `<text x="${LABELS - 10}" y="${y + 13}" text-anchor="end">${escaped(label)}</text>`;
  if (spread === null)
    return `${name}<text class="soft" x="${LABELS}" y="${y + 13}">${escaped(without)}</text>`;
  const at = (value) => (LABELS + value * scale).toFixed(1);
  const end = LABELS + spread.high * scale + 8;
  const middle = y + 8.5;
  return [
    name,
    `<rect class="${isOurs ? 'ours' : 'bar'}" x="${LABELS}" y="${y}" width="${(spread.median * scale).toFixed(1)}" height="17"/>`,
    `<line class="quartiles" x1="${at(spread.low)}" x2="${at(spread.high)}" y1="${middle}" y2="${middle}"/>`,
    `<text x="${end.toFixed(1)}" y="${y + 13}">${spread.median.toFixed(digits)}</text>`,
  ].join('');
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;').replaceAll('`', '');
}
