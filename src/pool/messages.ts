import type { FileExtent } from './file-extent.js';
import type { MemoryLayout } from './layout.js';

/** What a worker is given when it starts. The module and the memory are shared, not copied. */
export interface WorkerSetup {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly layout: MemoryLayout;
}

/** What crosses to a worker for one batch: its bytes do not. */
export interface ScoreTask {
  readonly slot: number;
  /** How many records the slot holds; 0 is the probe that finds out whether the worker is well. */
  readonly count: number;
  readonly hasLabels: boolean;
  /** What to read into the slot's pixels first; undefined when they are there. */
  readonly extent?: FileExtent | undefined;
}

/** What a worker answers. */
export const ANSWER = {
  /** The verdicts are in the slot. */
  scored: 0,
  /** The stop flag was up: nothing was written. */
  stopped: 1,
} as const;

/** The file could not be read: the system's code (`EIO`), or `EOF` where it ended too soon. */
export interface ReadFailure {
  readonly readError: string;
}

/** A number, or what went wrong: errors thrown in a thread lose their code on the way. */
export type Answer = (typeof ANSWER)[keyof typeof ANSWER] | ReadFailure;

/** Index of the stop flag in the control region, as i32. 0: go on; 1: leave what has not begun. */
export const STOP_FLAG = 0;
