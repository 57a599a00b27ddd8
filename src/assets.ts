import { join } from 'node:path';

/**
 * Where the files lie that the program needs at run time. This module is one folder below the package's root both as
 * source (src/) and as bundle (dist/), so one relative path serves both.
 */
function fromPackageRoot(path: string): string {
  return join(import.meta.dirname, '..', path);
}

/** The compiled kernel, built from workers/kernel/score/. */
export const KERNEL_FILE = fromPackageRoot('dist/kernel.wasm');

/** The entry of the scoring threads, built from workers/score.ts. */
export const SCORE_WORKER_FILE = fromPackageRoot('dist/score-worker.cjs');

/** The compiled training kernel, built from workers/kernel/train/. */
export const TRAIN_KERNEL_FILE = fromPackageRoot('dist/train-kernel.wasm');

/** The entry of the training threads, built from workers/train.ts. */
export const TRAIN_WORKER_FILE = fromPackageRoot('dist/train-worker.cjs');

/** The folder of the trained networks and the test set. */
export const DATA_FOLDER = fromPackageRoot('data');
