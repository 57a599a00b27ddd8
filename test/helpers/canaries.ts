import { expect } from 'vitest';
import { GUARD_BYTES, type MemoryLayout } from '../../src/engine/layout.js';

const CANARY = 0xa5;

/** Fills every guard of a shared memory, so that a write outside its region shows. */
export function plantCanaries(buffer: SharedArrayBuffer, layout: Pick<MemoryLayout, 'guards'>): void {
  for (const guard of layout.guards) new Uint8Array(buffer, guard, GUARD_BYTES).fill(CANARY);
}

/** Fails when anything was written between two regions. */
export function expectCanariesAlive(buffer: SharedArrayBuffer, layout: Pick<MemoryLayout, 'guards'>): void {
  const dead = layout.guards.filter((guard) =>
    new Uint8Array(buffer, guard, GUARD_BYTES).some((byte) => byte !== CANARY),
  );
  expect(dead).toEqual([]);
}
