import { runCli } from '../cli/program.js';
import { addTrainCommand } from '../cli/train-command.js';

/** `digitflow train`, and nothing else. */
export const run = (args: readonly string[]) => runCli(args, [addTrainCommand]);
