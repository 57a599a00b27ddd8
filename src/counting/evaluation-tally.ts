import { DigitflowError, type ErrorCode } from '../errors.js';
import { type Interval, wilsonInterval } from '../statistics/intervals.js';
import { Calibration, FixedSum } from './calibration.js';
import { ConfusionMatrix } from './confusion-matrix.js';
import { OutputsTally } from './metrics/outputs-tally.js';
import { checkLabelled, Mistakes, recordsTitle, type ScoredRecords } from './scored-records.js';
import { State } from './state.js';

/** What to count; the first records tell what is left out of the network. */
export interface EvaluationTallyOptions {
  /** 1 to 256. */
  readonly classes?: number | undefined;
  /** Whether the network's outputs lie in 0..1 (sigmoid, softmax); otherwise calibration has no meaning. */
  readonly outputsAreProbabilities?: boolean | undefined;
  /** How many of the worst mistakes to keep, from 0 up. Default 0. */
  readonly mistakes?: number | undefined;
  /** Whether to count what all outputs of each record tell; then they must have been kept. Default false. */
  readonly withOutputs?: boolean | undefined;
}

/**
 * All that an evaluation counts: confusion, loss, calibration, the worst mistakes, what all outputs tell. The same records give the same tally, bit
 * for bit, in any order, in batches of any size, and merged from any shards, as long as each record keeps its index.
 */
export class EvaluationTally {
  readonly loss = new FixedSum();
  /** The worst wrong predictions. */
  readonly mistakes: Mistakes;
  #confusion: ConfusionMatrix | null = null;
  #outputsAreProbabilities: boolean | null = null;
  #calibration: Calibration | null = null;
  readonly #withOutputs: boolean;
  #outputs: OutputsTally | null = null;

  /** @throws DigitflowError USAGE when `classes` or `mistakes` is out of range. */
  constructor(options: EvaluationTallyOptions = {}) {
    const { classes, outputsAreProbabilities, mistakes = 0, withOutputs = false } = options;
    this.#withOutputs = withOutputs;
    if (classes !== undefined) this.#setClasses(classes);
    if (outputsAreProbabilities !== undefined) this.#setKind(outputsAreProbabilities);
    this.mistakes = new Mistakes(mistakes);
  }

  /**
   * The tally whose state was kept as JSON, or sent from another machine.
   *
   * @param state what `toJSON` gave, parsed
   * @param recordBytes how many pixels each of its mistakes has
   * @throws DigitflowError SHARD_BROKEN for a state that no tally has
   */
  static from(state: unknown, recordBytes: number): EvaluationTally {
    const own = state instanceof State ? state : new State(state, 'tally');
    const [matrix, kind] = [own.get('confusion'), own.get('outputsAreProbabilities')];
    const confusion = matrix.isNone ? null : ConfusionMatrix.from(matrix);
    const mistakes = Mistakes.from(own.get('mistakes'), { classes: confusion?.classes ?? 0, recordBytes });
    const outputs = own.get('outputs');
    const tally = new EvaluationTally({ mistakes: mistakes.capacity, withOutputs: !outputs.isNone });
    tally.#confusion = confusion;
    if (!outputs.isNone) tally.#outputs = OutputsTally.from(outputs, confusion?.classes ?? 0);
    tally.mistakes.merge(mistakes);
    tally.loss.merge(FixedSum.from(own.get('loss')));
    if (!kind.isNone) tally.#setKind(kind.boolean());
    tally.#calibration?.merge(Calibration.from(own.get('calibration')));
    const found = tally.#calibration?.counted;
    const { images, correct } = tally;
    if (found && (found.count !== images || found.correct !== correct)) {
      const expected = `${correct} right of ${images}, as in its matrix`;
      throw own.get('calibration').wrong(expected, `${found.correct} of ${found.count}`);
    }
    const { outputs: counted } = tally;
    if (counted && counted.images !== images) throw outputs.wrong(`${images} images`, `${counted.images}`);
    return tally;
  }

  /** Null until the number of classes is known: from the options, or from the first records. */
  get confusion(): ConfusionMatrix | null {
    return this.#confusion;
  }

  /** Whether the network's outputs lie in 0..1; null until that is known. */
  get outputsAreProbabilities(): boolean | null {
    return this.#outputsAreProbabilities;
  }

  /** Null when the network's outputs are not probabilities, or until that is known. */
  get calibration(): Calibration | null {
    return this.#calibration;
  }

  /** Null where it was not asked for, or until the number of classes is known. */
  get outputs(): OutputsTally | null {
    return this.#outputs;
  }

