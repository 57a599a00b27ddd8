import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEachTest } from './clean-up.js';
import { type CliOptions, type CliResult, cliEnvironment, runCli } from './cli.js';

const SCRIPT = fileURLToPath(new URL('./shared-process.js', import.meta.url));

/** What the shared process writes to stdout and to stderr after each command line. */
const END = '\u0004end of a command line\u0004';

/** A command line that runs. */
interface Run {
  stdout: string;
  stderr: string;
  exitCode?: number;
  finish(result: CliResult): void;
}

let shared: ChildProcess | undefined;
let current: Run | undefined;
let last: Promise<unknown> = Promise.resolve();

afterEachTest(() => {
  if (current !== undefined) shared?.kill('SIGKILL');
});

/**
 * As `runCli`, in a process that all such command lines share: the start of a process costs more than what most of them do.
 * With an option that is a process's own, as its stdin or its environment, it gets a process of its own. What a test says of
 * processes themselves, as of signals and pipes, takes `runCli`.
 */
export function runShared(
  args: readonly string[],
  options: CliOptions & { readonly input?: Uint8Array } = {},
): Promise<CliResult> {
  const { cwd = process.cwd(), ...others } = options;
  if (Object.keys(others).length > 0) return runCli(args, options);
  const result = last.then(() => runNext(args, cwd));
  last = result.catch(() => undefined);
  return result;
}

function runNext(args: readonly string[], cwd: string): Promise<CliResult> {
  shared ??= start();
  const child = shared;
  return new Promise((finish) => {
    current = { stdout: '', stderr: '', finish };
    child.send({ args, cwd });
  });
}

function start(): ChildProcess {
  const child = spawn(process.execPath, [SCRIPT, END], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: cliEnvironment(),
  });
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      if (current === undefined) throw new Error(`what follows a command line's end: ${text}`);
      current[name] += text;
      finishIfOver(current);
    });
  }
  child.on('message', ({ exitCode }: { exitCode: number }) => {
    if (current === undefined) return;
    current.exitCode = exitCode;
    finishIfOver(current);
  });
  // It left by itself: so ends this command line. The next one gets another process.
  child.on('close', (exitCode, signal) => {
    const run = current;
    shared = undefined;
    current = undefined;
    run?.finish({ stdout: run.stdout, stderr: run.stderr, exitCode, signal });
  });
  return child;
}

function finishIfOver({ stdout, stderr, exitCode, finish }: Run): void {
  if (exitCode === undefined || !stdout.endsWith(END) || !stderr.endsWith(END)) return;
  current = undefined;
  const [out, err] = [stdout, stderr].map((text) => text.slice(0, -END.length));
  finish({ stdout: out, stderr: err, exitCode, signal: null });
}
