// Preloaded into a process that is measured (node --require): writes its peak memory in KiB to file descriptor 3.
const { writeSync } = require('node:fs');
const { isMainThread } = require('node:worker_threads');
const { peakKiB } = require('./peak-kib.cjs');

if (isMainThread) {
  process.on('exit', () => writeSync(3, `${peakKiB()}`));
}
