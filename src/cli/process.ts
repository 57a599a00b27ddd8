import { DigitflowError } from '../errors.js';

/**
 * Writes to stdout and waits until it is out. Whoever reads us may stop at any time: that is no error.
 *
 * @throws DigitflowError OUTPUT_WRITE for anything else that goes wrong, such as a full disk
 */
export async function writeOut(text: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    process.stdout.write(text, (error) => {
      if (!error || (error as NodeJS.ErrnoException).code === 'EPIPE') resolve();
      else
        reject(
          new DigitflowError('OUTPUT_WRITE', `stdout: cannot write: ${error.message}`, { cause: error }),
        );
    });
  });
}

/** What to do on Ctrl-C. */
export interface Interruption {
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal;
  /** Gives Ctrl-C back to whoever had it. */
  end(): void;
}

/** The exit code of a process that was interrupted. */
export const EXIT_INTERRUPTED = 130;

/** The first Ctrl-C (or SIGTERM) asks to finish what was begun; the second leaves at once. */
export function onInterrupt(isQuiet: boolean): Interruption {
  const controller = new AbortController();
  const handle = () => {
    if (controller.signal.aborted) process.exit(EXIT_INTERRUPTED);
    if (!isQuiet) {
      // A terminal has just shown ^C, or a progress line.
      const ahead = process.stderr.isTTY ? '\n' : '';
      const note = 'interrupted; finishing what was read (again to leave at once)';
      process.stderr.write(`${ahead}digitflow: ${note}\n`);
    }
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

/**
 * Does what the first Ctrl-C stops. That nothing was there to show as yet is no error then: the exit code says it.
 */
export async function interruptibly(
  isQuiet: boolean,
  run: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const { signal, end } = onInterrupt(isQuiet);
  try {
    await run(signal);
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw error;
  } finally {
    end();
  }
  if (signal.aborted) process.exitCode = EXIT_INTERRUPTED;
}
