import { checkPlace, type NeuronPlace } from '../src/insight/neuron-arithmetic.js';
import { type NeuronReport, neuronReport } from '../src/insight/neuron-report.js';
import type { Picture } from '../src/views/picture.js';
import { type LookHead, type LookOptions, openLook, pictureAt } from './look.js';

/** Which neuron to look at, in which network, with which images. */
export interface LookNeuronOptions extends LookOptions {
  readonly neuron: NeuronPlace;
  /** How many of the images that light it most to show, and as many that light it least, from 0 up. Default 5. */
  readonly count?: number | undefined;
}

/** A view of one neuron. */
export interface NeuronView extends LookHead {
  readonly neuron: NeuronReport;
  /** The images of `neuron.lightsMost` and of `neuron.lightsLeast`, as the network sees them. */
  readonly pictures: { readonly most: readonly Picture[]; readonly least: readonly Picture[] };
}

/**
 * Looks at one neuron of a network.
 *
 * @throws DigitflowError USAGE for a neuron that is not there; what `openModel` and the source of images throw.
 */
export async function lookNeuron(options: LookNeuronOptions): Promise<NeuronView> {
  const place = options.neuron;
  const { network, images, head } = await openLook(options, (opened) => checkPlace(opened, place));
  const neuron = neuronReport(network, images, place, options.count ?? 5);
  const pictures = (of: NeuronReport['lightsMost']) =>
    of.map(({ index }) => pictureAt(images, network.image, index));
  return {
    ...head,
    neuron,
    pictures: { most: pictures(neuron.lightsMost), least: pictures(neuron.lightsLeast) },
  };
}
