import { createRandom } from '../network/random.js';
import type { TrainingOptions } from './options.js';
import type { ParameterLayout } from './parameter-layout.js';

/**
 * Writes the first weights of a run: Glorot and Bengio's uniform ones (±√(6 / (inputs + outputs))), four times as wide
 * for sigmoids, whose slope at 0 is a quarter of tanh's, and for hidden ReLUs He's (±√(6 / inputs)); biases are 0. A
 * pixel that no image has lit gets weights of 0: training could not tell what they should be.
 *
 * @param parameters `(shape.bytes / 4)` f32, zeros
 * @param everLit `(inputs)` 0 for a pixel that no image has lit
 * @param seed of this run alone
 */
export function writeInitialWeights(
  parameters: Float32Array,
  shape: ParameterLayout,
  everLit: Uint8Array,
  { activation, output }: Pick<TrainingOptions, 'activation' | 'output'>,
  seed: number,
): void {
  const random = createRandom(seed);
  shape.layers.forEach(({ inputs, outputs, paddedOutputs, weights }, index) => {
    const name = index === shape.layers.length - 1 ? output : activation;
    const gain = name === 'sigmoid' ? 4 : 1;
    const bound = gain * Math.sqrt(6 / (name === 'relu' ? inputs : inputs + outputs));
    for (let input = 0; input < inputs; input++) {
      for (let n = 0; n < outputs; n++) {
        const weight = (2 * random.uniform() - 1) * bound;
        parameters[weights / 4 + input * paddedOutputs + n] = index > 0 || everLit[input] ? weight : 0;
      }
    }
  });
}
