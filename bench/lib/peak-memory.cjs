// Preloaded into a process that is measured (node --require): writes its peak memory in KiB to file descriptor 3.
const { readFileSync, writeSync } = require('node:fs');
const { isMainThread } = require('node:worker_threads');

if (isMainThread) {
  process.on('exit', () => writeSync(3, `${peakKiB()}`));
}

function peakKiB() {
  try {
    // Not `maxRSS`: on Linux that is inherited from the process that started this one, however big it was.
    return Number(/^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
  } catch {
    return process.resourceUsage().maxRSS;
  }
}
