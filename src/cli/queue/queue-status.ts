import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, Option } from 'commander';
import { queueStatus } from '../../../pipelines/queue/queue.js';
import { counted, durationWords, grouped } from '../../counting/wording.js';
import type { RunFault, RunStatus } from '../../queue/queued-run.js';
import { EXIT_INTERRUPTED, interruptibly, said, sayNote, writeOut } from '../process.js';
import { progressLine } from '../progress-line.js';
import { addRedisOptions, onlyRun, type RedisFlags, redisOf } from './queue-options.js';

interface StatusFlags extends RedisFlags {
  readonly watch?: boolean;
  readonly format: 'table' | 'json';
}

const STATUS_EXAMPLES = `
Exit codes: 0 done, or not yet; where a run failed, the code of its first fault; 66 no such run, 74 Redis is out of reach.`;

/** Adds `digitflow queue status`. */
export function addStatusCommand(queue: Command): void {
  const format = new Option('-f, --format <format>', 'what to print').choices(['table', 'json']);
  const command = queue
    .command('status')
    .description('how far runs are, when they will be done, and which shards were set aside, and why')
    .option('--name <name>', 'which run (default: all)')
    .option('--watch', 'until it is done, or failed')
    .addOption(format.default('table'));
  addRedisOptions(command).addHelpText('after', STATUS_EXAMPLES).action(runStatus);
}

const EVERY_MS = 1_000;

async function runStatus(flags: StatusFlags): Promise<void> {
  const redis = redisOf(flags);
  const name = flags.name ?? (flags.watch ? await onlyRun(redis) : undefined);
  if (flags.watch) {
    const progress = progressLine();
    await interruptibly(flags, async (signal) => {
      for (;;) {
        const [run] = await queueStatus({ redis, name });
        if (run.state === 'done' || run.state === 'failed') break;
        progress.show(() => statusWords(run));
        await sleep(EVERY_MS, undefined, { signal }).catch(() => {});
        signal.throwIfAborted();
      }
      progress.clear();
      return true;
    });
    if (process.exitCode === EXIT_INTERRUPTED) return;
  }
  const runs = await queueStatus({ redis, name });
  await writeOut(flags.format === 'json' ? statusJson(runs) : runs.map(statusText).join(''));
  if (runs.length === 0) sayNote(flags, 'no run is in the queue');
  const fault = runs.map(faultOf).find((each) => each !== undefined);
  if (fault !== undefined) process.exitCode = fault.exitCode;
}

function statusJson(runs: readonly RunStatus[]): string {
  return `${JSON.stringify({ schema: 'digitflow.queue-status/1', runs }, null, 2)}\n`;
}

/** What made a run fail: its shards, if any, or what follows them. */
function faultOf({ state, failed, fault }: RunStatus): Omit<RunFault, 'shard'> | undefined {
  return state === 'failed' ? (failed[0] ?? fault ?? undefined) : undefined;
}

/** `night: running, 120 of 200 shards done (60 %), 3 running, 2 set aside, 4 min left`. */
function statusWords(run: RunStatus): string {
  const { name, state, shards, done, running, retrying, failed, unnamed, secondsLeft } = run;
  const aside = failed.length + unnamed;
  const parts = [
    state,
    `${grouped(done)} of ${counted(shards, 'shard')} done (${Math.floor((100 * done) / shards)} %)`,
    ...(running.length > 0 ? [`${grouped(running.length)} under way`] : []),
    ...(retrying > 0 ? [`${grouped(retrying)} to be tried again`] : []),
    ...(aside > 0 ? [`${grouped(aside)} set aside`] : []),
    ...(secondsLeft === null ? [] : [`${durationWords(secondsLeft)} left`]),
  ];
  return `${name}: ${parts.join(', ')}`;
}

function statusText(run: RunStatus): string {
  const { failed, unnamed, fault, state, result } = run;
  const lines = [statusWords(run)];
  for (const { shard, exitCode, message } of failed) lines.push(`  shard ${shard} (${exitCode}): ${message}`);
  if (unnamed > 0) lines.push(`  and ${grouped(unnamed)} others`);
  if (fault !== null && failed.length === 0) lines.push(`  merge (${fault.exitCode}): ${fault.message}`);
  if (state === 'failed') lines.push('  mend what is wrong, then: digitflow queue retry');
  if (state === 'done' && result !== null) lines.push(`  ${result}`);
  return lines.map((line) => `${said(line)}\n`).join('');
}
