import { runCli } from '../cli.js';
import { addScoreCommand } from '../commands/score.js';

/** `digitflow score`, and nothing else. */
export const run = (args: readonly string[]) => runCli(args, [addScoreCommand]);
