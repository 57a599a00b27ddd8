import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';

/** Resolves when a file is there and has so many lines. */
export async function linesIn(folder: string, name: string, count: number): Promise<void> {
  const lines = async () => {
    const text = await readFile(join(folder, name), 'utf8').catch(() => '');
    return text.split('\n').length - 1;
  };
  await expect.poll(lines, { interval: 1 }).toBeGreaterThanOrEqual(count);
}
