import { parentPort, workerData } from 'node:worker_threads';
import { DigitflowError } from '../src/errors.js';
import { type ForeignFile, readForeign } from '../src/inputs/models/read-foreign.js';

// One network, and the thread ends. An error of ours is told by its code and message: a copy of it would be none of ours.
readForeign(workerData as ForeignFile, () => parentPort?.postMessage('read')).then(
  (network) => parentPort?.postMessage({ network }),
  (error) => {
    if (!(error instanceof DigitflowError)) throw error;
    parentPort?.postMessage({ code: error.code, message: error.message });
  },
);
