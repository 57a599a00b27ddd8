import { get as getPlain, type IncomingMessage, STATUS_CODES } from 'node:http';
import { get as getSecure } from 'node:https';
import { DigitflowError, errorCode, reasonOf } from '../../errors.js';

/** What may pass if it is tried again: a busy server, a connection that was cut. Its message is a reason, no sentence. */
export class PassingFault extends Error {
  /** How long the server asks to wait, in milliseconds. */
  readonly waitMs: number;

  constructor(reason: string, waitMs = 0, options?: ErrorOptions) {
    super(reason, options);
    this.waitMs = waitMs;
  }
}

/** What is to be asked. */
export interface WebRequest {
  readonly url: URL;
  /** What to call it in an error. */
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
  /** How long a server may say nothing, in milliseconds. */
  readonly stallMs: number;
  /** Ends the request, and the body of its answer. */
  readonly signal: AbortSignal;
}

const MOST_REDIRECTS = 10;
const REDIRECTS = [301, 302, 303, 307, 308];
const MISSING = [404, 410];
const REFUSED = [401, 403, 407];
const BUSY = [408, 425, 429, 500, 502, 503, 504];
export const IN_PART = 206;
export const NO_SUCH_RANGE = 416;

/** Content that is known by its first bytes; aws-chunked says nothing of how it is stored. */
const ENCODINGS = /^(?:(?:identity|gzip|x-gzip|aws-chunked)(?:\s*,\s*|$))*$/i;

/**
 * Asks a server, follows where it leads, and gives its answer: all of the file, a part of it, or that it has no such part. Not
 * by `fetch`, which unpacks what is stored with a content encoding: its bytes could not be counted then.
 *
 * @throws DigitflowError INPUT_MISSING, SERVER_ANSWER
 * @throws PassingFault
 */
export async function askServer(request: WebRequest): Promise<IncomingMessage> {
  const { name } = request;
  let { url } = request;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const response = await getOnce({ ...request, url });
    const { statusCode: status = 0, headers } = response;
    if (!REDIRECTS.includes(status)) {
      const fault = faultOf(response, name) ?? encodingFault(response, name);
      if (fault === null) return response;
      response.destroy();
      throw fault;
    }
    response.destroy();
    const { location } = headers;
    const next = location && URL.canParse(location, url.href) ? new URL(location, url) : null;
    if (next === null || !/^https?:$/.test(next.protocol)) {
      const found = next === null ? 'none' : `one of ${next.protocol}`;
      throw unfit(name, `an http or https address to go on at (${status})`, found, 'check the URL');
    }
    url = next;
  }
  throw unfit(
    name,
    `at most ${MOST_REDIRECTS} redirects`,
    `more, the last to ${url.origin}${url.pathname}`,
    'check the URL',
  );
}

/** The error where an answer makes no sense, or is of no use. */
export function unfit(name: string, expected: string, found: string, advice: string): DigitflowError {
  return new DigitflowError('SERVER_ANSWER', `${name}: expected ${expected}, found ${found}; ${advice}`);
}

function getOnce({ url, name, headers, stallMs, signal }: WebRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const options = { headers, signal };
    const request = url.protocol === 'https:' ? getSecure(url, options) : getPlain(url, options);
    const timer = setTimeout(() => request.destroy(new Error(silence(stallMs))), stallMs);
    request.on('response', (response) => {
      clearTimeout(timer);
      // Bytes after the announced end are an error of the request.
      request.on('error', (error) => response.destroy(error));
      resolve(response);
    });
    request.on('error', (error) => reject(signal.aborted ? error : connectionFault(error, name)));
    request.on('close', () => clearTimeout(timer));
  });
}

/** `nothing for 30 s`. */
export function silence(stallMs: number): string {
  return `nothing came for ${stallMs / 1000} s`;
}

/** What is wrong with a connection: most of it passes. */
export function connectionFault(error: unknown, name: string): Error {
  const code = errorCode(error) ?? '';
  if (code === 'ENOTFOUND')
    return new DigitflowError('INPUT_MISSING', `${name}: no such host; check the URL`, { cause: error });
  if (/CERT|ERR_TLS|UNABLE_TO_/.test(code)) {
    const advice = 'NODE_EXTRA_CA_CERTS may name a file of further authorities';
    const message = `${name}: expected a certificate that is trusted, found another (${code}); ${advice}`;
    return new DigitflowError('SERVER_ANSWER', message, { cause: error });
  }
  if (code.startsWith('HPE_'))
    return unfit(name, 'an answer as HTTP has it', `another (${reasonOf(error)})`, 'check the URL');
  // Where several addresses of a host were tried, that is the only thing it says.
  return new PassingFault(reasonOf(error) || code, 0, { cause: error });
}

/** What a status says is wrong; null where it is well. */
function faultOf({ statusCode: status = 0, headers }: IncomingMessage, name: string): Error | null {
  if (status === 200 || status === IN_PART || status === NO_SUCH_RANGE) return null;
  const words = `${status} ${STATUS_CODES[status] ?? ''}`.trim();
  if (BUSY.includes(status)) return new PassingFault(words, retryAfterMs(headers['retry-after']));
  if (MISSING.includes(status))
    return new DigitflowError('INPUT_MISSING', `${name}: no such file (${words}); check the URL`);
  if (REFUSED.includes(status)) {
    const advice = 'give a URL that may be read; a presigned one holds only for a time, so get a new one';
    return new DigitflowError('INPUT_MISSING', `${name}: the server refuses it (${words}); ${advice}`);
  }
  return unfit(name, 'the file', `the answer ${words}`, 'check the URL, or fetch the file first');
}

/** Of other encodings the first bytes tell nothing. */
function encodingFault({ headers }: IncomingMessage, name: string): Error | null {
  const encoding = headers['content-encoding'] ?? '';
  if (ENCODINGS.test(encoding)) return null;
  return unfit(
    name,
    'bytes as they are, or gzip',
    `content-encoding ${encoding}`,
    'fetch and unpack it first',
  );
}

/** Seconds, or a date. */
function retryAfterMs(text = ''): number {
  const ms = /^\d+$/.test(text.trim()) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isNaN(ms) ? 0 : Math.max(0, ms);
}
