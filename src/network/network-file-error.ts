import { DigitflowError } from '../errors.js';

/** What to do about a file whose bytes contradict themselves. */
export const EXPORT_AGAIN = 'the file is damaged or no safetensors file: export or download it again';

/** A NETWORK_FILE error in the house's one-line form: where, what was expected, what was found, what to do. */
export function networkFileError(where: string, expected: string, found: string, advice: string) {
  return new DigitflowError('NETWORK_FILE', `${where}: expected ${expected}, found ${found}; ${advice}`);
}

/**
 * A value from a file, fit for a one-line message: as JSON, cut after 60 characters, with control characters
 * escaped, so that a file can neither break the line nor steer the terminal.
 */
export function shown(value: unknown): string {
  const json = JSON.stringify(value) ?? 'nothing';
  const short = json.length > 60 ? `${json.slice(0, 60)}…` : json;
  return short.replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
