/** The programs that the executable is built of, one a command, so that each loads no more than it needs; see src/programs/. */
export const PROGRAMS = ['evaluate', 'score', 'train', 'look', 'report', 'version', 'all'] as const;

/** One of them. */
export type ProgramName = (typeof PROGRAMS)[number];

const COMMANDS: readonly ProgramName[] = ['evaluate', 'score', 'train', 'look', 'report'];

/**
 * The program that does what the arguments say just as `all` would: a command that is named first; `evaluate`, the default,
 * where no command is named and no help is wanted.
 */
export function chooseProgram(args: readonly string[]): ProgramName {
  const [first] = args;
  if (first === '-V' || first === '--version') return 'version';
  const command = COMMANDS.find((name) => name === first);
  if (command !== undefined) return command;
  const others: readonly string[] = [...COMMANDS, 'help', '-h', '--help'];
  return args.some((arg) => others.includes(arg)) ? 'all' : 'evaluate';
}
