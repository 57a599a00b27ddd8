import { describe, expect, test } from 'vitest';
import { guessShape } from '../../src/formats/csv/guess/guess-shape.js';

const delimiterOf = (text: string) => guessShape(Buffer.from(text), true, undefined).delimiter;

describe('the delimiter is the one that parts the first rows, whatever else stands in their fields:', () => {
  test.each([
    ['commas', '7,0,255\n1,0,0\n', ','],
    ['commas, and spaces behind them', '7, 0, 255\n1, 0, 0\n', ','],
    ['commas, and numbers made as long by spaces', '   7,   0, 255\n   1,   0,   0\n', ','],
    ['semicolons, and decimal commas', '7;0,5;0,25\n1;0,0;0,0\n', ';'],
    ['semicolons, and decimal commas in all fields', '0,5;0,25\n0,0;0,1\n', ';'],
    ['tabs, and decimal commas', '7\t0,5\t0,25\n', '\t'],
    ['tabs, and spaces', '7\t 0\t 255\n', '\t'],
    ['bars', 'label|a|b\n7|0|255\n', '|'],
    ['spaces', '7 0 255\n', ' '],
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
    ['a line feed, behind a carriage return', '7,0\r\n1,0\r\n', 'lf'],
    ['a line feed, behind two of those', '7,0\r\r\n1,0\r\r\n', 'lf'],
    ['a carriage return', '7,0\r1,0\r', 'cr'],
    ['a carriage return, though a line feed was added last', '7,0\r1,0\r2,0\r\n', 'cr'],
    ['a line feed, though a carriage return is in a field', '"a\rb",7\nc,1\n', 'lf'],
  ])('%s', (_, text, lineEnd) => {
    expect(guessShape(Buffer.from(text), true, undefined).lineEnd).toBe(lineEnd);
  });
});
