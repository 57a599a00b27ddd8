import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { BARRIER, LAYER, RESULT_BYTES, RUN, STEP_BYTES } from '../../src/training/run-fields.js';

/** Where the fields of a class of the kernel lie, as AssemblyScript places them: one behind the other, each aligned. */
function fieldsOf(file: string, name: string): { offsets: Record<string, number>; end: number } {
  const source = readFileSync(new URL(`../../workers/train-kernel/${file}`, import.meta.url), 'utf8');
  const [, body = ''] = new RegExp(`class ${name} \\{(.*?)\\n\\}`, 's').exec(source) ?? [];
  const offsets: Record<string, number> = {};
  let end = 0;
  for (const [, field, type] of body.matchAll(/^ {2}(\w+): (\w+);$/gm)) {
    const bytes = type === 'f64' ? 8 : 4;
    const start = Math.ceil(end / bytes) * bytes;
    offsets[field] = start;
    end = start + bytes;
  }
  return { offsets, end };
}

describe('the tables that TypeScript writes and the kernel reads', () => {
  test('a run and a layer have the same fields at the same places', () => {
    for (const [name, { bytes, ...fields }] of Object.entries({ Run: RUN, LayerEntry: LAYER })) {
      const { offsets, end } = fieldsOf('run.ts', name);
      expect(offsets).toEqual(fields);
      expect(end).toBeGreaterThan(0);
      expect(end).toBeLessThanOrEqual(bytes);
    }
  });

  test('steps and results are as long', () => {
    expect(fieldsOf('run.ts', 'Step').end).toBe(STEP_BYTES);
    // An f64 comes first, so the next one begins at a multiple of 8.
    expect(Math.ceil(fieldsOf('run.ts', 'TileResult').end / 8) * 8).toBe(RESULT_BYTES);
  });

  test('what main knows of a barrier lies where the kernel has it', () => {
    const { offsets, end } = fieldsOf('barrier.ts', 'Barrier');
    const { length, ...fields } = BARRIER;
    for (const [name, index] of Object.entries(fields)) expect(offsets[name]).toBe(index * 4);
    expect(end).toBeLessThanOrEqual(length * 4);
  });
});
