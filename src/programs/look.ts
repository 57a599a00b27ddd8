import { addLookCommand } from '../cli/look/look-command.js';
import { runCli } from '../cli/program.js';

/** `digitflow look`, and nothing else. */
export const run = (args: readonly string[]) => runCli(args, [addLookCommand]);
