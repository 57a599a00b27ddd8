import type { MemoryLayout } from './layout.js';

/** What a worker is given when it starts. The module and the memory are shared, not copied. */
export interface WorkerSetup {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly layout: MemoryLayout;
}

/** What crosses to a worker for one batch: the bytes are in the slot already. */
export interface ScoreTask {
  readonly slot: number;
  /** How many records the slot holds; 0 is the probe that finds out whether the worker is well. */
  readonly count: number;
  readonly hasLabels: boolean;
}

/** What a worker answers. */
export const ANSWER = {
  /** The verdicts are in the slot. */
  scored: 0,
  /** The stop flag was up: nothing was written. */
  stopped: 1,
} as const;

export type Answer = (typeof ANSWER)[keyof typeof ANSWER];

/** Index of the stop flag in the control region, as i32. 0: go on; 1: leave what has not begun. */
export const STOP_FLAG = 0;
