import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Evaluation } from '../../src/counting/evaluation.js';
import { checkLabelled, type ScoredRecords } from '../../src/counting/scored-records.js';
import { DigitflowError } from '../../src/errors.js';
import { readWholeNow } from '../../src/inputs/bytes/read-whole.js';
import type { DigestMode } from '../../src/inputs/data-stream.js';
import type { Model } from '../../src/inputs/models/open-model.js';
import {
  type Baseline,
  checkSameClasses,
  mismatch,
  PairTally,
  parseBaseline,
} from '../../src/judging/baseline.js';
import {
  type AgainstBaseline,
  checkGates,
  checkGatesOf,
  checkGateValues,
  type Gates,
} from '../../src/judging/gates.js';
import { areProbabilities } from '../../src/network/activations.js';
import { VerdictWriter } from '../../src/outputs/judging/verdict-file.js';
import { VerdictReader } from '../../src/outputs/judging/verdict-reader.js';
import { checkFiles, keptFiles } from '../../src/outputs/same-file.js';

/** How good an evaluation is to be, and what is kept for the next one to be held against. */
export interface GateOptions {
  /** How good it is to be: `gates` of the evaluation says whether it is. */
  readonly gates?: Gates | undefined;
  /**
   * The path of an earlier evaluation's JSON, of the same images: the accuracy may not be significantly lower, or not by more than
   * `gates.margin`. Where that evaluation kept verdicts, both are compared image by image.
   */
  readonly baseline?: string | undefined;
  /** Where to keep label and prediction of every image: a NumPy array `(images, 2)` of uint8. Default: nowhere. */
  readonly verdicts?: string | undefined;
}

/** What the evaluation at hand is asked to do. */
interface GatedRun extends GateOptions {
  readonly limit?: number | undefined;
  readonly digest?: DigestMode | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onBatch?: ((records: ScoredRecords) => void) | undefined;
}

/**
 * Evaluates, keeps verdicts, and says whether the result is good enough. Of one that was interrupted nothing is said.
 *
 * @param inputs paths that are read, as far as they are known
 * @param evaluate is given what to do besides
 * @throws DigitflowError USAGE for gates that mean nothing to the network; what reading a baseline and keeping verdicts throw
 */
export async function evaluateGated<Result extends { readonly evaluation: Evaluation }>(
  model: Model,
  inputs: readonly string[],
  options: GatedRun,
  evaluate: (besides: Pick<GatedRun, 'onBatch' | 'digest'>) => Promise<Result>,
): Promise<Result> {
  const { gates = {}, signal, digest, onBatch } = options;
  const against = openAgainst(model, options);
  let writer: VerdictWriter | undefined;
  try {
    const { verdicts } = options;
    const files = verdicts === undefined ? [] : keptFiles('--verdicts', verdicts);
    checkFiles([...inputs, ...(against?.paths ?? [])], files);
    if (verdicts !== undefined) writer = new VerdictWriter(verdicts);
    const result = await evaluate({
      digest: against?.hasDigests && digest !== 'never' ? 'always' : digest,
      onBatch: (records) => {
        writer?.add(records);
        against?.add(records);
        onBatch?.(records);
      },
    });
    const { evaluation } = result;
    // Labels, and the files of a folder, are found as it goes.
    checkFiles(
      evaluation.data.files.map(({ path }) => path),
      files,
    );
    const isCutShort = evaluation.partial && signal?.aborted;
    const found = isCutShort ? [] : checkGates(evaluation, gates, against?.end(evaluation));
    return {
      ...result,
      evaluation: {
        ...evaluation,
        ...(writer === undefined ? {} : { verdicts: writer.end() }),
        ...(found.length === 0 ? {} : { gates: found }),
      },
    };
  } finally {
    against?.close();
    writer?.discard();
  }
}

/**
 * What `evaluateGated` says of an evaluation that is there already: without verdicts, and so not image by image.
 *
 * @throws DigitflowError as it does
 */
export function gatesOf(
  evaluation: Evaluation,
  { gates = {}, baseline }: Pick<GateOptions, 'gates' | 'baseline'>,
): Pick<Evaluation, 'gates'> {
  const against = baseline === undefined ? undefined : { baseline: readBaseline(baseline) };
  const found = checkGates(evaluation, gates, against);
  return found.length === 0 ? {} : { gates: found };
}

/** A baseline, and its verdicts as far as they were read. */
interface OpenBaseline {
  readonly paths: readonly string[];
  readonly hasDigests: boolean;
  add(records: ScoredRecords): void;
  end(evaluation: Evaluation): AgainstBaseline;
  close(): void;
}

function openAgainst(model: Model, { gates = {}, baseline: path, limit }: GatedRun): OpenBaseline | null {
  const { classes, layers } = model.network;
  checkGateValues(gates, path !== undefined);
  checkGatesOf(gates, { classes, hasProbabilities: areProbabilities(layers[layers.length - 1].activation) });
  if (path === undefined) return null;
  if (limit !== undefined) {
    const message =
      '--limit: expected all images, which a baseline is of, found a limit; leave one of them out';
    throw new DigitflowError('USAGE', message);
  }
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

/** Beside the JSON, under the name that it says; else where it says. The digest tells whether these are the ones. */
function verdictsOf({ path, verdicts }: Baseline): VerdictReader | null {
  if (verdicts === null) return null;
  const places = [join(dirname(path), basename(verdicts.path)), verdicts.path];
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
