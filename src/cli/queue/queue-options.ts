import { type Command, Option } from 'commander';
import { queueStatus } from '../../../pipelines/queue/queue.js';
import { DigitflowError } from '../../errors.js';
import { addErrorOptions } from '../options.js';

/** For the end of help texts. */
export const SETTINGS = `
Who works on the queue needs this digitflow with the packages bullmq and ioredis (npm install bullmq ioredis), Redis, and the
inputs; the plan itself is in Redis. The address may stand in REDIS_URL. Redis should keep what it is told (appendonly yes)
and evict nothing (maxmemory-policy noeviction). If it forgets all, submit again: shards that are done are skipped.`;

/** The flags of all commands of a queue. */
export interface RedisFlags {
  readonly redis?: string;
  readonly name?: string;
  readonly quiet?: boolean;
}

/** Adds the address of Redis, and what goes to stderr. */
export function addRedisOptions(command: Command): Command {
  const help = 'redis://user:password@host:port/db, or rediss:// for TLS';
  return addErrorOptions(command.addOption(new Option('--redis <url>', help).env('REDIS_URL')));
}

/** Adds the name of one run. */
export function addNameOption(command: Command): Command {
  return command.option('--name <name>', 'which run (default: the only one there is)');
}

/** @throws DigitflowError USAGE where none was given */
export function redisOf({ redis }: RedisFlags): string {
  if (redis !== undefined) return redis;
  throw new DigitflowError('USAGE', '--redis: expected an address, found none; give it, or set REDIS_URL');
}

/** @throws DigitflowError USAGE where there is none, or more than one */
export async function onlyRun(redis: string): Promise<string> {
  const names = (await queueStatus({ redis })).map(({ name }) => name);
  if (names.length === 1) return names[0];
  const found = names.length === 0 ? 'no run' : names.join(', ');
  throw new DigitflowError('USAGE', `--name: expected which run, found ${found}; say which`);
}
