import { copyFile, cp, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tempFolder } from '../inputs/temp-folder.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The executable of a copy of the built program, without what ends in one of these names. */
export async function copyOfProgram(...missing: readonly string[]): Promise<string> {
  const folder = await tempFolder();
  await mkdir(join(folder, 'data'));
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction');
  await copyFile(join(ROOT, 'package.json'), join(folder, 'package.json'));
  const isWanted = (path: string) => !missing.some((name) => path.endsWith(name));
  for (const part of ['dist', 'data']) {
    const filter = (path: string) => isWanted(path) && !path.endsWith('.map') && !path.endsWith('types');
    await cp(join(ROOT, part), join(folder, part), { recursive: true, filter });
  }
  return join(folder, 'dist', 'digitflow.cjs');
}
