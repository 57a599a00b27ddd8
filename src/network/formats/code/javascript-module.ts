import type { ActivationName } from '../../activations.js';
import { layerSizes } from '../../network.js';
import { asFloat32, type WriteNetworkFile } from '../found-network.js';
import { float32Text, wrapped } from './number-text.js';

/** Functions of JavaScript from the sums of a layer to its activations. */
const ACTIVATIONS: Readonly<Record<ActivationName, string>> = {
  identity: '(z) => z',
  sigmoid: '(z) => z.map((x) => 1 / (1 + Math.exp(-x)))',
  relu: '(z) => z.map((x) => Math.max(0, x))',
  tanh: '(z) => z.map(Math.tanh)',
  softmax: `(z) => {
  const largest = z.reduce((most, x) => Math.max(most, x));
  const powers = z.map((x) => Math.exp(x - largest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}`,
};

/**
 * Writes a network as a module of JavaScript that needs nothing: for a page, or any program. Pixels are given row by row, as one
 * sees them, whatever way the files of its images are stored.
 */
export const writeNetworkFile: WriteNetworkFile = (network) => {
  const { layers, image, normalization, classes } = network;
  const { height, width } = image;
  const used = new Set(layers.map(({ activation }) => activation));
  const functions = Object.entries(ACTIVATIONS).filter(([name]) => used.has(name as ActivationName));
  const offset = normalization.offset === 0 ? '' : ` + ${normalization.offset}`;
  const texts = layers.map(
    ({ inputs, outputs, activation, weights, biases }, l) => `  {
    inputs: ${inputs},
    outputs: ${outputs},
    activate: ${activation},
    weights: ${arrayOf(weights, `layer ${l + 1}: weights`)},
    biases: ${arrayOf(biases, `layer ${l + 1}: biases`)},
  },
`,
  );
  const module = `/** A network of dense layers, ${layerSizes(network).join('-')}, written by digitflow. */

/** Height and width of an image, in pixels. */
export const image = { height: ${height}, width: ${width} };

/** The name of each output. */
export const classes = ${JSON.stringify(classes).replaceAll('<', '\\u003c')};

/**
 * The outputs for an image, as many as there are classes.
 *
 * @param {ArrayLike<number>} pixels ${height * width}, row by row, 0 to 255
 * @returns {Float64Array}
 */
export function predict(pixels) {
  if (pixels.length !== ${height * width}) {
    throw new RangeError(\`expected ${height * width} pixels, found \${pixels.length}\`);
  }
  let a = new Float64Array(pixels.length);
  for (let i = 0; i < a.length; i++) a[i] = pixels[i] * ${normalization.scale}${offset};
  for (const { inputs, outputs, weights, biases, activate } of layers) {
    const z = new Float64Array(outputs);
    for (let n = 0, at = 0; n < outputs; n++) {
      let sum = biases[n];
      for (let i = 0; i < inputs; i++) sum += weights[at++] * a[i];
      z[n] = sum;
    }
    a = activate(z);
  }
  return a;
}

${functions.map(([name, body]) => `const ${name} = ${body};\n`).join('')}
/** Row n of the weights, of as many numbers as there are inputs, belongs to neuron n. */
const layers = [
${texts.join('')}];
`;
  return new TextEncoder().encode(module);
};

/** Few digits where float32 holds all of the numbers; all digits where it does not. */
function arrayOf(values: Float64Array, where: string): string {
  const rounded = asFloat32(values, where);
  const isHeld = rounded.every((value, index) => Object.is(value, values[index]));
  const items = isHeld
    ? Array.from(rounded, float32Text)
    : Array.from(values, (value) => (Object.is(value, -0) ? '-0' : `${value}`));
  return `new ${isHeld ? 'Float32Array' : 'Float64Array'}([\n${wrapped(items, '    ')}    ])`;
}
