import { type Command, CommanderError } from 'commander';
import { DigitflowError } from '../errors.js';

/** The dashes that a word processor, or a web page, makes of hyphens. */
const LONG_DASHES = /^[\u2010-\u2015\u2212]+/;
const LEAST_LETTERS = 3;

/**
 * A failed command line that has a slip in an option: the error that says what was probably meant. Any other error as it is.
 *
 * @param command the one that the options belong to
 */
export function withSlip(error: unknown, args: readonly string[], command: Command): unknown {
  const unknown = /unknown option '(.*)'$/.exec(error instanceof CommanderError ? error.message : '')?.[1];
  const flags = command.options.map(({ long }) => long ?? '').filter((long) => long !== '');
  const takesPaths = ['images', 'files'].includes(command.registeredArguments[0]?.name() ?? '');
  if (unknown === '--images' && takesPaths) {
    return new CommanderError(2, 'commander.unknownOption', "unknown option '--images': give the path alone");
  }
  const takesNetworks = command.registeredArguments[0]?.name() === 'networks';
  if (takesNetworks && (unknown === '--model' || unknown === '-m')) {
    const message = `unknown option '${unknown}': give networks alone, before the images`;
    return new CommanderError(2, 'commander.unknownOption', message);
  }
  if (unknown !== undefined) return toldAs(unknown, likeliest(unknown, flags)) ?? error;
  if (
    error instanceof CommanderError &&
    error.code === 'commander.excessArguments' &&
    flags.includes('--images')
  ) {
    const message = error.message.replace(/\. Expected (\d+).* got (\d+).*$/, ': expected $1, found $2');
    return new CommanderError(2, error.code, `${message}; give images with --images`);
  }
  if (!(error instanceof CommanderError) && !(error instanceof DigitflowError)) return error;
  // `-model relu` is `-m odel` and a path, `—model` a path.
  const slip = args.find((arg) => LONG_DASHES.test(arg) || flags.includes(`-${arg}`));
  const meant = slip && flags.find((flag) => flag === slip.replace(LONG_DASHES, '--') || flag === `-${slip}`);
  return (slip && toldAs(slip, meant)) ?? error;
}

function toldAs(found: string, meant: string | undefined): CommanderError | undefined {
  if (meant === undefined) return undefined;
  const message = `unknown option '${found}' (Did you mean ${meant}?)`;
  return new CommanderError(2, 'commander.unknownOption', message);
}

/** The flag that begins so, or that differs least, as a whole or after one of its hyphens: `--acuracy` is `--min-accuracy`. */
function likeliest(found: string, flags: readonly string[]): string | undefined {
  const word = found.replace(/^-+/, '').replace(/=.*/s, '').toLowerCase();
  if (word.length < LEAST_LETTERS) return undefined;
  const begun = flags.filter((flag) => flag.startsWith(`--${word}`));
  if (begun.length === 1) return begun[0];
  const costs = flags.map((flag) => {
    const parts = flag.slice(2).split('-');
    const ends = parts.map((_, from) => parts.slice(from).join('-'));
    return { flag, cost: Math.min(...ends.map((end) => slipsBetween(word, end))) };
  });
  const [best] = costs.sort((a, b) => a.cost - b.cost);
  return best !== undefined && best.cost <= word.length / 3 ? best.flag : undefined;
}

/** How many letters were added, left out, replaced, or swapped with the next (Damerau and Levenshtein). */
function slipsBetween(a: string, b: string): number {
  const costs: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    costs.push([i]);
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      costs[i][j] = Math.min(
        costs[i - 1][j] + 1,
        costs[i][j - 1] + 1,
        costs[i - 1][j - 1] + (isSame ? 0 : 1),
        isSwap ? costs[i - 2][j - 2] + 1 : Number.POSITIVE_INFINITY,
      );
    }
  }
  return costs[a.length][b.length];
}
