import { Duplex } from 'node:stream';
import type { openScorer } from '../src/engine/open-scorer.js';
import { DigitflowError } from '../src/errors.js';
import { decodeText, type TextEncoding } from '../src/formats/csv/text-encoding.js';
import { type Model, openModel } from '../src/inputs/models/open-model.js';
import { type RowFormat, rowFormat } from '../src/outputs/rows/row-format.js';
import type { ScoredRows } from '../src/outputs/rows/scored-rows.js';
import { type ScoreOptions, scoreModel } from './score.js';

/** How to score what is written to a stream, and what is read from it. */
export interface ScoreStreamOptions
  extends Omit<ScoreOptions, 'inputs' | 'model' | 'write' | 'from' | 'signal' | 'withOutputs'> {
  /** The name of a bundled network, a path, or a network that is open. Default `sigmoid`. */
  readonly model?: string | Model | undefined;
  /** Text of rows with a header (`csv`, the default), a JSON object a line, what Kaggle takes; or objects. */
  readonly output?: 'csv' | 'ndjson' | 'kaggle' | 'objects' | undefined;
  /** True for all of the network's outputs, one a class. Default false. */
  readonly probabilities?: boolean | undefined;
  /** So many of the best classes, with their confidences, in text. Default 0. */
  readonly top?: number | undefined;
  /** CSV: an apostrophe before ids and names that a spreadsheet would take for a formula. Default false. */
  readonly spreadsheetSafe?: boolean | undefined;
}

/** What is said of a row, as an object: a prediction, or why there is none. */
export interface ScoredRow {
  /** Its number in the input, from 0, scored or not. */
  readonly row: number;
  /** The name of the class; null where the row is bad, and `reject` says why. */
  readonly prediction: string | null;
  /** 0..1 where the network's outputs are probabilities; null where the row is bad. */
  readonly confidence: number | null;
  /**
   * What its column of ids says; left out where there is none. It is read in `reading.encoding`, default UTF-8. Bytes that
   * are no text there become U+FFFD, so that two ids may look the same: then `idBytes` has them as they came in.
   */
  readonly id?: string;
  /** The bytes of an id that `id` could not hold; left out else. */
  readonly idBytes?: Uint8Array;
  /** The network's outputs, one a class, where they are wanted. */
  readonly outputs?: readonly number[];
  /** Why the row is bad; left out where it is not. */
  readonly reject?: string;
}

/**
 * Scores what is written to it: bytes of images in, in any format that can be read from a stream; rows out, in input order,
 * as text or objects. For `stream.pipeline`, or to be iterated over.
 *
 * Each side holds the other back. It ends and is destroyed as Node's own streams are: what is wrong with input, network or
 * machine destroys it with a DigitflowError, after the rows before it were given.
 */
export function scoreStream(options: ScoreStreamOptions = {}): Duplex {
  return new ScoreStream(options);
}

/** `scoreStream` with scorers that `open` gives. */
export function scoreStreamOn(options: ScoreStreamOptions, open: typeof openScorer): Duplex {
  return new ScoreStream(options, open);
}

class ScoreStream extends Duplex {
  readonly #leaving = new AbortController();
  readonly #run: Promise<void>;
  /** A piece that was written and not read yet, and its callback; null at the end of the input. */
  #written: { readonly piece: Uint8Array; readonly done: () => void } | null | undefined;
  /** Called when something was written. */
  #wakeReader: () => void = () => {};
  /** Called when there is room on the readable side again, and when all was read. */
  #wakeWriter: () => void = () => {};
  #wakeDrained: () => void = () => {};

