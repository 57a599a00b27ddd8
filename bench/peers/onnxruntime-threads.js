import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** Worker threads that share the images of a file evenly; each has a session of one thread. */
export class OnnxRuntimeThreads {
  #workers;

  /**
   * @param {Uint8Array} model
   * @param {number} threads
   */
  constructor(model, threads) {
    const entry = new URL('./onnxruntime-thread.js', import.meta.url);
    this.#workers = Array.from({ length: threads }, () => new Worker(entry, { workerData: { model } }));
  }

  /**
   * @param {import('./onnxruntime-file.js').FileTask} task all images
   * @returns {Promise<number>} how many predictions are right
   */
  async score(task) {
    const parts = this.#workers.map(async (worker, i) => {
      const first = Math.floor((task.count * i) / this.#workers.length);
      const end = Math.floor((task.count * (i + 1)) / this.#workers.length);
      const answer = once(worker, 'message');
      worker.postMessage({ ...task, first, count: end - first });
      return (await answer)[0];
    });
    return (await Promise.all(parts)).reduce((sum, correct) => sum + correct, 0);
  }

  async close() {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}
