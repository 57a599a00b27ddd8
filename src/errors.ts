/**
 * The exit code of the command line for each stable error code (the classes of sysexits.h):
 * 2 usage, 65 bad data, 66 no such input, 70 our own fault, 74 I/O.
 */
const EXIT_CODES = {
  USAGE: 2,
  MEMORY_LIMIT: 2,
  THREAD_LIMIT: 2,
  WASM_MISSING: 2,
  PEER_MISSING: 2,

  IDX_EMPTY: 65,
  IDX_MAGIC: 65,
  IDX_IS_GZIP: 65,
  IDX_SWAPPED: 65,
  IDX_TYPE: 65,
  IDX_SHAPE: 65,
  IDX_OVERFLOW: 65,
  IDX_TRUNCATED: 65,
  IDX_TRAILING_BYTES: 65,
  IDX_COUNTS_DIFFER: 65,
  IDX_PIXEL: 65,
  CSV_BINARY: 65,
  CSV_ENCODING: 65,
  CSV_EMPTY: 65,
  CSV_COLUMNS: 65,
  CSV_SCALE: 65,
  GZIP_BROKEN: 65,
  READING_UNCLEAR: 65,
  LABEL_OUT_OF_RANGE: 65,
  LABEL_NOT_ONE_HOT: 65,
  LABEL_SHAPE: 65,
  NPY_HEADER: 65,
  NPY_TYPE: 65,
  NPY_SHAPE: 65,
  NPY_SWAPPED: 65,
  NPY_TRUNCATED: 65,
  NPY_TRAILING_BYTES: 65,
  NPY_PIXEL: 65,
  NPY_FORTRAN: 65,
  NPZ_ARRAYS: 65,
  SLICE_VALUES: 65,
  DRIFT_REFERENCE: 65,
  ZIP_BROKEN: 65,
  LABELS_MISSING: 65,
  LABEL_AMBIGUOUS: 65,
  CSV_ROW: 65,
  CSV_ROW_TOO_LONG: 65,
  CSV_GARBAGE: 65,
  CSV_TOO_MANY_ERRORS: 65,
  INPUT_SIZE: 65,
  SERVER_ANSWER: 65,
  IMAGE_FORMAT: 65,
  PNG_BROKEN: 65,
  JPEG_BROKEN: 65,
  NETWORK_FILE: 65,
  FILM_FILE: 65,
  PLAN_FILE: 65,
  VERDICTS_FILE: 65,
  BASELINE_FILE: 65,
  BASELINE_MISMATCH: 65,
  CHECKPOINT_MISMATCH: 65,
  RESUME_MISMATCH: 65,
  SHARD_BROKEN: 65,
  SHARD_MISMATCH: 65,
  INPUT_CHANGED: 65,
  DIVERGED: 65,
  QUEUE_RUN_OTHER: 65,
  SHARDS_FAILED: 65,

  INPUT_MISSING: 66,
  SHARD_MISSING: 66,
  QUEUE_RUN_MISSING: 66,

  POOL_START: 70,
  POOL_CLOSED: 70,
  POOL_BUSY: 70,
  POOL_STOPPED: 70,
  QUEUE_FULL: 70,
  WORKER_FAILED: 70,
  BATCH_RELEASED: 70,
  BUILD_INCOMPLETE: 70,
  NETWORK_TOO_LARGE: 65,

  INPUT_READ: 74,
  OUTPUT_WRITE: 74,
  OUTPUT_BUSY: 74,
  LISTEN_FAILED: 74,
  QUEUE_UNREACHABLE: 74,
  SHARD_TIMEOUT: 74,
} as const;

/** A stable, documented name of what went wrong; it never changes its meaning. */
export type ErrorCode = keyof typeof EXIT_CODES;

/**
 * The one class of errors that digitflow raises on purpose.
 *
 * The message is one line: where, what was expected, what was found, what to do.
 */
export class DigitflowError extends Error {
  override readonly name = 'DigitflowError';
  /** The stable name of what went wrong. */
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  /** The exit code of a process that ends with this error. */
  get exitCode(): number {
    return EXIT_CODES[this.code];
  }
}

const OWN_FAULT = 70;

/** What an error says. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** An error in words: its code, `INTERNAL` where it is not one of ours, and one sentence; and a process's exit code. */
export function describeError(error: unknown): {
  readonly code: ErrorCode | 'INTERNAL';
  readonly message: string;
  readonly exitCode: number;
} {
  const ours = error instanceof DigitflowError ? error : forbidden(error);
  if (ours) return { code: ours.code, message: ours.message, exitCode: ours.exitCode };
  return {
    code: 'INTERNAL',
    message: `${reasonOf(error)} (this is a fault of digitflow; please report it, with --debug)`,
    exitCode: OWN_FAULT,
  };
}

