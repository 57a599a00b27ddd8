import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { Job } from 'bullmq';
import { DigitflowError } from '../errors.js';
import { ORDER_SCHEMA, type Order } from './queued-run.js';
import { PREFIX, type RedisLink } from './redis-link.js';

/** A hash: each run's order by its name. */
export const RUNS_KEY = `${PREFIX}:runs`;

const pack = promisify(gzip);
const unpack = promisify(gunzip);

/** An order, and what it is known by. */
export interface KnownOrder {
  readonly order: Order;
  readonly text: string;
  readonly sha256: string;
}

/** What BullMQ carries of a shard, or, without a number, of what follows all of them. */
export interface JobData {
  readonly run: string;
  /** SHA-256 of the order. */
  readonly order: string;
  readonly shard?: number;
  /** How often it had stalled when it was last tried again by hand. */
  readonly stalls?: number;
}

/** A job of the queue. */
export type QueueJob = Job<JobData, null>;

export function orderOf(order: Omit<Order, 'schema'>): KnownOrder {
  const text = JSON.stringify({ schema: ORDER_SCHEMA, ...order });
  return { order: { schema: ORDER_SCHEMA, ...order }, text, sha256: sha256(text) };
}

export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** @throws DigitflowError USAGE where a run cannot be called so */
export function checkName(name: string): string {
  if (/^[A-Za-z0-9][\w-]{0,62}$/.test(name)) return name;
  const expected = 'expected letters, digits, - and _, at most 63';
  throw new DigitflowError('USAGE', `--name: ${expected}, found ${JSON.stringify(name)}`);
}

/** What BullMQ calls the job of a shard, of what follows all of them, and of the gate before that: it takes no number as a name. */
export function jobIdOf(run: string, shard: number | 'merge' | 'gate'): string {
  return `${run}.${shard}`;
}

/** The shard that a job's id or key names; undefined for what follows all of them. */
export function shardOf(jobKey: string): number | undefined {
  const number = /\.(\d+)$/.exec(jobKey)?.[1];
  return number === undefined ? undefined : Number(number);
}

/** @throws DigitflowError QUEUE_RUN_MISSING, QUEUE_RUN_OTHER where another digitflow wrote it */
export async function readOrder({ client, name }: RedisLink, run: string): Promise<KnownOrder> {
  const text = await client.hget(RUNS_KEY, run);
  if (text === null) {
    const message = `${run}: expected a run of this name at ${name}, found none; submit it first`;
    throw new DigitflowError('QUEUE_RUN_MISSING', message);
  }
  const order = JSON.parse(text) as Order;
  if (order.schema !== ORDER_SCHEMA) {
    const message = `${run}: expected ${ORDER_SCHEMA}, found ${order.schema}; use the digitflow that submitted it`;
    throw new DigitflowError('QUEUE_RUN_OTHER', message);
  }
  return { order, text, sha256: sha256(text) };
}

/** Puts a plan where every worker finds it, packed: of many shards a twentieth is left. */
export async function storePlan({ client }: RedisLink, digest: string, plan: Uint8Array): Promise<void> {
  await client.set(planKey(digest), await pack(plan));
}

/** @throws DigitflowError QUEUE_RUN_MISSING, QUEUE_RUN_OTHER where it is not the plan of this digest */
export async function readPlanOf({ client, name }: RedisLink, { order }: KnownOrder): Promise<Buffer> {
  const packed = await client.getBuffer(planKey(order.plan));
  if (packed === null) {
    const message = `${order.name}: expected its plan at ${name}, found none; submit it again`;
    throw new DigitflowError('QUEUE_RUN_MISSING', message);
  }
  const plan = await unpack(packed);
  if (sha256(plan) === order.plan) return plan;
  const message = `${order.name}: expected the plan ${order.plan.slice(0, 12)}, found another; submit it again`;
  throw new DigitflowError('QUEUE_RUN_OTHER', message);
}

export function planKey(digest: string): string {
  return `${PREFIX}:plan:${digest}`;
}
