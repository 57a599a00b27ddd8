import { runCli } from '../cli.js';
import { addEvaluateCommand } from '../commands/evaluate.js';
import { addLookCommand } from '../commands/look.js';
import { addReportCommand } from '../commands/report.js';
import { addScoreCommand } from '../commands/score.js';
import { addTrainCommand } from '../commands/train.js';

/** All commands, in the order of the help. */
const COMMANDS = [addEvaluateCommand, addScoreCommand, addTrainCommand, addLookCommand, addReportCommand];

/** The whole of digitflow: its help, and whatever names no command at first. */
export const run = (args: readonly string[]) => runCli(args, COMMANDS);
