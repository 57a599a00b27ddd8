import { availableParallelism, cpus, totalmem } from 'node:os';

/**
 * @typedef {object} Target
 * @property {string} what
 * @property {string} goal
 * @property {string} measured
 * @property {boolean} met
 */

/**
 * What one measurement found.
 *
 * @typedef {object} Report
 * @property {string} title
 * @property {{ head: string[], rows: string[][] }[]} tables
 * @property {Target[]} targets
 * @property {string[]} notes
 * @property {import('./plot.js').Bars} [bars] what to draw
 * @property {unknown} samples all that was measured, to reckon anew from
 */

/** Said in place of a ratio. */
export const DOES_NOT_COUNT = 'does not count: predictions are wrong';

/** @returns {{ cpu: string, cores: number, memoryGB: number, node: string, platform: string }} */
export function describeMachine() {
  return {
    cpu: cpus()[0].model.trim(),
    cores: availableParallelism(),
    memoryGB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
  };
}

/** @param {ReturnType<typeof describeMachine>} machine @returns {string} */
export function machineWords({ cpu, cores, node, platform }) {
  return `${cpu}, ${cores} cores, Node ${node}, ${platform}`;
}

/** @param {Report} report @returns {string} */
export function toMarkdown({ title, tables, targets, notes }) {
  const goals = {
    head: ['target', 'goal', 'measured', ''],
    rows: targets.map(({ what, goal, measured, met }) => [what, goal, measured, met ? 'met' : '**missed**']),
  };
  return [
    `## ${title}`,
    ...tables.map(markdownTable),
    ...(targets.length > 0 ? [markdownTable(goals)] : []),
    ...(notes.length > 0 ? [notes.map((note) => `- ${note}`).join('\n')] : []),
  ].join('\n\n');
}

/** The first column is text, the others are numbers. */
function markdownTable({ head, rows }) {
  const widths = head.map((_, column) => Math.max(3, ...[head, ...rows].map((row) => row[column].length)));
  const line = (cells) =>
    `| ${cells.map((cell, c) => (c === 0 ? cell.padEnd(widths[c]) : cell.padStart(widths[c]))).join(' | ')} |`;
  const rule = `|${widths.map((width, c) => (c === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  return [line(head), rule, ...rows.map(line)].join('\n');
}

/**
 * `median (lower quartile .. upper quartile)`.
 *
 * @param {import('./statistics.js').Spread} spread
 * @param {number} digits after the point
 * @param {string} [unit]
 */
export function showSpread({ median, low, high }, digits, unit = '') {
  return `${median.toFixed(digits)}${unit} (${low.toFixed(digits)} .. ${high.toFixed(digits)})`;
}
