import { existsSync, readFileSync, statSync, unlinkSync } from 'node:fs';
import { resolve } from 'node:path';
import type { RunPosition } from '../engine/records.js';
import { DigitflowError } from '../errors.js';
import { KeptFile } from './kept-file.js';
import type { ScoreCounts } from './score-tally.js';

const SCHEMA = 'digitflow.score-progress/1';

/** What makes a run the same run: it goes on only with the same network, options and inputs. */
export interface ScoreRun {
  /** All that decides what is written, by the name of its option; `model` is the network's SHA-256. */
  readonly options: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly inputs: readonly InputIdentity[];
}

/** An input as it was when the run began; null where it is no regular file. */
export interface InputIdentity {
  readonly name: string;
  readonly bytes: number | null;
  readonly modifiedMs: number | null;
}

/** All that a run has to know to go on: what was written up to `position` is so many bytes long. */
export interface ScoreState {
  readonly position: RunPosition;
  readonly outBytes: number;
  readonly rejects: { readonly path: string; readonly bytes: number } | null;
  /** Whether the output has a column of ids. */
  readonly withIds: boolean;
  readonly counts: ScoreCounts;
}

/** Says how far a run is, in a file beside its output: always whole, and never ahead of what is on the disk. */
export class ScoreJournal {
  readonly path: string;
  readonly #run: ScoreRun;

  constructor(outPath: string, run: ScoreRun) {
    this.path = journalPath(outPath);
    this.#run = run;
  }

  /** @throws DigitflowError OUTPUT_WRITE */
  save(state: ScoreState): void {
    new KeptFile(this.path).write(`${JSON.stringify({ schema: SCHEMA, ...this.#run, ...state })}\n`);
  }

  /** The run is done: nothing is left to go on with. */
  remove(): void {
    if (existsSync(this.path)) unlinkSync(this.path);
  }

  /**
   * Where the earlier run stopped; null where there was none.
   *
   * @throws DigitflowError RESUME_MISMATCH when that was another run, or is over
   */
  load(outPath: string, rejectsPath: string | undefined): ScoreState | null {
    if (!existsSync(this.path)) {
      if (!existsSync(outPath) || statSync(outPath).size === 0) return null;
      throw mismatch(
        `${this.path}: no such file: ${outPath} is finished, or was not written by score --out; without --resume it is written anew`,
      );
    }
    const { options, inputs, ...state } = parse(readFileSync(this.path, 'utf8'), this.path);
    for (const name of new Set([...Object.keys(options), ...Object.keys(this.#run.options)])) {
      const [then, now] = [options[name], this.#run.options[name]];
      if (then !== now) throw this.#differs(`--${name} ${then ?? 'not given'}`, `${now ?? 'not given'}`);
    }
    const names = (of: readonly InputIdentity[]) => of.map(({ name }) => name).join(' ');
    if (names(inputs) !== names(this.#run.inputs))
      throw this.#differs(
        `${inputs.length} inputs ${shortened(names(inputs))}`,
        shortened(names(this.#run.inputs)),
      );
    for (const [index, then] of inputs.entries()) {
      const now = this.#run.inputs[index];
      if (then.bytes !== now.bytes)
        throw this.#differs(`${then.name} of ${then.bytes} bytes`, `${now.bytes}`);
      if (then.modifiedMs !== now.modifiedMs)
        throw this.#differs(`${then.name} as it was`, 'that it was changed since');
    }
    if (state.rejects && state.rejects.path !== rejectsPath)
      throw this.#differs(`--rejects ${state.rejects.path}`, rejectsPath ?? 'not given');
    return state;
  }

  #differs(expected: string, found: string): DigitflowError {
    return mismatch(
      `${this.path}: expected ${expected} (as the run began), found ${found}; give the same, or start again without --resume`,
    );
  }
}

/** Where a run with an output says how far it is. */
export function journalPath(outPath: string): string {
  return `${outPath}.progress`;
}

/** Only what is a file, or becomes one, can be gone on with. */
export function canResume(outPath: string): boolean {
  if (/^\/(dev|proc)\//.test(resolve(outPath))) return false;
  return !existsSync(outPath) || statSync(outPath).isFile();
}

/** An input as it is now. What is wrong with it shows when it is opened. */
export function identityOf(path: string): InputIdentity {
  const stats = path === '-' ? undefined : statSync(path, { throwIfNoEntry: false });
  if (!stats?.isFile()) return { name: path, bytes: null, modifiedMs: null };
  return { name: path, bytes: stats.size, modifiedMs: stats.mtimeMs };
}

function parse(text: string, path: string): ScoreRun & ScoreState {
  try {
    const { schema, ...journal } = JSON.parse(text);
    if (schema === SCHEMA) return journal;
  } catch {
    // Whatever it is, it is not what is wanted.
  }
  throw mismatch(`${path}: expected ${SCHEMA}, found something else; start again without --resume`);
}

function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

function mismatch(message: string): DigitflowError {
  return new DigitflowError('RESUME_MISMATCH', message);
}
