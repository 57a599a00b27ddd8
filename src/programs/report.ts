import { runCli } from '../cli/program.js';
import { addReportCommand } from '../cli/report-command.js';

/** `digitflow report`, and nothing else. */
export const run = (args: readonly string[]) => runCli(args, [addReportCommand]);
