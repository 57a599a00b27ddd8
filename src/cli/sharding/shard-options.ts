import type { Command } from 'commander';
import { DigitflowError } from '../../errors.js';
import { dashed } from '../../formats/reading.js';

/** What both commands that make shards say of them in their help. */
export const SHARD_HELP = `
A shard is whole or absent, whatever ends its process, and one that is there is left as it is: it may be tried again
at any time. Of its exit codes 2, 65 and 66 are final; 70, 74 and 130 are worth another try.`;

/** Adds what makes shards of a plan. */
export function addShardOptions(command: Command): Command {
  return command
    .option('--plan <file>', 'make a shard of a plan (see digitflow plan), which says what is read')
    .option(
      '--shard <number>',
      'with --plan: which shard, from 0; a range, 3-7; or auto: the number that a scheduler gave to the task',
    )
    .option('--root <folder>', "with --plan: what the plan's paths are relative to, here (default: .)");
}

/**
 * Refuses flags of shards where there is no plan.
 *
 * @param names of flags, as commander has them
 * @throws DigitflowError USAGE
 */
export function checkNoShard(command: Command, names: readonly string[]): void {
  const given = names.find((name) => command.getOptionValueSource(name) === 'cli');
  if (given === undefined) return;
  const message = `--${dashed(given)}: only with --plan, which divides a run into shards`;
  throw new DigitflowError('USAGE', `${message}; see digitflow ${command.name()} --help`);
}
