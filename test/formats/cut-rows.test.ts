import fc from 'fast-check';
import { expect, test } from 'vitest';
import { endOfWholeRows, findRowEnd } from '../../src/formats/csv/row-ends.js';

/** What `endOfWholeRows` is meant to be, row by row. */
function byRows(text: Buffer, dialect: { delimiter: string; lineEnd: 'lf' | 'cr' }): number {
  let at = 0;
  for (;;) {
    const { next, lines } = findRowEnd(text, at, text.length, dialect);
    const isEnded = lines > 0 && text[next - 1] === (dialect.lineEnd === 'cr' ? 13 : 10);
    if (!isEnded || findRowEnd(text, at, text.length, dialect).isOpen || next === at) return at;
    at = next;
    if (at === text.length) return at;
  }
}

test('whole rows end where findRowEnd says so, whatever the quotes do', () => {
  const text = fc.array(fc.constantFrom('"', '"', ',', '\n', '\n', '\r', '1', 'a'), { maxLength: 40 });
  fc.assert(
    fc.property(text, fc.constantFrom('lf' as const, 'cr' as const), (characters, lineEnd) => {
      const bytes = Buffer.from(characters.join(''));
      const dialect = { delimiter: ',', lineEnd };
      // The last byte may be a quote that closes or is doubled by what follows: then the row is not over.
      expect(endOfWholeRows(bytes, dialect)).toBe(byRows(bytes, dialect));
    }),
    { numRuns: 5000 },
  );
});
