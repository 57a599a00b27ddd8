import { Command, CommanderError } from 'commander';
import { addEvaluateCommand } from './commands/evaluate.js';
import { DigitflowError } from './errors.js';

declare const DIGITFLOW_VERSION: string;

const EXIT_OWN_FAULT = 70;

/** The whole command line. */
export function createProgram(): Command {
  const program = new Command('digitflow')
    .description('The small digit network of the well-known introduction, run for real.')
    .version(DIGITFLOW_VERSION, '-V, --version')
    .showHelpAfterError('(see digitflow --help)')
    .configureHelp({ helpWidth: process.stdout.columns ?? 100 })
    .exitOverride();
  addEvaluateCommand(program);
  return program;
}

/**
 * Runs the command line and sets the exit code of the process. Errors become one line on stderr, or, with
 * `--format json`, one JSON object.
 *
 * @param args without the two that name node and the program
 */
export async function runCli(args: readonly string[]): Promise<void> {
  try {
    await createProgram().parseAsync(args, { from: 'user' });
  } catch (error) {
    process.exitCode = report(error, args);
  }
}

/** Says what went wrong; returns the exit code. */
function report(error: unknown, args: readonly string[]): number {
  // Commander has printed its message, or the help that was asked for, by itself.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const isOurs = error instanceof DigitflowError;
  const code = isOurs ? error.code : 'INTERNAL';
  const exitCode = isOurs ? error.exitCode : EXIT_OWN_FAULT;
  const message = error instanceof Error ? error.message : String(error);
  if (
    args.includes('--format=json') ||
    args.some((arg, i) => arg === 'json' && /^(-f|--format)$/.test(args[i - 1]))
  ) {
    process.stderr.write(`${JSON.stringify({ schema: 'digitflow.error/1', code, message, exitCode })}\n`);
  } else {
    const hint = isOurs ? '' : ' (this is a fault of digitflow; please report it, with --debug)';
    process.stderr.write(`digitflow: ${message}${hint}\n`);
  }
  if (args.includes('--debug') && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return exitCode;
}
