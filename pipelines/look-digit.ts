import { type Model, openModel } from '../src/inputs/open-model.js';
import { type Attribution, attribute } from '../src/insight/attribution.js';
import { type SmallestChange, smallestChange } from '../src/insight/counterfactual.js';
import { type Explanation, explain } from '../src/insight/explain.js';
import {
  checkPlace,
  type NeuronArithmetic,
  type NeuronPlace,
  neuronArithmetic,
} from '../src/insight/neuron-arithmetic.js';
import { brightnessOf } from '../src/network/feed-forward.js';
import { blackAndWhite } from '../src/network/normalization.js';
import { type DigitSpec, openDigit } from './digit-image.js';

/** What to look at. */
export interface LookDigitOptions extends DigitSpec {
  /** The name of a bundled network, or a path. Default `sigmoid`. */
  readonly model?: string | undefined;
  /** A neuron whose arithmetic is wanted. */
  readonly neuron?: NeuronPlace | undefined;
  /** True to explain the winner, or the class to explain. */
  readonly why?: number | true | undefined;
}

/** All that is to be seen of one digit in a network. */
export interface DigitView {
  readonly model: Pick<Model, 'name' | 'sha256'>;
  readonly classes: readonly string[];
  readonly name: string;
  /** What was done to a picture before the network saw it. */
  readonly done: readonly string[];
  /** What it really is, where that is known. */
  readonly truth: number | null;
  readonly height: number;
  readonly width: number;
  /** `(height * width)` float64, row by row, as the network sees it. */
  readonly brightness: Float64Array;
  /** The brightness of a black and of a white pixel. */
  readonly black: number;
  readonly white: number;
  readonly explanation: Explanation;
  readonly neuron: NeuronArithmetic | null;
  readonly why: Why | null;
}

/** Why the verdict is what it is. */
export interface Why {
  readonly attribution: Attribution;
  /** The fewest pixels to set to white, and to black, that were found to change the verdict. */
  readonly brightening: SmallestChange | null;
  readonly erasing: SmallestChange | null;
}

/**
 * Looks at one digit on its way through a network.
 *
 * @throws DigitflowError what `openModel`, `openDigit`, `neuronArithmetic` and `attribute` throw.
 */
export async function lookDigit(options: LookDigitOptions): Promise<DigitView> {
  const { network, name, sha256 } = openModel(options.model ?? 'sigmoid');
  // Told before anything is read.
  if (options.neuron !== undefined) checkPlace(network, options.neuron);
  const digit = await openDigit(options, network);
  const brightness = brightnessOf(digit.pixels, digit.normalization, network.image);
  const { black, white } = blackAndWhite(network.normalization);
  const explanation = explain(network, brightness);
  const target = options.why === true ? explanation.winner : options.why;
  return {
    model: { name, sha256 },
    classes: network.classes,
    ...{ name: digit.name, done: digit.done, truth: digit.label, ...network.image, brightness, black, white },
    explanation,
    neuron: options.neuron === undefined ? null : neuronArithmetic(network, brightness, options.neuron),
    why:
      target === undefined
        ? null
        : {
            attribution: attribute(
              network,
              brightness,
              new Float64Array(brightness.length).fill(black),
              target,
            ),
            brightening: smallestChange(network, brightness, white),
            erasing: smallestChange(network, brightness, black),
          },
  };
}
