import { runCli } from '../cli.js';
import { addEvaluateCommand } from '../commands/evaluate.js';

/** `digitflow evaluate`, and nothing else. */
export const run = (args: readonly string[]) => runCli(args, [addEvaluateCommand]);
