import { DigitflowError, describeError, type ErrorCode, safeText } from '../errors.js';

/** What is wrong with a request: a status of HTTP, and one line that says where, what was expected and what was found. */
export class RequestFault extends Error {
  override readonly name = 'RequestFault';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** How long who comes too early is asked to wait, in seconds. */
export const RETRY_AFTER_SECONDS = 1;

/** Why who left gets no reply. */
export const GONE = 'the connection was closed';
/** There is nothing wrong with the request, and later it may be taken. */
const LATER: readonly ErrorCode[] = ['QUEUE_FULL', 'POOL_CLOSED', 'THREAD_LIMIT'];
const USAGE = 2;
const BAD_DATA = 65;

/** The status and the one line that answer an error: what is ours is a 500, and says no more than that. */
export function faultOf(error: unknown): RequestFault {
  if (error instanceof RequestFault) return error;
  const { message, exitCode } = describeError(error);
  if (error instanceof DigitflowError && LATER.includes(error.code)) return new RequestFault(503, message);
  if (error instanceof DigitflowError && (exitCode === BAD_DATA || exitCode === USAGE))
    return new RequestFault(400, message);
  const { statusCode } = Object(error) as { readonly statusCode?: unknown };
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500 && error instanceof Error)
    return new RequestFault(statusCode, error.message);
  return new RequestFault(
    500,
    'the request could not be answered; this is a fault of the server, see its log',
  );
}

/** `{"error": "…"}`, as the Open Inference Protocol has it: one line. */
export function faultJson(message: string): string {
  return JSON.stringify({ error: safeText(message) });
}
