import { safeText } from '../errors.js';
import { OutputClosed, writeStdout } from '../outputs/rows/row-output.js';
import { colorLevel, columnsOf, type RenderOptions, supportsUnicode } from '../views/terminal/terminal.js';

/** What stdout can show. */
export function stdoutOptions(): RenderOptions {
  return {
    color: colorLevel(process.stdout, process.env),
    width: columnsOf(process.stdout),
    unicode: supportsUnicode(process.env, process.platform),
  };
}

/**
 * Writes to stdout and waits until it is out. A reader may stop at any time: that is no error.
 *
 * @throws DigitflowError OUTPUT_WRITE for other faults, such as a full disk
 */
export async function writeOut(text: string): Promise<void> {
  try {
    await writeStdout(text);
  } catch (error) {
    if (!(error instanceof OutputClosed)) throw error;
  }
}

/** Says a line on stderr: names in it can neither break it nor steer the terminal. */
export function sayLine(text: string): void {
  process.stderr.write(`${safeText(text)}\n`);
}

/** Notes something on stderr. What is no error is not said with `--quiet`. */
export function sayNote({ quiet }: { readonly quiet?: boolean | undefined }, text: string): void {
  if (!quiet) sayLine(`digitflow: ${text}`);
}

/** The exit code of a process that was interrupted. */
export const EXIT_INTERRUPTED = 130;

/** Takes Ctrl-C and SIGTERM until `end`: the first is told and aborts the signal, the second leaves at once. */
export function onInterrupt(tell: () => void): { readonly signal: AbortSignal; end(): void } {
  const controller = new AbortController();
  const handle = () => {
    if (controller.signal.aborted) process.exit(EXIT_INTERRUPTED);
    tell();
    controller.abort();
  };
  process.on('SIGINT', handle);
  process.on('SIGTERM', handle);
  return {
    signal: controller.signal,
    end: () => {
      process.off('SIGINT', handle);
      process.off('SIGTERM', handle);
    },
  };
}

/** Runs what the first Ctrl-C stops. The exit code then says so, even where there was nothing to show yet. */
export async function interruptibly(
  { quiet }: { readonly quiet?: boolean },
  run: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const { signal, end } = onInterrupt(() => {
    // A terminal has just shown ^C, or a progress line.
    const ahead = process.stderr.isTTY ? '\n' : '';
    const note = 'interrupted; finishing what was read (again to leave at once)';
    if (!quiet) process.stderr.write(`${ahead}digitflow: ${note}\n`);
  });
  try {
    await run(signal);
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw error;
  } finally {
    end();
  }
  if (signal.aborted) process.exitCode = EXIT_INTERRUPTED;
}
