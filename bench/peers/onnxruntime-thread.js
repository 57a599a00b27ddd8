// A worker thread with a session of its own: scores the parts of files that it is told of.
import { parentPort, workerData } from 'node:worker_threads';
import { loadOnnxRuntime } from './onnxruntime.js';
import { prepareFileScoring } from './onnxruntime-file.js';

const score = await prepareFileScoring(await loadOnnxRuntime(), workerData.model, 1);
parentPort.on('message', async (task) => parentPort.postMessage(await score(task)));
