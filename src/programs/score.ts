import { runCli } from '../cli/program.js';
import { addScoreCommand } from '../cli/score-command.js';

/** `digitflow score`, and nothing else. */
export const run = (args: readonly string[]) => runCli(args, [addScoreCommand]);