/** What Node's permission model or the system forbids is thrown anywhere: also where a file is only looked for, or code loaded. */
function forbidden(error: unknown): DigitflowError | undefined {
  const code = errorCode(error);
  const { permission, resource, path } = Object(error) as {
    permission?: string;
    resource?: string;
    path?: string;
  };
  const isWrite = permission === 'FileSystemWrite';
  const advice = adviceOn(code, isWrite ? '--allow-fs-write' : '--allow-fs-read');
  if (advice === undefined) return undefined;
  const message = `${resource ?? path}: could not be ${isWrite ? 'written' : 'read'} (${code}); ${advice}`;
  return new DigitflowError(isWrite ? 'OUTPUT_WRITE' : 'INPUT_READ', message, { cause: error });
}

const MISSING = new Set(['ENOENT', 'ENOTDIR']);

/** What went wrong when an input was opened or read: INPUT_MISSING, INPUT_READ, or an error that is ours already. */
export function inputError(error: unknown, name: string): DigitflowError {
  if (error instanceof DigitflowError) return error;
  const code = errorCode(error);
  if (code !== undefined && MISSING.has(code)) return missingInput(name, { cause: error });
  const reason = code ?? reasonOf(error);
  const advice =
    adviceOn(code, '--allow-fs-read') ??
    (code === 'EACCES' || code === 'EPERM' ? 'check its permissions' : 'check the source and try again');
  return new DigitflowError('INPUT_READ', `${name}: could not be read (${reason}); ${advice}`, {
    cause: error,
  });
}

/** What to do where it is not the file that is at fault, but what the process may do; `flag` is Node's, to allow it. */
export function adviceOn(code: string | undefined, flag: string): string | undefined {
  if (code === 'EMFILE' || code === 'ENFILE')
    return 'too many files are open; raise the limit (ulimit -n), or ask for fewer workers';
  if (code === 'ERR_ACCESS_DENIED') return `Node's permission model forbids it; allow it (${flag})`;
  return undefined;
}

/** The `INPUT_MISSING` error of a path that does not exist. */
export function missingInput(name: string, options?: ErrorOptions): DigitflowError {
  // A query may be a secret.
  const message = isUrl(name)
    ? `${name.replace(/\?.*/s, '')}: expected a path, found a URL; ${fetching(name)}`
    : `${name}: no such file or folder; check the path, or give - to read stdin`;
  return new DigitflowError('INPUT_MISSING', message, options);
}

/** Whether a path looks like the address of something elsewhere. */
export function isUrl(path: string): boolean {
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(path);
}

/** How to get what a URL stands for. */
function fetching(url: string): string {
  if (/^file:/i.test(url)) return 'give the path alone';
  if (!/^(?:https?|ftp):/i.test(url) || url.includes('?'))
    return 'fetch it first, and give the path of the file';
  // These addresses are of a page about the file.
  const file = url
    .replace(/^(https:\/\/github\.com\/[^/]+\/[^/]+\/)blob\//i, '$1raw/')
    .replace(/^(https:\/\/huggingface\.co\/.+?\/)blob\//i, '$1resolve/');
  return `fetch it first, with curl -LO '${file.replaceAll("'", '%27')}', and give the path of the file`;
}

/** The code that Node gave an error. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/**
 * A value from outside in a one-line message: as JSON, cut after 60 characters, so that a file can neither break the line
 * nor steer the terminal.
 */
export function quoteValue(value: unknown): string {
  // Of a long text no more is needed.
  const json = JSON.stringify(typeof value === 'string' ? value.slice(0, 100) : value) ?? 'nothing';
  return safeText(json.length > 60 ? `${json.slice(0, 60)}…` : json);
}

/**
 * Control characters, what ends a line or a paragraph, marks that turn the direction of writing, halves of surrogates. A string:
 * to read a pattern of such classes takes V8 longer than all other patterns, and most text is plain.
 */
const UNSAFE = String.raw`[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]`;
const PLAIN = /^[ -~]*$/;
const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * Text from outside, made safe to show in a terminal or on a page: what would break its line, steer the terminal or turn
 * its letters around shows as an escape, such as `\u001b`.
 */
export function safeText(text: string): string {
  if (PLAIN.test(text)) return text;
  const escaped = (c: string) => SHORT[c] ?? `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return text.replace(new RegExp(UNSAFE, 'gu'), escaped);
}
