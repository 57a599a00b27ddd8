import { runCli } from '../cli/program.js';

/** `digitflow --version`: no command is needed to say it. */
export const run = (args: readonly string[]) => runCli(args, []);
