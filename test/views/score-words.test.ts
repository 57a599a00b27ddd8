import { expect, test } from 'vitest';
import { scoreProgressWords, scoreSummaryWords } from '../../src/views/terminal/progress.js';

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
