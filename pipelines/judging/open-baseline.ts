import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Evaluation } from '../../src/counting/evaluation.js';
import { checkLabelled, type ScoredRecords } from '../../src/counting/scored-records.js';
import { DigitflowError } from '../../src/errors.js';
import { readWholeNow } from '../../src/inputs/bytes/read-whole.js';
import {
  type Baseline,
  checkSameClasses,
  mismatch,
  PairTally,
  parseBaseline,
} from '../../src/judging/baseline.js';
import type { AgainstBaseline } from '../../src/judging/gates.js';
import { VerdictReader } from '../../src/outputs/judging/verdict-reader.js';

/** A baseline, and its verdicts as far as they were read. */
export interface OpenBaseline {
  readonly paths: readonly string[];
  readonly hasDigests: boolean;
  add(records: ScoredRecords): void;
  end(evaluation: Evaluation): AgainstBaseline;
  close(): void;
}

/** Opens a baseline, and its verdicts where it has some. Throws what `readBaseline` throws, and for verdicts that are not its own. */
export function openBaseline(path: string, classes: readonly string[]): OpenBaseline {
  const baseline = readBaseline(path);
  checkSameClasses(baseline, classes);
  const reader = verdictsOf(baseline);
  const tally = reader && new PairTally(reader.path, classes);
  const otherCount = (found: string) => {
    return mismatch('verdicts', `${reader?.images} images, as in the baseline`, found);
  };
  return {
    paths: [path, ...(reader === null ? [] : [reader.path])],
    hasDigests: baseline.files.every(({ sha256 }) => sha256 !== null),
    add: (records) => {
      if (reader === null || tally === null || records.count === 0) return;
      checkLabelled(records);
      const others = reader.next(records.count);
      if (others.length < 2 * records.count) throw otherCount('more');
      tally.add(records, others);
    },
    end: (evaluation) => {
      if (reader !== null && !evaluation.partial && evaluation.images !== reader.images)
        throw otherCount(String(evaluation.images));
      return { baseline, pairs: tally?.counts };
    },
    close: () => reader?.close(),
  };
}

const MOST_BASELINE_BYTES = 64 * 2 ** 20;

/**
 * Reads what `evaluate --format json` has written, to hold an evaluation against it.
 *
 * @throws DigitflowError INPUT_MISSING, INPUT_READ; BASELINE_FILE for what is no evaluation; BASELINE_MISMATCH for one of a part of
 *   its images; USAGE for a pipe
 */
export function readBaseline(path: string): Baseline {
  const file = { title: 'the JSON of an evaluation', mostBytes: MOST_BASELINE_BYTES, check: () => {} };
  const bytes = readWholeNow(path, { ...file, tooLarge: 'BASELINE_FILE' });
  return parseBaseline(Buffer.from(bytes).toString('utf8'), path);
}

/** Where a baseline's verdicts may lie: beside the JSON, under the name that it says; else where it says. */
export function verdictPlaces({ path, verdicts }: Baseline): string[] {
  return verdicts === null ? [] : [join(dirname(path), basename(verdicts.path)), verdicts.path];
}

/** The digest tells whether these are the ones. */
function verdictsOf(baseline: Baseline): VerdictReader | null {
  const { path, verdicts } = baseline;
  if (verdicts === null) return null;
  const places = verdictPlaces(baseline);
  const place = places.find((one) => existsSync(one));
  const { sha256 } = verdicts;
  if (place === undefined) {
    const expected = `${places[0]}: expected the verdicts of ${path}, found no such file`;
    throw new DigitflowError('INPUT_MISSING', `${expected}; bring it there, or make both again`);
  }
  const reader = new VerdictReader(place);
  if (reader.sha256 === sha256) return reader;
  reader.close();
  const expected = `${place}: expected the verdicts that ${path} was written with (sha256 ${sha256.slice(0, 12)})`;
  throw new DigitflowError('BASELINE_MISMATCH', `${expected}, found others; make both again`);
}
