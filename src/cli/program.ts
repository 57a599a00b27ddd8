import { existsSync } from 'node:fs';
import { Command, CommanderError, Help, type HelpConfiguration, Option } from 'commander';
import { describeError } from '../errors.js';
import { COMMANDS, GROUPS } from './commands.js';
import { sayLine, speak, writeOut } from './process.js';

declare const DIGITFLOW_VERSION: string;

const DEFAULT_COMMAND = 'evaluate';

const EXAMPLES = `
Examples:
  $ digitflow evaluate                   the bundled MNIST test set and network
  $ digitflow evaluate images labels     any IDX files, gzipped or not
  $ digitflow score images.csv           a prediction for each row of a CSV
  $ digitflow compare sigmoid relu       which of two networks is better
  $ digitflow train --out f.safetensors  find weights and biases of your own
  $ digitflow look digit 0               what one digit lights up in the network
  $ digitflow report                     all of it as one HTML page
  $ digitflow draw                       a page to draw on: the network alive
  $ digitflow serve                      predictions over HTTP, on port 8080
  $ digitflow queue                      many machines, by a queue in Redis
  $ digitflow evaluate --help            all options, and more examples`;

/** One option for all commands, before or after their names. No guess from LANG: a command says the same on every machine. */
const LANGUAGE = new Option('--lang <language>', 'of what is said, and of pages; errors are English')
  .choices(['en', 'ja'])
  .default('en')
  .env('DIGITFLOW_LANG');

/** Longer lines are hard to read. */
const WIDEST_HELP = 100;
/** Columns that words need beside what they are about. */
const LEAST_BESIDE = 20;
const EXIT_USAGE = 2;
const EXIT_OWN_FAULT = 70;

/** Runs the command line and sets the exit code. An error is one line on stderr: JSON with `--format json`. */
export async function runCli(given: readonly string[]): Promise<void> {
  const { language, args } = languageApart(given);
  // stderr may be closed: the exit code says what went wrong, too. Each write to stdout handles its own error.
  process.stderr.on('error', () => {});
  process.stdout.on('error', () => {});
  // An uncaught fault is one line, too: Node would print the bundle's source, which is one very long line.
  process.on('uncaughtException', (error) => process.exit(report(error, args)));
  // A run that waits for what never comes would end with 0, and with no word.
  process.once('beforeExit', () =>
    process.exit(report(new Error('the run has stopped before its end'), args)),
  );
  // Whatever ends it, it was no success until all is written.
  process.exitCode = EXIT_OWN_FAULT;
  try {
    await run(args, language);
    if (process.exitCode === EXIT_OWN_FAULT) process.exitCode = 0;
  } catch (error) {
    process.exitCode = report(error, args);
  }
}

/** The first option of the language, which may stand anywhere: no other rule has to know of it. */
function languageApart(given: readonly string[]) {
  const at = given.findIndex((arg) => /^--(lang(=.*)?)?$/s.test(arg));
  if (at < 0 || given[at] === '--') return { language: [], args: given };
  // Where its value is missing, it must not take that of another word.
  const isBare = given[at] === '--lang' && /^(-|$)/.test(given[at + 1] ?? '');
  const end = at + (given[at] === '--lang' && !isBare ? 2 : 1);
  const language = isBare ? ['--lang='] : given.slice(at, end);
  return { language, args: [...given.slice(0, at), ...given.slice(end)] };
}

/** @param language its option, for commander to read */
async function run(args: readonly string[], language: readonly string[]): Promise<void> {
  const parse = (words: readonly string[], hasDefault: boolean) => parseAll(words, language, hasDefault);
  const [first, ...others] = args;
  // Commander's own `help` knows only what a command was given before it was asked for, and takes the exit code for its own.
  const isHelp = first === 'help' && (others.length === 0 || isCommand(others[0]));
  // What follows is meant as a command: it is told as one.
  if (first === 'help' && others.length === 1 && mayBeMistyped(others[0])) return parse(others, false);
  const asked = isHelp ? [...others, '--help'] : args;
  if (args.length === 1 && first === 'version' && !existsSync(first)) return parse(['--version'], true);
  if (args.length === 1 && GROUPS.includes(first)) {
    // What there is of it is all there is to say; but nothing was done.
    await parse([first, '--help'], true);
    process.exitCode = EXIT_USAGE;
    return;
  }
  try {
    await parse(asked, !mayBeMistyped(first));
  } catch (error) {
    // A word that is like no command is a path that is not there: the default command says so.
    if (!isUnlikeAll(error)) throw error;
    await parse(asked, true);
  }
}

/** @param hasDefault whether a first word that is no command belongs to the default command */
async function parseAll(
  args: readonly string[],
  language: readonly string[],
  hasDefault: boolean,
): Promise<void> {
  const said: string[] = [];
  const width = Math.min(process.stdout.columns || WIDEST_HELP, WIDEST_HELP);
  // Loaded only when needed.
  const isJapanese = (/[^=]*$/.exec(language.at(-1) ?? '')?.[0] || process.env.DIGITFLOW_LANG) === 'ja';
  const japanese = isJapanese ? (await import('./japanese/japanese-help.js')).japaneseHelp(width) : undefined;
  const program = createProgram(hasDefault, { helpWidth: width, ...japanese?.help }, (text) =>
    said.push(text),
  );
  try {
    await program.parseAsync([...language, ...args], { from: 'user' });
  } catch (error) {
    // Commander ends help and version with an error, too.
    if (!(error instanceof CommanderError) || error.exitCode !== 0) {
      // Loaded only when needed.
      const { withSlip } = await import('./slips.js');
      throw withSlip(error, args, commandOf(program, args, hasDefault));
    }
    // First what commander makes, then what follows it.
    const [help, ...after] = said;
    const { afterHelp } = await import('./help-layout.js');
    const laidOut = japanese?.after ?? ((text: string) => afterHelp(text, width));
    await writeOut([help, ...after.map(laidOut)].join(''));
  }
}

