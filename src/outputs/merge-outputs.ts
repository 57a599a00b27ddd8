import { rmSync } from 'node:fs';
import { DigitflowError } from '../errors.js';
import { AsideOutput } from './aside-output.js';
import { Claims } from './claims.js';
import { plainTarget } from './kept-file.js';
import { checkFiles, keptFiles, STDOUT } from './same-file.js';
import { canResume, journalPath } from './score-journal.js';

/** What a merge may write: each path may be left out, that of `out` for stdout. */
interface MergePaths {
  /** Read, and so not to be written. */
  readonly plan: string;
  /** Those of the plan, as far as they are here. */
  readonly inputs: readonly string[];
  readonly model?: string | undefined;
  readonly out?: string | undefined;
  readonly rejects?: string | undefined;
  readonly summary?: string | undefined;
  readonly report?: string | undefined;
}

const NAMES = ['rejects', 'summary', 'report', 'out'] as const;
type Name = (typeof NAMES)[number];

/** The outputs of a merge. All of them stay what they were until all are whole. */
export class MergeOutputs {
  readonly #claims: Claims;
  readonly #outputs: ReadonlyMap<Name, AsideOutput>;
  readonly #out: string | undefined;
  #isDone = false;

  /** @throws DigitflowError USAGE, OUTPUT_WRITE, OUTPUT_BUSY */
  constructor(paths: MergePaths) {
    const names = NAMES.filter((name) => name === 'out' || paths[name] !== undefined);
    const files = names.flatMap((name) => {
      const path = paths[name];
      return path === undefined ? [{ name: 'stdout', at: STDOUT }] : keptFiles(`--${name}`, path);
    });
    const { plan, model, inputs } = paths;
    checkFiles([plan, ...(model === undefined ? [] : [model]), ...inputs], files);
    for (const name of names) {
      if (!plainTarget(paths[name] ?? '')?.endsWith('.shard')) continue;
      const message = `--${name}: expected another name than that of a shard, found ${paths[name]}; give another path`;
      throw new DigitflowError('USAGE', message);
    }
    this.#out = paths.out;
    // First: what is written aside may be another run's.
    this.#claims = new Claims(names.map((name) => paths[name]));
    try {
      this.#outputs = new Map(names.map((name) => [name, new AsideOutput(paths[name])]));
    } catch (error) {
      this.#claims.release();
      throw error;
    }
  }

  /** What writes to an output that was asked for. */
  taker(name: Name): (bytes: Uint8Array | string) => Promise<void> {
    const output = this.#outputs.get(name);
    if (output === undefined) throw new TypeError(`expected a path of ${name}`);
    return (bytes) => output.write(bytes);
  }

  /** Gives all outputs their names, that of `out` last. Throws OUTPUT_WRITE, OUTPUT_BUSY. */
  async finish(): Promise<void> {
    this.#claims.check();
    const outputs = [...this.#outputs.values()];
    for (const output of outputs) await output.end();
    // A disk may have taken long.
    this.#claims.check();
    for (const output of outputs) output.publish();
    this.#isDone = true;
    // A run of `score` that was interrupted may not go on with what it did not write.
    if (this.#out !== undefined && canResume(this.#out)) rmSync(journalPath(this.#out), { force: true });
  }

  /** To be called when nothing is written any more: others may write the outputs then. */
  release(): void {
    const { areHeld } = this.#claims;
    if (!this.#isDone) for (const output of this.#outputs.values()) output.discard(areHeld);
    this.#claims.release();
  }
}
