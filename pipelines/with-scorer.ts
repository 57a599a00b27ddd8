import type { Scorer } from '../src/engine/scorer.js';

/** Uses a scorer, and closes it however that ends; where it fails, what has not begun is left. */
export async function withScorer<S extends Pick<Scorer, 'stop' | 'close'>, T>(
  scorer: S,
  use: (scorer: S) => Promise<T>,
): Promise<T> {
  try {
    return await use(scorer);
  } catch (error) {
    scorer.stop();
    throw error;
  } finally {
    await scorer.close();
  }
}
