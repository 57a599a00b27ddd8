import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEachTest } from '../helpers/clean-up.js';

const folders: string[] = [];

afterEachTest(async () => {
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
});

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
