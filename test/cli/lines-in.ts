import { watch } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Resolves when a file is there and has so many lines. */
export async function linesIn(folder: string, name: string, count: number): Promise<void> {
  const lines = async () => {
    const text = await readFile(join(folder, name), 'utf8').catch(() => null);
    return text === null ? -1 : text.split('\n').length - 1;
  };
  const watcher = watch(folder);
  try {
    await new Promise<void>((resolve) => {
      const look = async () => {
        if ((await lines()) >= count) resolve();
      };
      watcher.on('change', look);
      // What was written before the watch began.
      look();
    });
  } finally {
    watcher.close();
  }
}
