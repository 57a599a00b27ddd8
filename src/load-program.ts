import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { ProgramName } from './choose-program.js';
import type { Program } from './cli/program.js';
import { compileProgram, readCachedCode } from './code-cache.js';

/**
 * Loads a program: with the code that the build kept of it, where that was made by this very Node of this very source;
 * as Node loads any module where not.
 *
 * @param folder where the build has put the programs: dist/
 */
export function loadProgram(name: ProgramName, folder = import.meta.dirname): Program {
  const file = join(folder, `digitflow-${name}.cjs`);
  // Node maps the lines of modules only, not those of a script.
  const cached = process.sourceMapsEnabled ? null : readCachedCode(file);
  return cached === null ? createRequire(file)(file) : compileProgram(file, cached).run();
}