  constructor(given: ScoreStreamOptions, open?: typeof openScorer) {
    const { output = 'csv', probabilities = false, top = 0, spreadsheetSafe, ...options } = given;
    super({ readableObjectMode: output === 'objects', decodeStrings: true });
    const { model: asked = 'sigmoid' } = options;
    const model = typeof asked === 'string' ? openModel(asked) : asked;
    const { classes } = model.network;
    const encoding = options.reading?.encoding;
    if (spreadsheetSafe && output !== 'csv')
      throw new DigitflowError('USAGE', `spreadsheetSafe: expected output csv, found ${output}`);
    let withIds = false;
    let format: RowFormat | undefined;
    const begun = (): RowFormat => {
      if (output === 'objects') throw new TypeError('expected text');
      const written = { encoding, spreadsheetSafe, probabilities, top, withIds };
      format ??= rowFormat({ format: output, classes, ...written });
      return format;
    };
    const text = async (given: RowFormat, rows: ScoredRows): Promise<void> => {
      // A copy: the text holds only until the next part is asked for.
      for (const part of given.rows(rows)) await this.#give(Buffer.from(part));
    };
    const write = async (rows: ScoredRows): Promise<void> => {
      const asked = { encoding, withAll: probabilities || top > 0 };
      if (output === 'objects') for (const row of objectsOf(rows, classes, asked)) await this.#give(row);
      else if (format !== undefined) await text(format, rows);
      else {
        await this.#give(begun().head);
        await text(begun(), rows);
      }
    };
    const run: ScoreOptions = {
      ...options,
      model: model.name,
      inputs: [this.#pieces()],
      withOutputs: probabilities || top > 0,
      signal: this.#leaving.signal,
      write,
      onOpened: (input) => {
        withIds = input.guesses.some(({ property, value }) => property === 'id' && value !== 'none');
        options.onOpened?.(input);
      },
    };
    const running = scoreModel(model, run, open);
    this.#run = running.then(
      async () => {
        // A run without any rows has a header all the same.
        if (output !== 'objects' && format === undefined) await this.#give(begun().head);
        this.push(null);
      },
      async (error: unknown) => {
        // To destroy a stream drops what was not read.
        await this.#drained();
        this.destroy(error instanceof Error ? error : new Error(String(error)));
      },
    );
  }

  override _write(piece: Uint8Array, _: BufferEncoding, done: () => void): void {
    this.#written = { piece, done };
    this.#wakeReader();
  }

  override _final(done: () => void): void {
    this.#written = null;
    this.#wakeReader();
    done();
  }

  override _read(): void {
    this.#wakeWriter();
  }

  override read(size?: number): unknown {
    const given: unknown = super.read(size);
    if (this.readableLength === 0) this.#wakeDrained();
    return given;
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#leaving.abort(error ?? new Error('the stream was destroyed'));
    this.#written = null;
    this.#wakeReader();
    this.#wakeWriter();
    this.#wakeDrained();
    // Threads and files are closed when it says so.
    this.#run.then(() => done(error));
  }

  /** What is written, piece by piece: the writer is called back after its piece was taken in. */
  async *#pieces(): AsyncGenerator<Uint8Array, void> {
    for (;;) {
      while (this.#written === undefined) {
        await new Promise<void>((resolve) => {
          this.#wakeReader = resolve;
        });
      }
      if (this.#written === null) return;
      const { piece, done } = this.#written;
      this.#written = undefined;
      yield piece;
      done();
    }
  }

  /** Gives a row or text, and waits until more is wanted. */
  async #give(given: unknown): Promise<void> {
    if (this.destroyed || given === '') return;
    const wanted = new Promise<void>((resolve) => {
      this.#wakeWriter = resolve;
    });
    if (!this.push(given)) await wanted;
  }

  async #drained(): Promise<void> {
    if (this.destroyed || this.readableLength === 0) return;
    await new Promise<void>((resolve) => {
      this.#wakeDrained = resolve;
    });
  }
}

/** The rows of a batch, scored or not, in the order of the input. */
function* objectsOf(
  rows: ScoredRows,
  classes: readonly string[],
  { encoding, withAll }: { readonly encoding: TextEncoding | undefined; readonly withAll: boolean },
): Generator<ScoredRow, void> {
  const { count, predictions, confidences, outputs, idEnds, ids, rejects, place } = rows;
  const reasons = new Map(rejects.map(({ row, reason }) => [row, reason]));
  for (let at = 0, scored = 0; at < count + rejects.length; at++) {
    const row = place.firstRow + at;
    const reason = reasons.get(at);
    if (reason !== undefined) {
      yield { row, prediction: null, confidence: null, reject: reason() };
      continue;
    }
    const all = Array.from(outputs.subarray(scored * classes.length, (scored + 1) * classes.length));
    yield {
      ...{ row, prediction: classes[predictions[scored]], confidence: confidences[scored] },
      ...(idEnds.length > 0 ? idOf(ids.slice(idEnds[scored - 1] ?? 0, idEnds[scored]), encoding) : {}),
      ...(withAll ? { outputs: all } : {}),
    };
    scored++;
  }
}

function idOf(idBytes: Uint8Array, encoding: TextEncoding | undefined): Pick<ScoredRow, 'id' | 'idBytes'> {
  const id = decodeText(idBytes, encoding);
  return id === null ? { id: Buffer.from(idBytes).toString(), idBytes } : { id };
}
