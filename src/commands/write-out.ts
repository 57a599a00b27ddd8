import { DigitflowError } from '../errors.js';

/**
 * Writes to stdout and waits until it is out. Whoever reads us may stop at any time: that is no error.
 *
 * @throws DigitflowError OUTPUT_WRITE for anything else that goes wrong, such as a full disk
 */
export async function writeOut(text: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    process.stdout.write(text, (error) => {
      if (!error || (error as NodeJS.ErrnoException).code === 'EPIPE') resolve();
      else
        reject(
          new DigitflowError('OUTPUT_WRITE', `stdout: cannot write: ${error.message}`, { cause: error }),
        );
    });
  });
}
