import type { Piscina } from 'piscina';
import { DigitflowError, reasonOf } from '../errors.js';
import { limitError, startError, startPool, type ThreadsOptions, whileRunning } from './thread-start.js';

/** What else there is to do where tasks need each other. */
export interface Togetherness {
  /** Before each attempt, while none of the tasks runs. */
  readonly beforeEach?: () => void;
  /** Whether all tasks of this attempt have begun: the others would wait for ever for a thread that does not start. */
  readonly haveBegun?: () => boolean;
  /** When one of them has failed: tells the others, which may be waiting for it, to end. */
  readonly onFailure?: () => void;
}

/** How often a task is given to a worker before it is given up: once, and twice again. A thread is started as often. */
const ATTEMPTS = 3;

/** Threads for tasks that may be done again where a worker died. What Piscina needs to be worked around is in here. */
export class Threads<Task, Answer> {
  readonly #piscina: Piscina;
  readonly #ready: Promise<void>;
  readonly #workers: number;
  readonly #probe: Task;
  readonly #startTimeoutMs: number;
  /** What last went wrong outside any task: a thread that did not load, most often. */
  #fault: Error | undefined;
  /** Threads that ended and that Piscina did not replace, since the last answer. */
  #lost = 0;
  /** One for each task under way: rejects it, where Piscina would leave it pending. */
  readonly #failures = new Set<(error: Error) => void>();
  readonly #underWay = new Set<Promise<unknown>>();
  /** Keeps the process at it while tasks are under way: a thread that is still starting does not. */
  readonly #alive = setInterval(() => {}, 2 ** 30).unref();
  #closing: Promise<void> | undefined;
  #isFreed = false;

