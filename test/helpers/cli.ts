import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterEachTest } from './clean-up.js';

/** The built program. */
export const PROGRAM = fileURLToPath(new URL('../../dist/digitflow.cjs', import.meta.url));

/** How a process ended, and what it wrote. */
export interface CliResult {
  readonly stdout: string;
  readonly stderr: string;
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** What a process is given. */
export interface CliOptions {
  /** An open file, `pipe` for what the test sends, or by default nothing at all. */
  readonly stdin?: number | 'pipe';
  /** An open file; by default a pipe that is collected. */
  readonly stdout?: number;
  /** On top of the test's own environment, less what asks for colours, or is meant for the runner of CI. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Another copy of the program. */
  readonly program?: string;
  /** What starts it, and becomes it: `ip netns exec host`. */
  readonly through?: readonly string[];
}

/** The test's own environment, less what asks for colours, or is meant for the runner of CI. */
export function cliEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, FORCE_COLOR: undefined, NO_COLOR: undefined, GITHUB_ACTIONS: undefined };
}

const running = new Set<ChildProcess>();

afterEachTest(() => {
  for (const child of running) child.kill('SIGKILL');
});

/** Runs the built program to its end; `input` goes to its stdin. */
export async function runCli(
  args: readonly string[],
  options: CliOptions & { readonly input?: Uint8Array } = {},
): Promise<CliResult> {
  const { input } = options;
  const cli = new Cli(args, input === undefined ? options : { ...options, stdin: 'pipe' });
  if (input !== undefined) cli.stdin.end(input);
  return cli.ended;
}

/** The built program as a real process. It is killed at the end of the test if it still runs. */
export class Cli {
  /** Resolves when the process is gone and all it wrote was read. */
  readonly ended: Promise<CliResult>;
  readonly #child: ChildProcess;
  #stdout = '';
  #stderr = '';

  constructor(args: readonly string[], options: CliOptions = {}) {
    const { stdin = 'ignore', stdout = 'pipe', cwd, program = PROGRAM, through = [] } = options;
    const stdio: StdioOptions = [stdin, stdout, 'pipe'];
    const env = { ...cliEnvironment(), ...options.env };
    const [command, ...rest] = [...through, process.execPath, program, ...args];
    this.#child = spawn(command, rest, { stdio, cwd, env });
    running.add(this.#child);
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
    });
    // A process that has seen enough closes its stdin, whatever is still sent.
    this.#child.stdin?.on('error', () => undefined);
    this.ended = this.#end();
  }

  get pid(): number {
    const { pid } = this.#child;
    if (pid === undefined) throw new Error('this process did not start');
    return pid;
  }

  get stdin(): Writable {
    return present(this.#child.stdin);
  }

  /** What it has said on stderr so far. */
  get stderr(): string {
    return this.#stderr;
  }

  /** Closes our end of what it writes to, as `head` does when it has seen enough. */
  async stopReading(name: 'stdout' | 'stderr'): Promise<void> {
    const stream = present(this.#child[name]);
    const closed = once(stream, 'close');
    stream.destroy();
    await closed;
  }

  /** Resolves when the pipe has taken all of `bytes`: the process has read them, but for what pipes hold. */
  async send(bytes: Uint8Array): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.stdin.write(bytes, (error) => (error ? reject(error) : resolve()));
    });
  }

  /** Resolves when stderr has said `text`; rejects when the process ends without it. */
  async said(text: string): Promise<void> {
    const stderr = present(this.#child.stderr);
    while (!this.#stderr.includes(text)) {
      if (stderr.readableEnded) throw new Error(`expected ${text} on stderr, found ${this.#stderr}`);
      await Promise.race([once(stderr, 'data'), once(stderr, 'end')]);
    }
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  async #end(): Promise<CliResult> {
    const [exitCode, signal] = await once(this.#child, 'close');
    running.delete(this.#child);
    return { stdout: this.#stdout, stderr: this.#stderr, exitCode, signal };
  }
}

function present<T>(value: T | null): T {
  if (value === null) throw new Error('this process has no such pipe');
  return value;
}
