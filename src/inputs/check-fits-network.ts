import { DigitflowError } from '../errors.js';
import type { ImageSize, Network } from '../network/network.js';

/**
 * Makes sure that a network can take images of a size: as many pixels as it has inputs.
 *
 * @param format The images' size, and what to call them in the error.
 * @throws DigitflowError `INPUT_SIZE`.
 */
export function checkFitsNetwork(
  format: ImageSize & { readonly imagesName: string },
  network: Pick<Network, 'image'>,
): void {
  const { height, width } = network.image;
  const expected = height * width;
  const found = format.height * format.width;
  if (found === expected) return;
  throw new DigitflowError(
    'INPUT_SIZE',
    `${format.imagesName}: expected images of ${expected} pixels (${height} x ${width}) for this network, ` +
      `found ${found} (${format.height} x ${format.width}); resize the images or give another network`,
  );
}
