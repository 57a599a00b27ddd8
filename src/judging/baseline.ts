import { EVALUATION_SCHEMA, type Evaluation } from '../counting/evaluation.js';
import type { LabelledRecords } from '../counting/scored-records.js';
import { State } from '../counting/state.js';
import { DigitflowError, quoteValue, safeText } from '../errors.js';
import type { PairedCounts } from '../statistics/intervals.js';

/** What an evaluation is held against: what is needed of another one's JSON. */
export interface Baseline extends Pick<Evaluation, 'images' | 'correct' | 'accuracy'> {
  /** Of its JSON. */
  readonly path: string;
  /** Names of its classes. */
  readonly classes: readonly string[];
  /** How many images each class has, by their labels. */
  readonly supports: readonly number[];
  /** The files of its data, with their digests. */
  readonly files: Evaluation['data']['files'];
  /** Where its labels and predictions are kept; null where they are not. */
  readonly verdicts: NonNullable<Evaluation['verdicts']> | null;
}

/**
 * What the JSON of an evaluation says, as `evaluate --format json` writes it.
 *
 * @param path what to call it
 * @throws DigitflowError BASELINE_FILE for what is no such JSON; BASELINE_MISMATCH for an evaluation of a part of its images
 */
export function parseBaseline(text: string, path: string): Baseline {
  const own = new State(parsed(text, path), path);
  try {
    return baselineFrom(own, path);
  } catch (error) {
    if (!(error instanceof DigitflowError) || error.code !== 'SHARD_BROKEN') throw error;
    throw notABaseline(error.message);
  }
}

function parsed(text: string, path: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw notABaseline(`${path}: expected the JSON of an evaluation, found no JSON, or a part of it`);
  }
  const { schema } = Object(value) as { schema?: unknown };
  if (schema === EVALUATION_SCHEMA) return value;
  const [name, version] = EVALUATION_SCHEMA.split('/');
  const found = `${path}: expected the JSON of an evaluation (${EVALUATION_SCHEMA}), found `;
  const [, later] = /^digitflow\.evaluation\/(\d+)$/.exec(String(schema)) ?? [];
  if (Number(later) > Number(version)) {
    const advice = 'a newer digitflow has written it: update this one';
    throw new DigitflowError('BASELINE_FILE', `${found}${name}/${later}; ${advice}`);
  }
  throw notABaseline(`${found}${schema === undefined ? 'another JSON' : quoteValue(schema)}`);
}

function baselineFrom(own: State, path: string): Baseline {
  const images = own.get('images').whole();
  const correct = own.get('correct').whole(0, images);
  const classes = own.get('classes').list();
  const matrix = own.get('confusion').list(classes.length);
  const rows = matrix.map((row) => row.counts(classes.length));
  const total = rows.flat().reduce((sum, count) => sum + count, 0);
  const right = rows.reduce((sum, row, index) => sum + row[index], 0);
  if (total !== images || right !== correct)
    throw own.get('confusion').wrong(`${correct} right of ${images}`, `${right} of ${total}`);
  const verdicts = own.get('verdicts');
  if (own.get('partial').boolean()) {
    const message = `${path}: expected an evaluation of all images, found one of the first ${images}`;
    throw new DigitflowError('BASELINE_MISMATCH', `${message}; make it again without --limit`);
  }
  return {
    ...{ path, images, correct, accuracy: images === 0 ? null : correct / images },
    classes: classes.map((one) => one.get('name').text()),
    supports: rows.map((row) => row.reduce((sum, count) => sum + count, 0)),
    files: own
      .get('data')
      .get('files')
      .list()
      .map((file) => ({ path: file.get('path').text(), sha256: digestFrom(file.get('sha256')) })),
    verdicts: verdicts.isNone
      ? null
      : { path: verdicts.get('path').text(), sha256: verdicts.get('sha256').text() },
  };
}

function digestFrom(state: State): string | null {
  return state.isNone ? null : state.text();
}

function notABaseline(found: string): DigitflowError {
  const advice = 'make it with digitflow evaluate --format json';
  return new DigitflowError('BASELINE_FILE', `${found}; ${advice}`);
}

/**
 * Makes sure that an evaluation is of the images and classes of its baseline.
 *
 * @param isPaired whether the labels of all images were compared
 * @throws DigitflowError BASELINE_MISMATCH
 */
