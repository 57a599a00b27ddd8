import { DigitflowError } from '../errors.js';
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
  await new Promise<void>((resolve, reject) => {
    process.stdout.write(text, (error) => {
      if (!error || (error as NodeJS.ErrnoException).code === 'EPIPE') resolve();
      else {
        const message = `stdout: cannot write: ${error.message}`;
        reject(new DigitflowError('OUTPUT_WRITE', message, { cause: error }));
      }
    });
  });
}

/** Ctrl-C as a signal. */
interface Interruption {
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal;
  /** Gives Ctrl-C back to Node. */
  end(): void;
}

/** The exit code of a process that was interrupted. */
export const EXIT_INTERRUPTED = 130;

/** Takes Ctrl-C and SIGTERM: the first asks to finish what was begun, the second leaves at once. */
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

/** Runs what the first Ctrl-C stops; that there was nothing to show yet is no error then, since the exit code says it. */
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
