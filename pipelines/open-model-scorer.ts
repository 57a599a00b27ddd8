import { openScorer, type Scorer, type ScorerOptions } from '../src/engine/open-scorer.js';
import type { Model } from '../src/inputs/models/open-model.js';

/** What scores on a network: our kernel, or what runs it in our place. Throws what `openScorer` throws. */
export async function openModelScorer(
  { network, runtime }: Pick<Model, 'network' | 'runtime'>,
  options: ScorerOptions,
): Promise<Scorer> {
  if (runtime === undefined) return openScorer(network, options);
  const { openSessionScorer } = await import('../src/engine/runtime/session-scorer.js');
  return openSessionScorer(network, runtime.session, options);
}
