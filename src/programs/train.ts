import { runCli } from '../cli.js';
import { addTrainCommand } from '../commands/train.js';

/** `digitflow train`, and nothing else. */
export const run = (args: readonly string[]) => runCli(args, [addTrainCommand]);
