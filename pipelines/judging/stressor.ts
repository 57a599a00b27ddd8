import { STRESS_WORKER_FILE } from '../../src/assets.js';
import {
  createStressRunner,
  type StressAnswer,
  type Stressor,
  type StressSetup,
  type StressTask,
} from '../../src/corruptions/stress-runner.js';

/** Starts so many threads; 0 works on the calling thread, which is busy meanwhile. */
export function openStressor(setup: StressSetup, workers: number): Stressor {
  if (workers === 0) {
    const run = createStressRunner(setup);
    return {
      workers,
      run: async (task) => {
        // Lets signals and timers run between two tasks.
        await new Promise((resolve) => setImmediate(resolve));
        return run(task);
      },
      close: async () => {},
    };
  }
  let threads: Promise<Pick<Stressor, 'run' | 'close'>> | undefined;
  const open = async () => {
    const { Threads } = await import('../../src/engine/threads.js');
    const none = { first: 0, pixels: new Uint8Array(0), labels: new Uint8Array(0), flips: 0 };
    const pool = new Threads<StressTask, StressAnswer | null>({
      ...{ workerFile: STRESS_WORKER_FILE, workerData: setup, workers, probe: none },
    });
    return {
      run: async (task: StressTask) => {
        const last = task.first + task.labels.length - 1;
        return (await pool.run(task, `images ${task.first} to ${last}`)) as StressAnswer;
      },
      close: () => pool.close(),
    };
  };
  return {
    workers,
    run: async (task) => {
      threads ??= open();
      return (await threads).run(task);
    },
    close: async () => {
      await (await threads)?.close();
    },
  };
}
