import { parentPort, workerData } from 'node:worker_threads';
import { type WhyTask, whyOf } from '../src/insight/why.js';

// One verdict, and the thread ends.
parentPort?.postMessage(whyOf(workerData as WhyTask));
