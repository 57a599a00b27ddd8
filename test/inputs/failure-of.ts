import { DigitflowError } from '../../src/errors.js';

/** The DigitflowError that a promise or a call fails with; fails itself when there is none. */
export async function failureOf(action: () => unknown): Promise<DigitflowError> {
  try {
    await action();
  } catch (error) {
    if (error instanceof DigitflowError) return error;
    throw error;
  }
  throw new Error('expected a DigitflowError, found success');
}
