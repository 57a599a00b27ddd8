/** What to do on Ctrl-C. */
export interface Interruption {
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal;
  /** Gives Ctrl-C back to whoever had it. */
  end(): void;
}

/** The first Ctrl-C (or SIGTERM) asks to finish what was begun; the second leaves at once. */
export function onInterrupt(isQuiet: boolean): Interruption {
  const controller = new AbortController();
  const handle = () => {
    if (controller.signal.aborted) process.exit(130);
    if (!isQuiet)
      process.stderr.write('\ndigitflow: interrupted; finishing what was read (again to leave at once)\n');
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
