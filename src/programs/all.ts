import { addEvaluateCommand } from '../cli/evaluate.js';
import { addLookCommand } from '../cli/look.js';
import { runCli } from '../cli/program.js';
import { addReportCommand } from '../cli/report.js';
import { addScoreCommand } from '../cli/score.js';
import { addTrainCommand } from '../cli/train-command.js';

/** All commands, in the order of the help. */
const COMMANDS = [addEvaluateCommand, addScoreCommand, addTrainCommand, addLookCommand, addReportCommand];

/** The whole of digitflow: its help, and whatever names no command at first. */
export const run = (args: readonly string[]) => runCli(args, COMMANDS);
