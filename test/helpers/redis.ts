import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';

const PLACES = [process.env.REDIS_SERVER_PATH ?? '', '/usr/bin/redis-server', '/usr/local/bin/redis-server'];

/** The server to test with, or null: then tests that need one are skipped, unless DIGITFLOW_REDIS=required. */
export function findRedis(): string | null {
  const path = PLACES.find((place) => existsSync(place));
  if (path !== undefined) return path;
  if (process.env.DIGITFLOW_REDIS !== 'required') return null;
  throw new Error(
    'no redis-server: install it (apt-get install redis-server), or say where it is in REDIS_SERVER_PATH',
  );
}

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** A server of its own, which keeps what it is told on the disk, as one that matters does. */
export class RedisServer {
  readonly port: number;
  readonly folder: string;
  readonly #path: string;
  readonly #fsync: string;
  readonly #host: string;
  #child: ChildProcess | undefined;

  private constructor(path: string, port: number, folder: string, fsync: string, host: string) {
    this.#host = host;
    this.#path = path;
    this.#fsync = fsync;
    this.port = port;
    this.folder = folder;
  }

  /** @param fsync `always` where it is to be killed and nothing may be lost */
  static async start(
    path: string,
    fsync: 'always' | 'everysec' = 'everysec',
    host = '127.0.0.1',
  ): Promise<RedisServer> {
    const folder = await mkdtemp(join(tmpdir(), 'digitflow-redis-'));
    const server = new RedisServer(path, await freePort(), folder, fsync, host);
    await server.begin();
    return server;
  }

  get url(): string {
    return `redis://${this.#host}:${this.port}`;
  }

  /** Starts it again, with what it knew. */
  async begin(): Promise<void> {
    const settings = {
      port: this.port,
      dir: this.folder,
      appendonly: 'yes',
      appendfsync: this.#fsync,
      save: '""',
    };
    const args = Object.entries({ ...settings, bind: this.#host, 'protected-mode': 'no' }).flatMap(
      ([key, value]) => [`--${key}`, `${value}`],
    );
    const child = spawn(this.#path, args, { stdio: 'ignore' });
    this.#child = child;
    running.add(child);
    child.once('close', () => running.delete(child));
    await this.ask((client) => client.ping());
  }

  signal(name: NodeJS.Signals): void {
    this.#child?.kill(name);
  }

  /** As a machine that loses its power. */
  async kill(): Promise<void> {
    if (this.#child?.exitCode !== null || this.#child.signalCode !== null) return;
    const closed = once(this.#child, 'close');
    this.#child.kill('SIGKILL');
    await closed;
  }

  /** Asks it something, once it answers. */
  async ask<Result>(run: (client: Redis) => Promise<Result>): Promise<Result> {
    const client = new Redis(this.url, { maxRetriesPerRequest: null, retryStrategy: () => 20 });
    client.on('error', () => {});
    try {
      return await run(client);
    } finally {
      client.disconnect();
    }
  }

  async remove(): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
}
