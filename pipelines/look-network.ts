import { type NetworkReport, networkReport } from '../src/insight/network-report.js';
import { type LookHead, type LookOptions, openLook } from './look-images.js';

/** All that is to be seen of a network as a whole. */
export interface NetworkView extends LookHead {
  readonly network: NetworkReport;
}

/**
 * Looks at a whole network: its layers and numbers, and what each neuron is worth on labelled images.
 *
 * @throws DigitflowError what `openModel` and the source of images throw.
 */
export async function lookNetwork(options: LookOptions = {}): Promise<NetworkView> {
  const { network, images, head } = await openLook(options);
  return { ...head, network: networkReport(network, images) };
}
