import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEachTest } from '../helpers/clean-up.js';

const folders: string[] = [];

afterEachTest(async () => {
  await Promise.all(folders.splice(0).map(remove));
});

/** On Windows a folder stays where a file of it is open, or a process is in it: the system removes it some day. */
async function remove(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true });
  } catch (error) {
    if (process.platform !== 'win32') throw error;
  }
}

/** A folder of its own for one test, with the given files in it; it is removed afterwards. */
export async function tempFolder(files: Readonly<Record<string, Uint8Array>> = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'digitflow-'));
  folders.push(folder);
  await Promise.all(Object.entries(files).map(([name, bytes]) => writeFile(join(folder, name), bytes)));
  return folder;
}

/** The path of one file with the given content. */
export async function tempFile(bytes: Uint8Array, name = 'file'): Promise<string> {
  return join(await tempFolder({ [name]: bytes }), name);
}
