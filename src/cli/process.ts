import { safeText } from '../errors.js';
import { OutputClosed, writeStdout } from '../outputs/rows/row-output.js';
import {
  asIs,
  backgroundOf,
  CLEAR_LINE,
  colorLevel,
  columnsOf,
  type RenderOptions,
  supportsUnicode,
} from '../views/terminal/terminal.js';
import type { Language } from '../views/words/words.js';

/** What says English words in the language of this command line. */
let say = asIs;

/** Sets the language of all that this command line says. Errors stay English. */
export async function speak(language: Language): Promise<void> {
  // Loaded only when needed.
  say = language === 'ja' ? (await import('../views/words/terminal/say-japanese.js')).sayJapanese : asIs;
}

/** What stdout can show. */
export function stdoutOptions(): RenderOptions {
  return {
    color: colorLevel(process.stdout, process.env),
    width: columnsOf(process.stdout),
    unicode: supportsUnicode(process.env, process.platform),
    say,
    background: backgroundOf(process.env),
  };
}

/** Says English words in the language of this command line. */
export function said(english: string): string {
  return say(english);
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
  if (!quiet) sayLine(`digitflow: ${say(text)}`);
}

/** The exit code of a process that was interrupted. */
export const EXIT_INTERRUPTED = 130;

/**
 * Takes Ctrl-C and SIGTERM: the first is told and aborts the signal, the second leaves at once. From `end` on the exit code is
 * known, and the process is about to leave: they change nothing any more.
 */
export function onInterrupt(tell: () => void): { readonly signal: AbortSignal; end(): void } {
  const controller = new AbortController();
  let isOver = false;
  const handle = () => {
    if (isOver) return;
    if (controller.signal.aborted) process.exit(EXIT_INTERRUPTED);
    tell();
    controller.abort();
  };
  process.on('SIGINT', handle);
  process.on('SIGTERM', handle);
  return {
    signal: controller.signal,
    end: () => {
      isOver = true;
    },
  };
}

/**
 * Runs what the first Ctrl-C stops. The exit code then says so, even where there was nothing to show yet; but not where it came
 * too late, and `run` resolves to true, as all was done.
 *
 * @param next what follows that Ctrl-C, in words
 */
export async function interruptibly(
  { quiet, next = 'finishing what was read' }: { readonly quiet?: boolean; readonly next?: string },
  run: (signal: AbortSignal) => Promise<boolean>,
): Promise<void> {
  const { signal, end } = onInterrupt(() => {
    // A terminal has just shown ^C, or has a progress line.
    const ahead = process.stderr.isTTY ? CLEAR_LINE : '';
    const note = say(`interrupted; ${next} (again to leave at once)`);
    if (!quiet) process.stderr.write(`${ahead}digitflow: ${note}\n`);
  });
  try {
    const isWhole = await run(signal);
    if (signal.aborted && !isWhole) process.exitCode = EXIT_INTERRUPTED;
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw error;
    process.exitCode = EXIT_INTERRUPTED;
  } finally {
    end();
  }
}
