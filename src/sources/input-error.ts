import { DigitflowError } from '../errors.js';

const MISSING = new Set(['ENOENT', 'ENOTDIR']);

/**
 * Says what went wrong when an input was opened or read, in terms of the input's name.
 *
 * `INPUT_MISSING` when there is no such path, `INPUT_READ` for everything else; an error that is ours already
 * passes unchanged.
 */
export function inputError(error: unknown, name: string): DigitflowError {
  if (error instanceof DigitflowError) return error;
  const code = errorCode(error);
  if (code !== undefined && MISSING.has(code)) return missingInput(name, { cause: error });
  const reason = code ?? (error instanceof Error ? error.message : String(error));
  const advice =
    code === 'EACCES' || code === 'EPERM' ? 'check its permissions' : 'check the source and try again';
  return new DigitflowError('INPUT_READ', `${name}: could not be read (${reason}); ${advice}`, {
    cause: error,
  });
}

/** The `INPUT_MISSING` error of a path that does not exist. */
export function missingInput(name: string, options?: ErrorOptions): DigitflowError {
  const message = `${name}: no such file or folder; check the path, or give - to read stdin`;
  return new DigitflowError('INPUT_MISSING', message, options);
}

function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
