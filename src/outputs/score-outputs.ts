import { existsSync } from 'node:fs';
import type { RunPosition } from '../engine/records.js';
import { DigitflowError } from '../errors.js';
import { type RowFormat, type RowFormatOptions, rowFormat } from './rows/row-format.js';
import { type FileOutput, fileOutput, RejectLog, type RowOutput, stdoutOutput } from './rows/row-output.js';
import type { ScoredRows } from './rows/scored-rows.js';
import { canResume, ScoreJournal, type ScoreRun, type ScoreState } from './score-journal.js';
import { type ScoreCounts, ScoreTally } from './score-tally.js';

/** Where the rows of a run go. */
export interface ScoreOutputOptions extends Omit<RowFormatOptions, 'withIds'> {
  /** A file; stdout without. */
  readonly out: string | undefined;
  readonly rejects: string | undefined;
  /** Go on with what an earlier run has written to `out`. */
  readonly resume: boolean;
  readonly run: ScoreRun;
  /** Takes what is worth saying. */
  readonly note: (text: string) => void;
}

const BEGINNING: RunPosition = { file: 0, bytes: 0, line: 0, row: 0, rows: 0, rejected: 0 };
/** The journal is written at most so often, */
const LEAST_MS = 100;
/** and with its syncs takes no more than one part in so many of the time. */
const SHARE = 50;

/** Writes rows and rejects, counts them, and keeps a journal of how far that is. */
export class ScoreOutputs {
  /** Where an earlier run stopped; undefined for a run from the start. */
  readonly from: RunPosition | undefined;
  readonly #options: ScoreOutputOptions;
  readonly #journal: ScoreJournal | null;
  readonly #tally: ScoreTally;
  #state: ScoreState;
  #format: RowFormat | undefined;
  #out: RowOutput | undefined;
  /** The output, where it is a file. */
  #file: FileOutput | undefined;
  #rejects: FileOutput | undefined;
  #log: RejectLog | undefined;
  #isJournalled = false;
  #nextMs = 0;

  /**
   * Opens nothing as yet: an output is not emptied before the input has proved good.
   *
   * @throws DigitflowError USAGE, RESUME_MISMATCH
   */
  constructor(options: ScoreOutputOptions) {
    const { out, rejects, resume, run, classes } = options;
    this.#options = options;
    if (resume && out !== undefined && !canResume(out))
      throw new DigitflowError('USAGE', `--resume: ${out} is no file that can be gone on with`);
    this.#journal = out !== undefined && canResume(out) ? new ScoreJournal(out, run) : null;
    const known = resume && out !== undefined ? this.#journal?.load(out, rejects) : null;
    this.#tally = new ScoreTally(classes.length, known?.counts);
    const nothing = { position: BEGINNING, outBytes: 0, rejects: null, withIds: false };
    this.from = known && known.position.rows > 0 ? known.position : undefined;
    this.#state = known && this.from ? known : { ...nothing, counts: this.#tally.counts };
    if (this.from) options.note(`resuming ${out} behind ${this.from.rows} rows`);
  }

  get counts(): ScoreCounts {
    return this.#tally.counts;
  }

  /** Up to where all is written. */
  get position(): RunPosition {
    return this.#state.position;
  }

  /** Says that rows have ids, before the first of them is written. What was begun without goes on without. */
  carryIds(): void {
    if (!this.from && !this.#format) this.#state = { ...this.#state, withIds: true };
  }

  async write(rows: ScoredRows): Promise<void> {
    for (const text of (await this.#begun()).rows(rows)) await this.#out?.write(text);
    await this.#log?.write(rows);
    this.#tally.add(rows);
    const { place, count, rejects } = rows;
    const { position } = this.#state;
    const passed = count + rejects.length;
    this.#advance({
      file: place.file,
      bytes: place.endBytes,
      line: place.endLine,
      row: place.firstRow + passed,
      rows: place.firstOfAll + passed,
      rejected: position.rejected + rejects.length,
    });
    if (this.#isJournalled && performance.now() >= this.#nextMs) await this.#save();
  }

  /** All is out, also of a run without any rows. Where it did not come to the input's end, it can be gone on with. */
  async close(isComplete: boolean): Promise<void> {
    await this.#begun();
    await Promise.all([this.#out?.close(), this.#rejects?.close()]);
    if (!isComplete) return this.leave();
    this.#journal?.remove();
    this.#isJournalled = false;
  }

  /** Writes down how far a run came that ends early, where that is possible. */
  async leave(): Promise<void> {
    if (!this.#isJournalled) return;
    await this.#save();
    this.#options.note(`${this.#options.out} can be gone on with: the same command with --resume`);
  }

  #advance(position: RunPosition): void {
    const { rejects } = this.#options;
    this.#state = {
      ...this.#state,
      position,
      outBytes: this.#file?.bytes ?? 0,
      rejects: rejects === undefined ? null : { path: rejects, bytes: this.#rejects?.bytes ?? 0 },
    };
  }

  /** What is said to be written has to be on the disk first. */
  async #save(): Promise<void> {
    const beginMs = performance.now();
    const state = { ...this.#state, counts: this.#tally.counts };
    await Promise.all([this.#file?.sync(), this.#rejects?.sync()]);
    try {
      this.#journal?.save(state);
    } catch {
      // The one before still holds.
    }
    const endMs = performance.now();
    this.#nextMs = endMs + Math.max(LEAST_MS, SHARE * (endMs - beginMs));
  }

  async #begun(): Promise<RowFormat> {
    if (this.#format) return this.#format;
    const { out, rejects } = this.#options;
    const { withIds, outBytes, rejects: rejected } = this.#state;
    const format = rowFormat({ ...this.#options, withIds });
    // Before the output is emptied: from now on there is no moment at which a run could not be gone on with.
    this.#beginJournal();
    if (out !== undefined) this.#file = await fileOutput(out, outBytes);
    this.#out = this.#file ?? stdoutOutput(process.stdout);
    if (rejects !== undefined) {
      this.#rejects = await fileOutput(rejects, rejected?.bytes);
      this.#log = new RejectLog(this.#rejects);
      if (this.#rejects.bytes === 0) await this.#log.begin();
    }
    if (outBytes === 0) await this.#out.write(format.head);
    this.#format = format;
    return format;
  }

  #beginJournal(): void {
    if (this.#journal === null) return;
    try {
      if (!this.from) this.#journal.save(this.#state);
      this.#isJournalled = true;
    } catch (error) {
      // One that says something else of this output must not stay; else it is enough to know that there is none.
      if (existsSync(this.#journal.path)) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      this.#options.note(`no --resume for this run: ${reason}`);
    }
  }
}
