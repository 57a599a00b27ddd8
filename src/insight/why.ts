import type { Network } from '../network/network.js';
import { type Attribution, attribute } from './attribution.js';
import { type SmallestChange, smallestChange } from './counterfactual.js';

/** What to explain. */
export interface WhyTask extends Pick<Network, 'layers'> {
  /** `(height * width)` float64. */
  readonly brightness: Float64Array;
  /** The brightness of a black and of a white pixel. */
  readonly black: number;
  readonly white: number;
  /** The class whose output is explained. */
  readonly target: number;
}

/** Why the network predicts a class. */
export interface Why {
  /** What every pixel contributes. */
  readonly attribution: Attribution;
  /** The fewest pixels found that change the prediction when they are set to white; null where none do. */
  readonly brightening: SmallestChange | null;
  /** The same, when they are set to black. */
  readonly erasing: SmallestChange | null;
}

/** Explains a verdict. It takes a tenth of a second for a few neurons, and minutes for thousands. */
export function whyOf({ layers, brightness, black, white, target }: WhyTask): Why {
  const baseline = new Float64Array(brightness.length).fill(black);
  return {
    attribution: attribute({ layers }, brightness, baseline, target),
    brightening: smallestChange({ layers }, brightness, white),
    erasing: smallestChange({ layers }, brightness, black),
  };
}
