import { existsSync } from 'node:fs';
import type { RunPosition } from '../engine/records.js';
import { DigitflowError, reasonOf } from '../errors.js';
import { Claims } from './claims.js';
import { checkWritable } from './kept-file.js';
import { type RowFormat, type RowFormatOptions, rowFormat } from './rows/row-format.js';
import { type FileOutput, fileOutput, REJECTS_HEAD, rejectsCsv, writeStdout } from './rows/row-output.js';
import { type ScoreCounts, type ScoredRows, ScoreTally } from './rows/scored-rows.js';
import { canResume, ScoreJournal, type ScoreRun, type ScoreState } from './score-journal.js';

/** Where the rows of a run go, and how they are written. */
interface ScoreOutputOptions extends Omit<RowFormatOptions, 'withIds'> {
  /** A file; undefined for stdout. */
  readonly out: string | undefined;
  readonly rejects: string | undefined;
  /** Whether to continue what an earlier run has written to `out`. */
  readonly resume: boolean;
  readonly run: ScoreRun;
  /** Takes notes for the user. */
  readonly note: (text: string) => void;
}

const BEGINNING: RunPosition = { file: 0, bytes: 0, line: 0, row: 0, rows: 0, rejected: 0 };
/** The least time between two writes of the journal. */
const LEAST_MS = 100;
/** The journal, with its syncs, takes at most one part in this many of the time. */
const SHARE = 50;

/** Writes rows and rejects, counts them, and keeps a journal of how far it is. */
export class ScoreOutputs {
  /** Where an earlier run stopped; undefined for a run from the start. */
  readonly from: RunPosition | undefined;
  readonly #options: ScoreOutputOptions;
  readonly #claims: Claims;
  readonly #journal: ScoreJournal | null;
  readonly #tally: ScoreTally;
  #state: ScoreState;
  #format: RowFormat | undefined;
  /** The output, where it is a file. */
  #file: FileOutput | undefined;
  #rejects: FileOutput | undefined;
  #isJournalled = false;
  #nextMs = 0;

  /**
   * Makes sure that all of them can be written, and by no one else, and changes nothing yet: an output is emptied only once the
   * input has proved good.
   *
   * @throws DigitflowError USAGE, RESUME_MISMATCH, OUTPUT_WRITE, OUTPUT_BUSY
   */
  constructor(options: ScoreOutputOptions) {
    const { out, rejects, resume, run, classes } = options;
    this.#options = options;
    this.#claims = new Claims([out, rejects]);
    try {
      for (const path of [out, rejects]) if (path !== undefined) checkWritable(path);
      this.#journal = out !== undefined && canResume(out) ? new ScoreJournal(out, run) : null;
      if (resume && out !== undefined && this.#journal === null)
        throw new DigitflowError('USAGE', `--resume: ${out} is no file that can be gone on with`);
      const known = resume && out !== undefined ? this.#journal?.load(out, rejects) : null;
      this.#tally = new ScoreTally(classes.length, known?.counts);
      const nothing = { position: BEGINNING, outBytes: 0, rejects: null, withIds: false };
      this.from = known && known.position.rows > 0 ? known.position : undefined;
      this.#state = known && this.from ? known : { ...nothing, counts: this.#tally.counts };
      if (this.from) options.note(`resuming ${out} after ${this.from.rows} rows`);
    } catch (error) {
      this.release();
      throw error;
    }
  }

  get counts(): ScoreCounts {
    return this.#tally.counts;
  }

  /** The position up to which all is written. */
  get position(): RunPosition {
    return this.#state.position;
  }

  /** Adds a column of ids, before the first row is written; a run that was begun without it continues without it. */
  carryIds(): void {
    if (!this.from && !this.#format) this.#state = { ...this.#state, withIds: true };
  }

  /** Throws OUTPUT_WRITE, and OUTPUT_BUSY where another run has taken the output over; OutputClosed when stdout's reader has gone. */
  async write(rows: ScoredRows): Promise<void> {
    this.#claims.check();
    for (const text of (await this.#begun()).rows(rows)) await this.#write(text);
    if (rows.rejects.length > 0) await this.#rejects?.write(rejectsCsv(rows, this.#options.spreadsheetSafe));
    this.#tally.add(rows);
    this.#advance(rows);
    if (this.#isJournalled && performance.now() >= this.#nextMs) await this.#save();
  }

  /** Finishes the output, also of a run without rows; a run that did not come to the input's end can be resumed. */
  async close(isComplete: boolean): Promise<void> {
    await this.#begun();
    await this.#sync();
    if (!isComplete) return this.leave();
    this.#claims.check();
    this.#journal?.remove();
    this.#isJournalled = false;
  }

  /** Saves how far a run came that ends early, where it has a journal. */
  async leave(): Promise<void> {
    if (!this.#isJournalled) return;
    await this.#save();
    this.#options.note(`${this.#options.out} can be gone on with: the same command with --resume`);
  }

  /** To be called when nothing is written any more: others may write the outputs then. */
  release(): void {
    this.#file?.close();
    this.#rejects?.close();
    this.#claims.release();
  }

  #advance({ place, count, rejects: { length: rejected } }: ScoredRows): void {
    const { rejects } = this.#options;
    this.#state = {
      ...this.#state,
      position: {
        file: place.file,
        bytes: place.endBytes,
        line: place.endLine,
        row: place.firstRow + count + rejected,
        rows: place.firstOfAll + count + rejected,
        rejected: this.position.rejected + rejected,
      },
      outBytes: this.#file?.bytes ?? 0,
      rejects: rejects === undefined ? null : { path: rejects, bytes: this.#rejects?.bytes ?? 0 },
    };
  }

  #write(text: string | Uint8Array): Promise<void> {
    return this.#file ? this.#file.write(text) : writeStdout(text);
  }

  #sync(): Promise<unknown> {
    return Promise.all([this.#file?.sync(), this.#rejects?.sync()]);
  }

  /** The rows must be on the disk before the journal says so. */
  async #save(): Promise<void> {
    const beginMs = performance.now();
    this.#claims.check();
    const state = { ...this.#state, counts: this.counts };
    await this.#sync();
    try {
      this.#journal?.save(state);
    } catch {
      // The journal before still holds.
    }
    const endMs = performance.now();
    this.#nextMs = endMs + Math.max(LEAST_MS, SHARE * (endMs - beginMs));
  }

  async #begun(): Promise<RowFormat> {
    if (this.#format) return this.#format;
    const { out, rejects } = this.#options;
    const { withIds, outBytes, rejects: rejected } = this.#state;
    const format = rowFormat({ ...this.#options, withIds });
    // Before the output is emptied, so that the run can be resumed from any moment on.
    this.#beginJournal();
    if (out !== undefined) this.#file = await fileOutput(out, outBytes);
    if (rejects !== undefined) {
      this.#rejects = await fileOutput(rejects, rejected?.bytes);
      if (this.#rejects.bytes === 0) await this.#rejects.write(REJECTS_HEAD);
    }
    if (outBytes === 0) await this.#write(format.head);
    this.#format = format;
    return format;
  }

  #beginJournal(): void {
    if (this.#journal === null) return;
    try {
      if (!this.from) this.#journal.save(this.#state);
      this.#isJournalled = true;
    } catch (error) {
      // A journal of another run of this output must not stay; else the run does without one.
      if (existsSync(this.#journal.path)) throw error;
      this.#options.note(`no --resume for this run: ${reasonOf(error)}`);
    }
  }
}
