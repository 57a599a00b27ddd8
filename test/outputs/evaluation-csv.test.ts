import { parse } from 'csv-parse/sync';
import { expect, it } from 'vitest';
import { evaluationCsv } from '../../src/outputs/evaluation-csv.js';
import { evaluationOf, TEN_CLASSES } from '../counting/evaluation-of.js';

interface Row {
  readonly metric: string;
  readonly class: string;
  readonly predicted: string;
  readonly value: string;
}

const rowsOf = (text: string): Row[] => parse(text, { columns: true, record_delimiter: '\n' });

it('has one number a row, the whole matrix included', () => {
  const rows = rowsOf(evaluationCsv(evaluationOf(TEN_CLASSES)));
  const cells = rows.filter(({ metric }) => metric === 'confusion');
  expect(cells).toHaveLength(100);
  for (const cell of cells) {
    expect(cell.value).toBe(String(TEN_CLASSES[Number(cell.class)][Number(cell.predicted)]));
  }
  expect(rows.find(({ metric }) => metric === 'accuracy')).toEqual({
    metric: 'accuracy',
    class: '',
    predicted: '',
    value: String(9916 / 9961),
  });
});

it('sums its rows of the matrix to the support', () => {
  const rows = rowsOf(evaluationCsv(evaluationOf(TEN_CLASSES)));
  for (const { class: name, value } of rows.filter(({ metric }) => metric === 'support')) {
    const counts = rows.filter((row) => row.metric === 'confusion' && row.class === name);
    expect(counts.reduce((sum, row) => sum + Number(row.value), 0)).toBe(Number(value));
  }
});

it('quotes names as RFC 4180 says', () => {
  const names = ['a,b', 'say "hi"', 'two\nlines', 'plain'];
  const confusion = names.map((_, truth) => names.map((_, prediction) => (truth === prediction ? 1 : 0)));
  const text = evaluationCsv(evaluationOf(confusion, { names }));
  expect(text).toContain('support,"say ""hi""",,1\n');
  const rows = rowsOf(text).filter(({ metric }) => metric === 'support');
  expect(rows.map((row) => row.class)).toEqual(names);
});

it('leaves what is not defined empty', () => {
  const text = evaluationCsv(
    evaluationOf(
      [
        [0, 0],
        [1, 0],
      ],
      { outputsAreProbabilities: false },
    ),
  );
  expect(text).toContain('\nrecall,0,,\n');
  expect(text).toContain('\nexpected_calibration_error,,,\n');
  expect(text).not.toMatch(/null|NaN|undefined/);
});
