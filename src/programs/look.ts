import { runCli } from '../cli.js';
import { addLookCommand } from '../commands/look.js';

/** `digitflow look`, and nothing else. */
export const run = (args: readonly string[]) => runCli(args, [addLookCommand]);
