import type { GateResult } from '../../counting/gate-result.js';
import { sayNote } from '../process.js';

/** Says which gates failed, one a line; returns the exit code. */
export function sayGates(gates: readonly GateResult[], flags: { readonly quiet?: boolean }): number {
  const failed = gates.filter(({ passed }) => !passed);
  for (const { name, expected, found } of failed)
    sayNote(flags, `${name}: expected ${expected}, found ${found}`);
  for (const { against, limit } of gates) {
    if (against === undefined || against.pairs !== null || limit !== null) continue;
    const advice = 'a smaller one is found where the baseline is made with --verdicts';
    sayNote(
      flags,
      `${against.path}: not compared image by image, so that only a large drop is found; ${advice}`,
    );
  }
  return failed.length > 0 ? 1 : 0;
}
