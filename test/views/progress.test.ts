import { describe, expect, it, test } from 'vitest';
import { ProgressLine, scoreProgressWords, scoreSummaryWords } from '../../src/views/terminal/progress.js';
import { CLEAR_LINE } from '../../src/views/terminal/terminal.js';

/** A progress line on a fake terminal with a clock that stands until it is set. */
function fake(options: { isTTY?: boolean; columns?: number; total?: number } = {}) {
  const written: string[] = [];
  const clock = { ms: 1000 };
  const stream = {
    isTTY: options.isTTY ?? true,
    columns: options.columns ?? 120,
    write: (text: string) => written.push(text),
  };
  const line = new ProgressLine({ stream, now: () => clock.ms, total: options.total });
  const updateAt = (ms: number, done: number, correct?: number) => {
    clock.ms = 1000 + ms;
    line.update({ done, correct });
  };
  return { line, written, updateAt };
}

describe('ProgressLine', () => {
  it('tells how far it is, how well it goes, and how long it will take', () => {
    const { written, updateAt } = fake({ total: 2_400_000 });
    updateAt(2000, 600_000, 570_000);
    expect(written).toEqual([
      `${CLEAR_LINE} 25 %  600,000 of 2,400,000 images, 95.00 % right, 300,000 images/s, 6.0 s left\r`,
    ]);
  });

  it('does without what is not known', () => {
    const { written, updateAt } = fake();
    updateAt(2000, 600_000);
    expect(written).toEqual([`${CLEAR_LINE}600,000 images, 300,000 images/s\r`]);
  });

  it('shows nothing in the first 0.3 s, and then ten lines a second at most', () => {
    const { written, updateAt } = fake();
    for (let ms = 0; ms < 300; ms++) updateAt(ms, ms);
    expect(written).toHaveLength(0);
    for (let ms = 300; ms < 1300; ms++) updateAt(ms, ms);
    expect(written).toHaveLength(10);
  });

  it('is silent where there is no terminal', () => {
    const { line, written, updateAt } = fake({ isTTY: false });
    updateAt(5000, 100);
    line.clear();
    expect(written).toEqual([]);
  });

  it('is cleared before the report, once, and only if it was shown', () => {
    const { line, written, updateAt } = fake();
    line.clear();
    expect(written).toEqual([]);
    updateAt(500, 10);
    line.clear();
    line.clear();
    expect(written.slice(1)).toEqual([CLEAR_LINE]);
  });

  it('never fills the last column, where a terminal would wrap', () => {
    const { written, updateAt } = fake({ columns: 20, total: 100 });
    updateAt(500, 50, 50);
    expect(written[0].slice(CLEAR_LINE.length)).toHaveLength(19 + '\r'.length);
  });

  it('is cut between two of its parts', () => {
    for (const [columns, shown] of [
      [62, ' 50 %  50 of 100 images, 100.00 % right, 100 images/s'],
      [45, ' 50 %  50 of 100 images, 100.00 % right'],
      [40, ' 50 %  50 of 100 images, 100.00 % right'],
      [39, ' 50 %  50 of 100 images'],
    ] as const) {
      const { written, updateAt } = fake({ columns, total: 100 });
      updateAt(500, 50, 50);
      expect(written).toEqual([`${CLEAR_LINE}${shown}\r`]);
    }
  });

  it('leaves the cursor where all of it can be cleared when the terminal has become narrower', () => {
    const { line, written, updateAt } = fake({ total: 100 });
    updateAt(500, 50, 50);
    line.clear();
    // A terminal that wraps keeps the cursor on its column 0, and clears from there to the end of the screen.
    expect(written[0]).toMatch(/[^\r]\r$/);
    expect(written[1]).toBe('\r\x1b[J');
  });

  it('does not pass 100 % when there is more than was announced', () => {
    const { written, updateAt } = fake({ total: 10 });
    updateAt(1000, 20);
    expect(written[0]).toContain('100 %  20 of 10 images');
    expect(written[0]).toContain('0 ms left');
  });

  it('survives having done nothing yet', () => {
    const { written, updateAt } = fake({ total: 10 });
    updateAt(1000, 0, 0);
    expect(written).toEqual([`${CLEAR_LINE}  0 %  0 of 10 images\r`]);
  });
});

test('progress has a share and a time left where it is known how much there is', () => {
  const done = { rows: 50_000, rejected: 3, bytes: 40_000_000, totalBytes: 100_000_000 };
  expect(scoreProgressWords(done, 2)).toBe(
    ' 40 %  50,000 rows, 25,000 rows/s, 20 MB/s, 3 rejected, 3.0 s left',
  );
  expect(scoreProgressWords({ ...done, totalBytes: null }, 2)).toBe(
    '50,000 rows, 25,000 rows/s, 20 MB/s, 3 rejected',
  );
});

test('a file that grows is never more than done', () => {
  const done = { rows: 10, rejected: 0, bytes: 300, totalBytes: 200 };
  expect(scoreProgressWords(done, 1)).toMatch(/^100 % .*, 0 ms left$/);
});

test('rows of an earlier run do not make this one faster', () => {
  const done = { rows: 1500, rejected: 0, bytes: 0, totalBytes: null, rowsBefore: 1000 };
  expect(scoreProgressWords(done, 1)).toContain('1,500 rows, 500 rows/s');
  expect(scoreSummaryWords({ ...done, seconds: 1, workers: 1 })).toBe(
    '1,500 rows, 1.0 s, 500 rows/s, 1 worker',
  );
});

test('how a run ended is one line', () => {
  const ended = { rows: 1, rejected: 1, seconds: 0, workers: 0 };
  expect(scoreSummaryWords(ended)).toMatch(/^1 row, 1 of them rejected, .*, no threads$/);
});
