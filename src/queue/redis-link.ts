import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { DigitflowError, quoteValue, reasonOf } from '../errors.js';

/** Keys in Redis begin with it. */
export const PREFIX = 'digitflow';
/** BullMQ's queue of all runs: a shard is a job, and what follows them a parent. */
export const QUEUE = 'shards';
/** A queue that nobody works on: its jobs keep a run's end from coming before all of its shards are in. */
export const GATES = 'gates';

/** What ioredis says of a connection in errors without a code. */
export const CONNECTION_FAULT =
  /^(Connection is closed|Command timed out|Unknown RESP type|Stream isn't writeable)/;
const PATIENCE_MS = 5_000;
const LONGEST_WAIT_MS = 2_000;

/** The packages that only a queue needs. */
export interface Peers {
  readonly bullmq: typeof import('bullmq');
  readonly Redis: typeof Redis;
}

/** A connection to Redis, and the queue over it. */
export interface RedisLink extends Peers {
  readonly client: Redis;
  readonly queue: Queue;
  /** The address without its password, for messages. */
  readonly name: string;
}

/** What a patient connection tells. */
export interface LinkWatcher {
  /** Redis is out of reach, or refuses the login; told once, until it is back. */
  out(name: string, reason: string): void;
  back(name: string): void;
}

/**
 * Loads the optional packages.
 *
 * @throws DigitflowError PEER_MISSING
 */
async function loadPeers(): Promise<Peers> {
  try {
    const [bullmq, { Redis }] = await Promise.all([import('bullmq'), import('ioredis')]);
    return { bullmq, Redis };
  } catch (error) {
    if (!/^(ERR_)?MODULE_NOT_FOUND$/.test(Object(error).code)) throw error;
    const message =
      'queue: expected the packages bullmq and ioredis, found one missing; npm install bullmq ioredis';
    throw new DigitflowError('PEER_MISSING', message, { cause: error });
  }
}

/**
 * Runs what asks Redis a few things, and gives up within seconds where there is no answer.
 *
 * @param url `redis://user:password@host:port/db`, `rediss://` for TLS
 * @throws DigitflowError PEER_MISSING, USAGE for another address, QUEUE_UNREACHABLE
 */
export async function withRedis<Result>(
  url: string,
  run: (link: RedisLink) => Promise<Result>,
): Promise<Result> {
  const name = addressOf(url);
  const peers = await loadPeers();
  const client = new peers.Redis(url, {
    ...{ lazyConnect: true, connectTimeout: PATIENCE_MS, commandTimeout: PATIENCE_MS },
    ...{ maxRetriesPerRequest: 0, retryStrategy: () => null },
  });
  let fault: unknown;
  client.on('error', (error) => {
    // The first says why; those after it, that the connection is closed.
    fault ??= error;
  });
  try {
    await client.connect();
    return await run(linkOver(client, peers, name));
  } catch (error) {
    throw faultOf(name, fault ?? error);
  } finally {
    // `close` would wait for an answer.
    client.disconnect();
  }
}

/**
 * A connection that is tried again for as long as it takes.
 *
 * @throws DigitflowError PEER_MISSING, USAGE for another address
 */
export async function openPatiently(url: string, watcher: LinkWatcher): Promise<RedisLink> {
  const name = addressOf(url);
  const peers = await loadPeers();
  const client = new peers.Redis(url, {
    connectTimeout: PATIENCE_MS,
    maxRetriesPerRequest: null,
    retryStrategy: (times) => Math.min(times * 100, LONGEST_WAIT_MS),
  });
  let isOut = false;
  client.on('error', (error) => {
    if (!isOut) watcher.out(name, faultWords(error));
    isOut = true;
  });
  client.on('ready', () => {
    if (isOut) watcher.back(name);
    isOut = false;
  });
  return linkOver(client, peers, name);
}

function linkOver(client: Redis, peers: Peers, name: string): RedisLink {
  const queue = new peers.bullmq.Queue(QUEUE, { connection: client, prefix: PREFIX });
  // The client says it, too.
  queue.on('error', () => {});
  return { ...peers, client, queue, name };
}

/** `redis://host:6379`. */
function addressOf(url: string): string {
  const found = URL.canParse(url) ? new URL(url) : undefined;
  if (found === undefined || !/^rediss?:$/.test(found.protocol) || found.host === '') {
    // A password may be in it.
    const shown = quoteValue(url.replace(/\/\/.*@/, '//…@'));
    throw new DigitflowError('USAGE', `--redis: expected redis://host:port or rediss://…, found ${shown}`);
  }
  return `${found.protocol}//${found.host}`;
}

/** An error of the connection, or an answer of Redis that is one, in words; any other as it is. */
function faultOf(name: string, fault: unknown): unknown {
  const { name: kind, code, message, errors } = Object(fault);
  const isRefusal = kind === 'ReplyError';
  const isOut = typeof code === 'string' || errors !== undefined || CONNECTION_FAULT.test(message);
  if (fault instanceof DigitflowError || !(isRefusal || isOut)) return fault;
  const [expected, advice] = isRefusal
    ? ['a Redis that does what it is asked', 'look how it is set, and at --redis']
    : ['a Redis that answers', 'check --redis and that it runs'];
  const words = `${name}: expected ${expected}, found ${faultWords(fault)}; ${advice}`;
  return new DigitflowError('QUEUE_UNREACHABLE', words, { cause: fault });
}

/** Node says what is wrong with several addresses of one name in an error without words. */
function faultWords(fault: unknown): string {
  const { code, errors } = Object(fault);
  if (Array.isArray(errors) && errors.length > 0) return faultWords(errors[0]);
  return reasonOf(fault).replace(/\.$/, '') || String(code);
}
