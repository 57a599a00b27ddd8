// Evaluates once and prints what the main thread spent on it. Runs in a process of its own, so that nothing else did.

import { mainThreadCpuMs } from './lib/main-thread-cpu.js';
import peak from './lib/peak-kib.cjs';
import { loadDigitflow } from './lib/product.js';

const { peakKiB } = peak;

const { evaluate } = await loadDigitflow();
const options = JSON.parse(process.argv[2]);

const cpuBefore = process.cpuUsage();
const mainBefore = await mainThreadCpuMs();
const startMs = performance.now();
const { evaluation } = await evaluate(options);
const callMs = performance.now() - startMs;
const mainAfter = await mainThreadCpuMs();
const { user, system } = process.cpuUsage(cpuBefore);

process.stdout.write(
  JSON.stringify({
    images: evaluation.images,
    seconds: evaluation.seconds,
    workers: evaluation.workers,
    callMs,
    peakMB: (peakKiB() * 1024) / 1e6,
    mainMs: mainBefore === null ? null : mainAfter - mainBefore,
    allMs: (user + system) / 1000,
  }),
);
// A pipe on stdin would hold the process.
process.exit();
