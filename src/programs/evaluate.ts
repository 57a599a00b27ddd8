import { addEvaluateCommand } from '../cli/evaluate-command.js';
import { runCli } from '../cli/program.js';

/** `digitflow evaluate`, and nothing else. */
export const run = (args: readonly string[]) => runCli(args, [addEvaluateCommand]);
