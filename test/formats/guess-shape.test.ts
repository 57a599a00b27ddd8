import { describe, expect, test } from 'vitest';
import { guessShape, rejectDecimalCommas } from '../../src/formats/csv/guess/guess-shape.js';

const delimiterOf = (text: string) => guessShape(Buffer.from(text), true, undefined).delimiter;

describe('the delimiter is the one that parts the first rows, whatever else stands in their fields:', () => {
  test.each([
    ['commas', '7,0,255\n1,0,0\n', ','],
    ['commas, and spaces after them', '7, 0, 255\n1, 0, 0\n', ','],
    ['commas, and numbers made as long by spaces', '   7,   0, 255\n   1,   0,   0\n', ','],
    ['semicolons, and decimal commas', '7;0,5;0,25\n1;0,0;0,0\n', ';'],
    ['semicolons, and decimal commas in all fields', '0,5;0,25\n0,0;0,1\n', ';'],
    ['tabs, and decimal commas', '7\t0,5\t0,25\n', '\t'],
    ['tabs, and spaces', '7\t 0\t 255\n', '\t'],
    ['bars', 'label|a|b\n7|0|255\n', '|'],
    ['spaces', '7 0 255\n', ' '],
    ['several spaces', '  7   0 255 \n', ' '],
    ['commas, after comments', '# made by hand; in\tone day\n# for me\n7,0,255\n', ','],
    ['a header of one piece', 'some digits\n7,0,255\n', ','],
    ['a name with a delimiter in it', '"a;b.png",0,0\n"c;d.png",0,0\n', ','],
    ['fields with nothing in them', '7;;12;;\n', ';'],
    ['no delimiter at all', '7\n', ','],
  ])('%s', (_, text, delimiter) => {
    expect(delimiterOf(text)).toBe(delimiter);
  });

  test('unless it is given', () => {
    expect(guessShape(Buffer.from('7,0:5,0:25\n'), true, ':').delimiter).toBe(':');
  });
});

describe('a line ends with', () => {
  test.each([
    ['a line feed', '7,0\n1,0\n', 'lf'],
    ['a line feed, after a carriage return', '7,0\r\n1,0\r\n', 'lf'],
    ['a line feed, after two of those', '7,0\r\r\n1,0\r\r\n', 'lf'],
    ['a carriage return', '7,0\r1,0\r', 'cr'],
    ['a carriage return, though a line feed was added last', '7,0\r1,0\r2,0\r\n', 'cr'],
    ['a line feed, though a carriage return is in a field', '"a\rb",7\nc,1\n', 'lf'],
    ['a line feed, after three of those', '7,0\r\r\r\n1,0\r\r\r\n', 'lf'],
    ['a carriage return, though line feeds are in fields', '"a\n\n\nb",7\r"c\n",1\r', 'cr'],
  ])('%s', (_, text, lineEnd) => {
    expect(guessShape(Buffer.from(text), true, undefined).lineEnd).toBe(lineEnd);
  });
});

describe('rows of decimal commas are refused in one line that names them', () => {
  const row = ['7', '0', '0,5', '0,25'];

  test('and says what to do: where no comma delimits, all can be replaced', () => {
    const expected = 'f.csv: expected numbers with a decimal point, found decimal commas, such as 0,5: ';
    expect(() => rejectDecimalCommas([row], ';', 'f.csv')).toThrowError(
      expect.objectContaining({
        code: 'CSV_COLUMNS',
        message: `${expected}write points in their place, as tr , . does`,
      }),
    );
    expect(() => rejectDecimalCommas([row], ',', 'f.csv')).toThrowError(/write points in their place$/);
  });

  test('where most rows are so; a single row is at fault itself, and an id may look like one', () => {
    const plain = ['7', '0', '1', '0'];
    expect(() => rejectDecimalCommas([row, plain, plain], ';', 'f.csv')).not.toThrow();
    expect(() => rejectDecimalCommas([row, row, plain], ';', 'f.csv')).toThrow();
    expect(() => rejectDecimalCommas([['12,5', '0', '1', '0']], ';', 'f.csv')).not.toThrow();
  });
});