  /**
   * Counts a batch, or adds what its worker has counted. It keeps copies of mistakes, nothing else of the batch.
   *
   * @throws DigitflowError LABELS_MISSING without labels, INPUT_SIZE for another number of classes than before, USAGE for
   *   another kind of outputs, or without those that are to be counted. Nothing of such a batch is counted.
   */
  add(records: ScoredRecords): void {
    const { count, predictions, confidences, losses, counts } = records;
    if (count === 0) return;
    checkLabelled(records);
    const confusion = this.#learn(records);
    this.#outputs?.addAll(records);
    if (counts === undefined) {
      confusion.addAll(records.labels, predictions, count);
      this.#calibration?.addAll(records.labels, predictions, confidences, count);
    } else {
      confusion.addCounts(counts.confusion, count);
      this.#calibration?.addCounts(counts.bins, counts.confidenceUnits);
    }
    const lossUnits = counts?.lossUnits ?? null;
    if (lossUnits === null) this.loss.addAll(losses, 0, count);
    else this.loss.addUnits(lossUnits);
    this.mistakes.addAll(records);
  }

  /**
   * Adds what another tally has counted. What this one does not know yet of classes and outputs it learns from the other.
   *
   * @throws DigitflowError USAGE when the two count for other classes, another kind of outputs or other numbers of mistakes, or
   *   only one of them what all outputs tell.
   */
  merge(other: EvaluationTally): void {
    const differ = <T>(own: T | null, found: T | null) => own !== null && found !== null && own !== found;
    if (
      differ(this.#confusion?.classes ?? null, other.#confusion?.classes ?? null) ||
      differ(this.#outputsAreProbabilities, other.#outputsAreProbabilities) ||
      this.mistakes.capacity !== other.mistakes.capacity ||
      this.#withOutputs !== other.#withOutputs
    ) {
      const message = `merge: expected a tally of ${this.#shape}, found one of ${other.#shape}`;
      throw new DigitflowError('USAGE', message);
    }
    if (other.#confusion !== null) {
      this.#setClasses(other.#confusion.classes).merge(other.#confusion);
    }
    if (other.#outputs !== null) this.#outputs?.merge(other.#outputs);
    if (other.#outputsAreProbabilities !== null) this.#setKind(other.#outputsAreProbabilities);
    if (other.#calibration !== null) this.#calibration?.merge(other.#calibration);
    this.loss.merge(other.loss);
    this.mistakes.merge(other.mistakes);
  }

  /** How many images were counted. */
  get images(): number {
    return this.#confusion?.total ?? 0;
  }

  /** How many of them were right. */
  get correct(): number {
    return this.#confusion?.correct ?? 0;
  }

  /** 0..1; null when nothing was counted. */
  get accuracy(): number | null {
    return this.images === 0 ? null : this.correct / this.images;
  }

  /** The 95 % interval of the accuracy; null when nothing was counted. */
  get interval(): Interval | null {
    return wilsonInterval(this.correct, this.images);
  }

  /** Null when nothing was counted or a loss was not finite. */
  get meanLoss(): number | null {
    return this.loss.mean(this.images);
  }

  /** The exact state, the same whatever the order of the records was. */
  toJSON(): object {
    const { confusion, outputsAreProbabilities, loss, calibration, mistakes, outputs } = this;
    return { confusion, outputsAreProbabilities, loss, calibration, mistakes, ...(outputs && { outputs }) };
  }

  /** Takes classes and kind of outputs from the first records, and compares those of all others. */
  #learn(records: ScoredRecords): ConfusionMatrix {
    const { classCount, outputsAreProbabilities } = records;
    const fail = (code: ErrorCode, expected: string, found: number | string) => {
      const words = `expected ${expected}, found ${found}; count each network in a tally of its own`;
      return new DigitflowError(code, `${recordsTitle(records)}: ${words}`);
    };
    const classes = this.#confusion?.classes ?? classCount;
    if (classCount !== classes) throw fail('INPUT_SIZE', `verdicts out of ${classes} classes`, classCount);
    if (outputsAreProbabilities !== (this.#outputsAreProbabilities ?? outputsAreProbabilities)) {
      throw fail('USAGE', kindWords(!outputsAreProbabilities), kindWords(outputsAreProbabilities));
    }
    this.#setKind(outputsAreProbabilities);
    return this.#setClasses(classCount);
  }

  #setClasses(classes: number): ConfusionMatrix {
    this.#confusion ??= new ConfusionMatrix(classes);
    if (this.#withOutputs) this.#outputs ??= new OutputsTally(classes);
    return this.#confusion;
  }

  #setKind(outputsAreProbabilities: boolean): void {
    this.#outputsAreProbabilities = outputsAreProbabilities;
    if (outputsAreProbabilities) this.#calibration ??= new Calibration();
  }

  get #shape(): string {
    const classes = this.#confusion?.classes ?? 'any number of';
    const kind = kindWords(this.#outputsAreProbabilities) + (this.#withOutputs ? ', all of them' : '');
    return `${classes} classes, ${this.mistakes.capacity} mistakes, ${kind}`;
  }
}

function kindWords(outputsAreProbabilities: boolean | null): string {
  if (outputsAreProbabilities === null) return 'any outputs';
  return outputsAreProbabilities ? 'probabilities' : 'plain outputs';
}
