import { Command, CommanderError } from 'commander';
import { DigitflowError, describeError } from '../errors.js';
import { writeOut } from './process.js';

declare const DIGITFLOW_VERSION: string;

const EXAMPLES = `
Examples:
  $ digitflow evaluate                   the bundled MNIST test set and network
  $ digitflow evaluate images labels     any IDX files, gzipped or not
  $ digitflow score images.csv           a prediction for each row of a CSV
  $ digitflow train --out f.safetensors  find weights and biases of your own
  $ digitflow look digit 0               what one digit lights up in the network
  $ digitflow report                     all of it as one HTML page
  $ digitflow evaluate --help            all options, and more examples`;

const EXIT_USAGE = 2;
const EXIT_OWN_FAULT = 70;

/** What each of src/programs/ exports. */
export interface Program {
  /** Does what the arguments say, writes it out, and sets the exit code of the process. */
  run(args: readonly string[]): Promise<void>;
}

/** Adds a command to the program. */
export type AddCommand = (program: Command) => void;

/** @param print takes help and version; errors are thrown, and told by nobody but the caller */
function createProgram(commands: readonly AddCommand[], print: (text: string) => void): Command {
  const program = new Command('digitflow')
    .description('The small digit network of the well-known introduction, run for real.')
    .version(DIGITFLOW_VERSION, '-V, --version')
    .configureHelp({ helpWidth: process.stdout.columns ?? 100 })
    .configureOutput({ writeOut: print, writeErr: () => {} })
    .addHelpText('after', EXAMPLES)
    .exitOverride();
  for (const add of commands) add(program);
  return program;
}

/**
 * Runs the command line and sets the exit code of the process. Errors become one line on stderr, or, with
 * `--format json`, one JSON object.
 *
 * @param args without the two that name node and the program
 * @param commands those that the arguments can mean
 */
export async function runCli(args: readonly string[], commands: readonly AddCommand[]): Promise<void> {
  // Nobody may be reading what goes wrong; the exit code says it too.
  process.stderr.on('error', () => {});
  // Whoever writes hears of it from the write.
  process.stdout.on('error', () => {});
  // A fault that nobody caught is one line, too: Node would print the bundle's source, which is one very long line.
  process.on('uncaughtException', (error) => process.exit(report(error, args)));
  try {
    await run(args, commands);
  } catch (error) {
    process.exitCode = report(error, args);
  }
}

async function run(args: readonly string[], commands: readonly AddCommand[]): Promise<void> {
  let help = '';
  const program = createProgram(commands, (text) => {
    help += text;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    // Commander ends help and version with an error, too.
    if (!(error instanceof CommanderError) || error.exitCode !== 0) throw error;
    await writeOut(help);
  }
}

/** Says what went wrong; returns the exit code. */
function report(error: unknown, args: readonly string[]): number {
  const failure = describeFailure(error, args);
  const stack = args.includes('--debug') && error instanceof Error ? error.stack : undefined;
  if (wantsJson(args)) {
    process.stderr.write(`${JSON.stringify({ schema: 'digitflow.error/1', ...failure, stack })}\n`);
  } else {
    process.stderr.write(`digitflow: ${onOneLine(failure.message)}\n`);
    if (stack !== undefined) process.stderr.write(`${stack}\n`);
  }
  return failure.exitCode;
}

interface Failure {
  readonly code: string;
  readonly message: string;
  readonly exitCode: number;
}

function describeFailure(error: unknown, args: readonly string[]): Failure {
  if (error instanceof CommanderError) {
    return { code: 'USAGE', message: usageMessage(error, args), exitCode: EXIT_USAGE };
  }
  const exitCode = error instanceof DigitflowError ? error.exitCode : EXIT_OWN_FAULT;
  return { ...describeError(error), exitCode };
}

/** What commander says, without its own `error:`, and with its suggestion on the same line. */
function usageMessage({ code, message }: CommanderError, args: readonly string[]): string {
  const isLook = args[0] === 'look';
  if (code === 'commander.help') return `no such command; see digitflow${isLook ? ' look' : ''} --help`;
  const said = message
    .replace(/^error: /, '')
    .replace(/\.$/, '')
    .replaceAll('\n', ' ');
  const command = ['look', 'report', 'score', 'train'].find((name) => name === args[0]) ?? 'evaluate';
  // What can be looked at is a command of its own, with flags of its own.
  const isView = isLook && code !== 'commander.unknownCommand' && /^[a-z]/.test(args[1] ?? '');
  const view = isView ? ` ${args[1]}` : '';
  return `${said}; see digitflow ${command}${view} --help`;
}

function wantsJson(args: readonly string[]): boolean {
  return args.some((arg, index) => {
    const isValue = /^(nd)?json$/.test(arg) && /^(-f|--format)$/.test(args[index - 1]);
    return isValue || /^(--format=|-f)(nd)?json$/.test(arg);
  });
}

/** A path may hold anything: a line break in it must not make two lines, nor an escape steer the terminal. */
function onOneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, (character) => {
    return JSON.stringify(character).slice(1, -1);
  });
}
