import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

interface Measured {
  readonly machine: object;
  readonly title: string;
  readonly tables: readonly { readonly rows: readonly (readonly string[])[] }[];
  readonly bars?: { readonly digits: number; readonly bars: readonly { readonly spread: Spread | null }[] };
}
type Spread = Record<'least' | 'low' | 'median' | 'high' | 'most', number>;

const root = new URL('../../', import.meta.url);
const [{ toSvg }, { machineWords }] = await Promise.all(
  ['plot.js', 'report.js'].map((name) => import(new URL(`bench/lib/${name}`, root).href)),
);
const fileOf = (name: string) => new URL(`docs/bench/${name}`, root);
const measured = readdirSync(fileOf('.'))
  .filter((file) => file.endsWith('.json'))
  .map((file) => ({
    name: file.slice(0, -5),
    report: JSON.parse(readFileSync(fileOf(file), 'utf8')) as Measured,
  }));
const plotted = measured.flatMap(({ name, report }) =>
  report.bars ? [{ name, report, bars: report.bars }] : [],
);

test('each plot has a measurement that it is drawn from', () => {
  const drawn = readdirSync(fileOf('.')).filter((file) => file.endsWith('.svg'));
  expect(plotted.map(({ name }) => `${name}.svg`)).toEqual(drawn);
  expect(drawn.length).toBeGreaterThan(5);
});

describe.each(plotted)('the plot of $name', ({ name, report, bars }) => {
  test('shows what was measured: quartiles around the median, as in the tables', () => {
    const cells = report.tables.flatMap(({ rows }) => rows.flat());
    const spreads = bars.bars.flatMap(({ spread }) => (spread === null ? [] : [spread]));
    expect(spreads.length).toBeGreaterThan(0);
    for (const { least, low, median, high, most } of spreads) {
      expect([least, low, median, high, most]).toEqual(
        [least, low, median, high, most].toSorted((a, b) => a - b),
      );
      expect(cells.filter((cell) => cell.startsWith(median.toFixed(bars.digits)))).not.toEqual([]);
    }
  });

  test('is what is drawn from it now', () => {
    const svg = fileOf(`${name}.svg`);
    expect(existsSync(svg)).toBe(true);
    expect(readFileSync(svg, 'utf8')).toBe(toSvg(name, report.title, machineWords(report.machine), bars));
  });
});
