const { readFileSync } = require('node:fs');

/** The most memory that this process ever had in RAM, in KiB. */
exports.peakKiB = () => {
  try {
    // Not `maxRSS`: on Linux that is inherited from the process that started this one, however big it was.
    return Number(/^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
  } catch {
    return process.resourceUsage().maxRSS;
  }
};