  /**
   * Starts the threads; `run` may be called at once and waits for them.
   *
   * @throws DigitflowError THREAD_LIMIT, POOL_START
   */
  constructor(options: ThreadsOptions<Task>) {
    const { workers, probe, startTimeoutMs = 10_000 } = options;
    this.#workers = workers;
    this.#probe = probe;
    this.#startTimeoutMs = startTimeoutMs;
    this.#piscina = startPool(options);
    // Without a listener a thread that dies between tasks would take the process with it.
    this.#piscina.on('error', (cause: Error) => {
      this.#fault = cause;
      const limit = limitError(cause);
      if (limit) this.#failAll(limit);
    });
    // Piscina tells before it has replaced the thread.
    this.#piscina.on('workerDestroy', () => setImmediate(() => this.#replace()));
    this.#ready = this.#tryOut();
    this.#ready.catch(() => {});
  }

  get busyCount(): number {
    return this.#underWay.size;
  }

  /** @throws DigitflowError POOL_CLOSED once they were closed */
  checkOpen(): void {
    if (this.#closing) throw new DigitflowError('POOL_CLOSED', 'the pool is closed');
  }

  /** Runs one task, as `runTogether` does. */
  async run(task: Task, name: string): Promise<Answer> {
    const [answer] = await this.runTogether([task], name);
    return answer;
  }

  /**
   * Tasks that need each other, each on a thread of its own, at the same time: at most as many as there are threads free. Where
   * one worker dies, all are done once more; where one does not start in time, all have failed. An error calls them `name`.
   *
   * @throws DigitflowError POOL_START, THREAD_LIMIT, POOL_CLOSED, WORKER_FAILED
   * @throws RangeError more tasks than threads
   */
  async runTogether(
    tasks: readonly Task[],
    name: string,
    togetherness: Togetherness = {},
  ): Promise<Answer[]> {
    this.checkOpen();
    if (tasks.length > this.#workers) throw new RangeError('expected no more tasks than threads');
    const answers = this.#attempt(tasks, name, togetherness);
    this.#underWay.add(answers);
    this.#alive.ref();
    try {
      return await answers;
    } finally {
      this.#underWay.delete(answers);
      if (this.#underWay.size === 0) this.#alive.unref();
    }
  }

  /** Lets what is under way end, then frees everything. May be called again. */
  close(): Promise<void> {
    // Piscina's own close() kills running tasks, so what is under way is awaited here first.
    this.#closing ??= Promise.allSettled(this.#underWay).then(() => {
      this.#isFreed = true;
      clearInterval(this.#alive);
      return this.#piscina.destroy();
    });
    return this.#closing;
  }

  async #attempt(
    tasks: readonly Task[],
    name: string,
    { beforeEach, haveBegun, onFailure }: Togetherness,
  ): Promise<Answer[]> {
    await this.#ready;
    for (let attempt = 1; ; attempt++) {
      beforeEach?.();
      const answers = tasks.map((task) => this.#dispatch(task));
      // A task that is alone waits for a thread as long as it takes.
      const isWatched = haveBegun && tasks.length > 1;
      const endWatch = isWatched && whileRunning(this.#startTimeoutMs, () => this.#checkBegun(haveBegun));
      try {
        return await Promise.all(answers);
      } catch (error) {
        onFailure?.();
        // Those that are still at it must have left before it begins anew.
        await Promise.allSettled(answers);
        if (error instanceof DigitflowError) throw error;
        if (attempt < ATTEMPTS) continue;
        throw new DigitflowError(
          'WORKER_FAILED',
          `${name}: a worker failed ${ATTEMPTS} times, the last time with: ${reasonOf(error)}`,
          { cause: error },
        );
      } finally {
        if (endWatch) endWatch();
      }
    }
  }

  /** Not a race against one long-lived promise: that would keep a trace of every task there ever was. */
  #dispatch(task: Task): Promise<Answer> {
    return new Promise<Answer>((resolve, reject) => {
      this.#failures.add(reject);
      // Throws where it has to start a thread, and cannot.
      new Promise<Answer>((answer) => answer(this.#piscina.run(task)))
        .then(
          (answer) => {
            this.#lost = 0;
            resolve(answer);
          },
          (error) => reject(limitError(error) ?? error),
        )
        .finally(() => this.#failures.delete(reject));
    });
  }

  /**
   * Piscina does not replace a thread that ended while it was starting, and leaves the tasks in its queue: one task more starts
   * another thread. Where these end, too, all that is pending has failed.
   */
  #replace(): void {
    const isWhole = this.#piscina.threads.length === this.#workers;
    if (isWhole || this.#failures.size === 0 || this.#isFreed) return;
    if (++this.#lost > ATTEMPTS * this.#workers) {
      this.#failAll(startError(this.#fault ?? 'each one ends before it is ready'));
      return;
    }
    new Promise((resolve) => resolve(this.#piscina.run(this.#probe))).catch((cause) => {
      const limit = limitError(cause);
      if (limit) this.#failAll(limit);
    });
  }

  /** Piscina leaves a task in its queue, and says nothing, where the thread for it does not start. */
  #checkBegun(haveBegun: () => boolean): void {
    if (haveBegun()) return;
    const what = `fewer than ${this.#workers} worker threads started within ${this.#startTimeoutMs} ms`;
    const why = this.#fault === undefined ? '' : `, the last one failed with: ${reasonOf(this.#fault)}`;
    const message = `${what}${why}; ask for fewer workers`;
    this.#failAll(new DigitflowError('POOL_START', message, { cause: this.#fault }));
  }

  /** Rejects all that is under way. */
  #failAll(error: DigitflowError): void {
    for (const reject of this.#failures) reject(error);
  }

  /** A worker file that does not load leaves Piscina's tasks pending for ever: so one is tried, against the clock. */
  async #tryOut(): Promise<void> {
    const ms = this.#startTimeoutMs;
    const late = `no worker thread was ready within ${ms} ms; ask for fewer workers`;
    const endWatch = whileRunning(ms, () => this.#failAll(new DigitflowError('POOL_START', late)));
    try {
      for (let attempt = 1; ; attempt++) {
        try {
          await this.#dispatch(this.#probe);
          return;
        } catch (cause) {
          if (cause instanceof DigitflowError) throw cause;
          if (attempt === ATTEMPTS) throw startError(cause);
        }
      }
    } finally {
      endWatch();
    }
  }
}