/** The command that arguments belong to: it has its options by now. */
function commandOf(program: Command, args: readonly string[], hasDefault: boolean): Command {
  const named = (of: Command, name: string | undefined) =>
    of.commands.find((command) => command.name() === name);
  const command = named(program, args[0]) ?? (hasDefault ? named(program, DEFAULT_COMMAND) : undefined);
  return command === undefined ? program : (named(command, args[1]) ?? command);
}

/** @param print takes help and version; errors are thrown, and only the caller reports them */
export function createProgram(
  hasDefault: boolean,
  help: HelpConfiguration,
  print: (text: string) => void,
): Command {
  const program = new Command('digitflow')
    .description('The small digit network of the well-known introduction, run for real.')
    .version(DIGITFLOW_VERSION, '-V, --version')
    .configureHelp({
      subcommandTerm: (command) => `${command.name()} ${command.usage()}`,
      minWidthToWrap: 10,
      // Commander would not wrap what has no room beside its term: it goes under it.
      formatItem(term, termWidth, words, helper) {
        const width = helper.helpWidth ?? WIDEST_HELP;
        if (words === '' || width - termWidth - 4 >= LEAST_BESIDE)
          return Help.prototype.formatItem.call(helper, term, termWidth, words, helper);
        return `  ${term}\n${helper.boxWrap(words, width - 6).replace(/^/gm, '      ')}`;
      },
      ...help,
      visibleOptions(command) {
        const [help, ...options] = Help.prototype.visibleOptions.call(this, command).reverse();
        return [...new Set([...options.reverse(), LANGUAGE, help])];
      },
    })
    .configureOutput({ writeOut: print, writeErr: () => {} })
    .addOption(LANGUAGE)
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .hook('preAction', async (_, command) => {
      const { lang } = program.opts();
      command.setOptionValue('lang', lang);
      await speak(lang);
    })
    .hook('preSubcommand', async (_, command) => {
      const define = await COMMANDS[command.name()].load();
      // From here on commander makes the usage of what is defined.
      define(command.usage(''));
    });
  for (const [name, { usage, description }] of Object.entries(COMMANDS)) {
    const isDefault = hasDefault && name === DEFAULT_COMMAND;
    program.command(name, { isDefault }).usage(usage).description(description);
  }
  return program;
}

function isCommand(word: string | undefined): boolean {
  return word !== undefined && Object.hasOwn(COMMANDS, word);
}

/** Whether a first word is neither an option nor a path that is there. */
function mayBeMistyped(word: string | undefined): boolean {
  return word !== undefined && /^[a-z]+$/i.test(word) && !isCommand(word) && !existsSync(word);
}

function isUnlikeAll(error: unknown): boolean {
  if (!(error instanceof CommanderError) || error.code !== 'commander.unknownCommand') return false;
  return !error.message.includes('Did you mean');
}

/** Says what went wrong; returns the exit code. */
function report(error: unknown, args: readonly string[]): number {
  const failure =
    error instanceof CommanderError
      ? { code: 'USAGE', message: usageMessage(error, args), exitCode: EXIT_USAGE }
      : describeError(error);
  const stack = args.includes('--debug') && error instanceof Error ? error.stack : undefined;
  if (wantsJson(args)) {
    // Escapes mean the same in JSON.
    sayLine(JSON.stringify({ schema: 'digitflow.error/1', ...failure, stack }));
  } else {
    sayLine(`digitflow: ${failure.message}`);
    for (const line of stack?.split('\n') ?? []) sayLine(line);
  }
  return failure.exitCode;
}

/** What commander says, without its own `error:`, and with its suggestion on the same line. */
function usageMessage({ code, message }: CommanderError, args: readonly string[]): string {
  const group = GROUPS.find((name) => name === args[0]);
  if (code === 'commander.help')
    return `no such command; see digitflow${group === undefined ? '' : ` ${group}`} --help`;
  const said = message.replace(/^error: |\.$/g, '').replaceAll('\n', ' ');
  if (code === 'commander.unknownCommand' && group === undefined) return `${said}; see digitflow --help`;
  const command = isCommand(args[0]) ? args[0] : DEFAULT_COMMAND;
  // What is in a group is a command of its own, with flags of its own.
  const isPart = group !== undefined && code !== 'commander.unknownCommand' && /^[a-z]/.test(args[1] ?? '');
  const part = isPart ? ` ${args[1]}` : '';
  return `${said}; see digitflow ${command}${part} --help`;
}

function wantsJson(args: readonly string[]): boolean {
  return args.some((arg, index) => {
    const isValue = /^(nd)?json$/.test(arg) && /^(-f|--format)$/.test(args[index - 1]);
    return isValue || /^(--format=|-f)(nd)?json$/.test(arg);
  });
}
