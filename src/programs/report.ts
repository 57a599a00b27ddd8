import { runCli } from '../cli.js';
import { addReportCommand } from '../commands/report.js';

/** `digitflow report`, and nothing else. */
export const run = (args: readonly string[]) => runCli(args, [addReportCommand]);
