import { ProgressLine } from '../views/terminal/progress.js';
import { said } from './process.js';

/** A line on stderr that says how far the command is. */
export function progressLine(total?: number): ProgressLine {
  return new ProgressLine({ stream: process.stderr, now: () => process.uptime() * 1000, total, say: said });
}
