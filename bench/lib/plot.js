// Bars as SVG: medians, with the quartiles as a line. No dependency, no script: it is looked at on a web page of the repository.

const WIDTH = 860;
const LABELS = 330;
const ROOM = WIDTH - LABELS - 150;
const ROW = 26;

/**
 * @typedef {object} Bars
 * @property {string} unit
 * @property {number} digits after the point
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
 * @param {string} title
 * @param {string} subtitle the machine
 * @param {Bars} bars
 * @returns {string}
 */
export function toSvg(title, subtitle, { unit, digits, bars }) {
  const most = Math.max(...bars.map(({ spread }) => spread?.high ?? 0));
  const scale = most > 0 ? ROOM / most : 0;
  const height = 70 + bars.length * ROW;
  const rows = bars.map((bar, row) => drawBar(bar, 62 + row * ROW, scale, digits));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="13" role="img" aria-label="${escaped(title)}">`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    `<text x="12" y="24" font-size="16" font-weight="600" fill="#1b1b1b">${escaped(title)}, ${escaped(unit)}</text>`,
    `<text x="12" y="44" fill="#5a5a5a">${escaped(subtitle)}; median, quartiles as a line</text>`,
    ...rows,
    '</svg>',
    '',
  ].join('\n');
}

function drawBar({ label, spread, isOurs = false, without = 'absent' }, y, scale, digits) {
  const name = `<text x="${LABELS - 10}" y="${y + 13}" text-anchor="end" fill="#1b1b1b">${escaped(label)}</text>`;
  if (spread === null)
    return `${name}<text x="${LABELS}" y="${y + 13}" fill="#5a5a5a">${escaped(without)}</text>`;
  const width = (value) => (value * scale).toFixed(1);
  const end = LABELS + spread.high * scale + 8;
  const middle = y + 8.5;
  return [
    name,
    `<rect x="${LABELS}" y="${y}" width="${width(spread.median)}" height="17" fill="${isOurs ? '#1f6f8b' : '#b9c3c9'}"/>`,
    `<line x1="${(LABELS + spread.low * scale).toFixed(1)}" x2="${(LABELS + spread.high * scale).toFixed(1)}" y1="${middle}" y2="${middle}" stroke="#1b1b1b" stroke-width="2"/>`,
    `<text x="${end.toFixed(1)}" y="${y + 13}" fill="#1b1b1b">${spread.median.toFixed(digits)}</text>`,
  ].join('');
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;').replaceAll('`', '');
}
