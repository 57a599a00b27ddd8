import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  MOST_REASONS_OF_A_PART,
  type ScoredRows,
  ScoreTally,
} from '../../../src/outputs/rows/scored-rows.js';

/** Rows of which all were rejected, for these reasons. */
function rejected(reasons: readonly number[]): ScoredRows {
  const none = new Uint8Array(0);
  return {
    ...{ count: 0, predictions: none, confidences: new Float32Array(0), outputs: new Float32Array(0) },
    ...{ idEnds: new Uint32Array(0), ids: none },
    place: { file: 0, name: 'a', firstRow: 0, firstOfAll: 0, firstLine: 0, endBytes: 0, endLine: 0 },
    rejects: reasons.map((kind, row) => ({
      ...{ row, line: row, position: 0, text: () => none },
      reason: () => `column ${row}: expected ${kind}, found ${row}`,
    })),
  };
}

test('what parts of a run counted gives what the whole counts, however many kinds of reasons there are', () => {
  const kinds = fc.array(fc.nat(80), { maxLength: 400 });
  fc.assert(
    fc.property(kinds, fc.array(fc.nat(400), { maxLength: 4 }), (all, cuts) => {
      const [whole, merged] = [new ScoreTally(1), new ScoreTally(1)];
      whole.add(rejected(all));
      const starts = [0, ...cuts].sort((a, b) => a - b);
      for (const [part, start] of starts.entries()) {
        const tally = new ScoreTally(1, undefined, MOST_REASONS_OF_A_PART);
        tally.add(rejected(all.slice(start, starts[part + 1])));
        merged.addCounts(JSON.parse(JSON.stringify(tally.counts)));
      }
      // The order is that of a summary where counts are equal.
      expect(Object.entries(merged.counts.reasons)).toEqual(Object.entries(whole.counts.reasons));
      expect(Object.keys(whole.counts.reasons).length).toBeLessThanOrEqual(51);
    }),
  );
});
