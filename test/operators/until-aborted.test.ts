import { expect, test, vi } from 'vitest';
import { unlessAborted } from '../../src/operators/until-aborted.js';

test('what fails after the signal came is no unhandled rejection', async () => {
  const onUnhandled = vi.fn();
  process.on('unhandledRejection', onUnhandled);
  const reason = new Error('left');
  const leaving = new AbortController();
  const failing = () => new Promise<never>((_, reject) => setTimeout(() => reject(new Error('late')), 5));
  const early = unlessAborted(failing(), leaving.signal);
  leaving.abort(reason);
  await expect(early).rejects.toBe(reason);
  await expect(unlessAborted(failing(), leaving.signal)).rejects.toBe(reason);
  await new Promise((resolve) => setTimeout(resolve, 20));
  process.off('unhandledRejection', onUnhandled);
  expect(onUnhandled).not.toHaveBeenCalled();
});