export function checkSameData(baseline: Baseline, evaluation: Evaluation, isPaired: boolean): void {
  const { images, partial, data } = evaluation;
  checkSameClasses(
    baseline,
    evaluation.classes.map(({ name }) => name),
  );
  if (partial)
    throw mismatch('this evaluation', 'one of all images', `one of the first ${images}`, 'leave out --limit');
  for (const [index, { path, sha256 }] of baseline.files.entries()) {
    const own = data.files[index];
    if (sha256 === null || own === undefined || own.sha256 === null || own.sha256 === sha256) continue;
    const [expected, found] = [sha256, own.sha256].map((digest) => digest.slice(0, 12));
    throw mismatch(own.path, `the content of ${path} in the baseline (sha256 ${expected})`, found);
  }
  if (baseline.files.length !== data.files.length) {
    const expected = `${baseline.files.length} files, as in the baseline`;
    throw mismatch(data.name, expected, String(data.files.length));
  }
  if (images !== baseline.images)
    throw mismatch(data.name, `${baseline.images} images, as in the baseline`, String(images));
  // The same files may be read with other labels, as --label-map says.
  for (const [index, { name, support }] of evaluation.classes.entries()) {
    const expected = baseline.supports[index];
    if (support !== expected)
      throw mismatch(data.name, `${expected} images of ${name}, as in the baseline`, String(support));
  }
  const isKnown = baseline.files.every(({ sha256 }, at) => sha256 !== null && data.files[at].sha256 !== null);
  if (isKnown || isPaired) return;
  const expected = 'digests, or verdicts, to know that these are the images of the baseline';
  throw mismatch(data.name, expected, 'neither', 'evaluate both again, the baseline with --verdicts');
}

/** @throws DigitflowError BASELINE_MISMATCH */
export function checkSameClasses({ classes, path }: Baseline, found: readonly string[]): void {
  if (classes.length === found.length && classes.every((name, index) => name === found[index])) return;
  const listed = (names: readonly string[]) => quoteValue(names.join(', '));
  throw mismatch(path, `the classes of the network, ${listed(found)}`, listed(classes), 'give another one');
}

/** The error BASELINE_MISMATCH. */
export function mismatch(
  where: string,
  expected: string,
  found: string,
  advice = 'evaluate the same images, or make the baseline again',
): DigitflowError {
  return new DigitflowError(
    'BASELINE_MISMATCH',
    safeText(`${where}: expected ${expected}, found ${found}; ${advice}`),
  );
}

/** Labels and predictions of the same images, in their order: class indices. */
export interface Verdicts {
  /** `(images)` u8. */
  readonly labels: Uint8Array;
  /** `(images)` u8. */
  readonly predictions: Uint8Array;
}

/**
 * Of how many images two evaluations are right, one of them, or neither.
 *
 * @throws DigitflowError BASELINE_MISMATCH where they are not of the same images, with the same labels
 */
export function pairVerdicts(first: Verdicts, second: Verdicts): PairedCounts {
  const [count, other] = [first.labels.length, second.labels.length];
  if (count !== other)
    throw mismatch('verdicts', `${count} of them`, String(other), 'give those of the same images');
  const tally = new PairTally('verdicts', []);
  const pairs = new Uint8Array(2 * count);
  for (let i = 0; i < count; i++) pairs.set([second.labels[i], second.predictions[i]], 2 * i);
  tally.add({ first: 0, count, ...first }, pairs);
  return tally.counts;
}

/** Counts verdicts beside those of a baseline, batch by batch. */
export class PairTally {
  readonly #name: string;
  readonly #classes: readonly string[];
  /** At 2 where this one is right, plus 1 where the baseline is. */
  readonly #counts = new Float64Array(4);

  /**
   * @param name what to call the baseline's verdicts
   * @param classes names, as far as they are known
   */
  constructor(name: string, classes: readonly string[]) {
    this.#name = name;
    this.#classes = classes;
  }

  /**
   * @param others `(count, 2)` u8: labels and predictions of the baseline for the same records
   * @throws DigitflowError BASELINE_MISMATCH for another label
   */
  add(
    { first, count, labels, predictions }: Pick<LabelledRecords, 'first' | 'count' | keyof Verdicts>,
    others: Uint8Array,
  ): void {
    const counts = new Uint32Array(4);
    for (let i = 0; i < count; i++) {
      const label = labels[i];
      if (label !== others[2 * i]) throw this.#otherLabel(first + i, others[2 * i], label);
      counts[(predictions[i] === label ? 2 : 0) + (others[2 * i + 1] === label ? 1 : 0)]++;
    }
    for (const [at, count] of counts.entries()) this.#counts[at] += count;
  }

  get counts(): PairedCounts {
    const [neither, onlySecond, onlyFirst, both] = this.#counts;
    return { both, onlyFirst, onlySecond, neither };
  }

  #otherLabel(index: number, expected: number, found: number): DigitflowError {
    const [other, own] = [expected, found].map((label) => this.#classes[label] ?? label);
    return mismatch(this.#name, `the label ${other} of image ${index}, as in the baseline`, String(own));
  }
}
