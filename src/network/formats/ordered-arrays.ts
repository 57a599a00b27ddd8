import { quoteValue, safeText } from '../../errors.js';
import { type NamedTensor, networkFileError } from './found-network.js';

const MOST_SHOWN = 8;

/**
 * Names arrays whose order says what they are, for `layersOf`: the nth vector is the bias of the nth matrix, whichever comes
 * first.
 *
 * @throws DigitflowError NETWORK_FILE where there are vectors, but not one for each matrix
 */
export function byOrder(arrays: readonly NamedTensor[], fileName: string): NamedTensor[] {
  const isVector = ({ shape }: NamedTensor) => shape.filter((size) => size !== 1).length < 2;
  const [weights, biases] = [arrays.filter((array) => !isVector(array)), arrays.filter(isVector)];
  if (biases.length !== 0 && biases.length !== weights.length) {
    const some = arrays.slice(0, MOST_SHOWN);
    const shapes = some.map(({ name, shape }) => `${safeText(name).slice(0, 60)} ${quoteValue(shape)}`);
    const more = arrays.length > MOST_SHOWN ? ', …' : '';
    const expected = 'a vector of biases for each matrix of weights, or none';
    const found = `${weights.length} matrices and ${biases.length} vectors (${shapes.join(', ')}${more})`;
    const advice = 'save the weights alone, by names such as W1, b1, W2, b2';
    throw networkFileError(fileName, expected, found, advice);
  }
  // Not `weight`: that would say that a row is a neuron, as PyTorch has it.
  return [
    ...weights.map(({ shape, values }, l) => ({ name: `layers.${l}.W`, shape, values })),
    ...biases.map(({ values }, l) => ({ name: `layers.${l}.b`, shape: [values.length], values })),
  ];
}
