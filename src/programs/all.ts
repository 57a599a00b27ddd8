import { addEvaluateCommand } from '../cli/evaluate-command.js';
import { addLookCommand } from '../cli/look/look-command.js';
import { runCli } from '../cli/program.js';
import { addReportCommand } from '../cli/report-command.js';
import { addScoreCommand } from '../cli/score-command.js';
import { addTrainCommand } from '../cli/train.js';

/** All commands, in the order of the help. */
const COMMANDS = [addEvaluateCommand, addScoreCommand, addTrainCommand, addLookCommand, addReportCommand];

/** The whole of digitflow: its help, and whatever names no command at first. */
export const run = (args: readonly string[]) => runCli(args, COMMANDS);
