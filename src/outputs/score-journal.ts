import { existsSync, readFileSync, statSync, unlinkSync } from 'node:fs';
import { resolve } from 'node:path';
import type { RunPosition } from '../engine/records.js';
import { DigitflowError } from '../errors.js';
import { parseShallowJson } from '../network/formats/shallow-json.js';
import { KeptFile } from './kept-file.js';
import type { ScoreCounts } from './rows/scored-rows.js';

const SCHEMA = 'digitflow.score-progress/1';

/** What makes a run the same run. */
export interface ScoreRun {
  /** Options that decide what is written, by name; `model` is the network's SHA-256. */
  readonly options: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly inputs: readonly InputIdentity[];
}

/** An input as it was when the run began; null where it is no regular file, or a server does not say it. */
export interface InputIdentity {
  readonly name: string;
  readonly bytes: number | null;
  readonly modifiedMs: number | null;
  /** What a server calls this version of it; left out of files. */
  readonly etag?: string;
}

/** Where a run stands: up to `position` it has written `outBytes`, and so many bytes of rejects. */
export interface ScoreState {
  readonly position: RunPosition;
  readonly outBytes: number;
  readonly rejects: { readonly path: string; readonly bytes: number } | null;
  /** Whether the output has a column of ids. */
  readonly withIds: boolean;
  readonly counts: ScoreCounts;
}

/** A file beside the output that says how far the run is: always whole, never ahead of the output on the disk. */
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
      const state = `${outPath} is finished, or was not written by score --out`;
      throw mismatch(`${this.path}: no such file: ${state}; without --resume it is written anew`);
    }
    const { options, inputs, ...state } = parse(readFileSync(this.path, 'utf8'), this.path);
    for (const name of new Set([...Object.keys(options), ...Object.keys(this.#run.options)])) {
      const [then, now] = [options[name], this.#run.options[name]];
      if (then !== now) throw this.#differs(`--${name} ${then ?? 'not given'}`, `${now ?? 'not given'}`);
    }
    const [then, now] = [inputs, this.#run.inputs].map((all) => all.map(({ name }) => name).join(' '));
    if (then !== now) throw this.#differs(`${inputs.length} inputs ${shortened(then)}`, shortened(now));
    for (const [index, then] of inputs.entries()) {
      const now = this.#run.inputs[index];
      if (then.bytes !== now.bytes) throw this.#differs(`${then.name} of ${sizeWords(then)}`, sizeWords(now));
      if (then.modifiedMs !== now.modifiedMs || then.etag !== now.etag)
        throw this.#differs(`${then.name} as it was`, 'that it was changed since');
    }
    if (state.rejects && state.rejects.path !== rejectsPath)
      throw this.#differs(`--rejects ${state.rejects.path}`, rejectsPath ?? 'not given');
    return state;
  }

  #differs(expected: string, found: string): DigitflowError {
    const advice = 'give the same, or start again without --resume';
    return mismatch(`${this.path}: expected ${expected} (as the run began), found ${found}; ${advice}`);
  }
}

/** The journal's path for an output. */
export function journalPath(outPath: string): string {
  return `${outPath}.progress`;
}

/** Whether an output can be continued: only a file, or what becomes one, can. */
export function canResume(outPath: string): boolean {
  if (/^\/(dev|proc)\//.test(resolve(outPath))) return false;
  return !existsSync(outPath) || statSync(outPath).isFile();
}

/** An input as it is now; a path that cannot be read gives nulls. */
export function identityOf(path: string): InputIdentity {
  const stats = path === '-' ? undefined : statSync(path, { throwIfNoEntry: false });
  if (!stats?.isFile()) return { name: path, bytes: null, modifiedMs: null };
  return { name: path, bytes: stats.size, modifiedMs: stats.mtimeMs };
}

function parse(text: string, path: string): ScoreRun & ScoreState {
  const { schema, ...journal } = (parseShallowJson(text) ?? {}) as { schema?: string };
  if (schema === SCHEMA) return journal as ScoreRun & ScoreState;
  throw mismatch(`${path}: expected ${SCHEMA}, found something else; start again without --resume`);
}

function sizeWords({ bytes }: InputIdentity): string {
  return bytes === null ? 'an unknown size' : `${bytes} bytes`;
}

function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

function mismatch(message: string): DigitflowError {
  return new DigitflowError('RESUME_MISMATCH', message);
}
