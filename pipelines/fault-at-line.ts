import { DigitflowError, type ErrorCode } from '../src/errors.js';
import type { RowPlace } from '../src/outputs/scored-rows.js';

/** What these tell of is the row that would come next. */
const OF_THE_NEXT_ROW: readonly ErrorCode[] = ['CSV_ROW_TOO_LONG', 'CSV_GARBAGE'];

/**
 * Says at which line a fault is that follows the rows of a batch. Who cuts text at a line end does not count lines: it is
 * known only here.
 */
export function faultAtLine(fault: DigitflowError, { name, endLine }: RowPlace): DigitflowError {
  if (!fault.message.startsWith(`${name}: `)) return fault;
  const where = OF_THE_NEXT_ROW.includes(fault.code) ? `line ${endLine + 1}` : `behind line ${endLine}`;
  const message = `${name}: ${where}: ${fault.message.slice(name.length + 2)}`;
  return new DigitflowError(fault.code, message, { cause: fault.cause });
}
