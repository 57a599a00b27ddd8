import type { EvaluationTallyOptions } from '../src/counting/evaluation-tally.js';
import { areProbabilities } from '../src/network/activations.js';
import type { Network } from '../src/network/network.js';

/** What is counted when a network is evaluated. */
export function countingOptions(
  network: Network,
  { mistakes = 10 }: { readonly mistakes?: number | undefined },
): EvaluationTallyOptions {
  const outputsAreProbabilities = areProbabilities(network.layers[network.layers.length - 1].activation);
  return { classes: network.classes.length, mistakes, outputsAreProbabilities };
}
