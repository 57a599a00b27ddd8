import { quoteValue, safeText } from '../../../errors.js';
import type { ActivationName } from '../../activations.js';
import { checkFinite, type FoundLayer, type FoundNetwork, networkFileError } from '../found-network.js';
import { dictOf, nameOf, PickleRecord, type PickleValue } from '../pickle/pickle-values.js';
import { findArrays, namesInArray } from './pickled-arrays.js';

/** What scikit-learn calls activations. */
const ACTIVATIONS: Readonly<Record<string, ActivationName>> = {
  ...{ identity: 'identity', logistic: 'sigmoid', tanh: 'tanh', relu: 'relu', softmax: 'softmax' },
};

/**
 * The network of a pickled MLPClassifier of scikit-learn, which says its activations and classes; null for anything else. What
 * else it keeps, such as its optimizer, is passed over.
 */
export function scikitNetwork(
  root: PickleValue,
  byteCount: number,
  fileName: string,
): Pick<FoundNetwork, 'layers' | 'classes'> | null {
  const isPerceptron =
    root instanceof PickleRecord && /^sklearn\.neural_network\..*MLPClassifier$/.test(nameOf(root));
  const attributes = isPerceptron ? dictOf(root.state) : null;
  if (attributes === null) return null;
  const arrays = (key: string) => {
    return findArrays(attributes.get(key) ?? null, byteCount, `${fileName}: ${key}`).arrays;
  };
  const [weights, biases] = [arrays('coefs_'), arrays('intercepts_')];
  const hidden = activationOf(attributes.get('activation'), `${fileName}: activation`);
  const last = activationOf(attributes.get('out_activation_'), `${fileName}: out_activation_`);
  const fail = (expected: string, found: string) =>
    networkFileError(`${fileName}: MLPClassifier`, expected, found, 'pickle it again after fit()');
  if (weights.length === 0 || weights.length !== biases.length) {
    throw fail('an intercepts_ for each of coefs_', `${weights.length} and ${biases.length}`);
  }
  const layers = weights.map(({ shape, values }, l): FoundLayer => {
    const [rows, columns] = shape;
    const before = l === 0 ? rows : weights[l - 1].shape[1];
    if (shape.length !== 2 || rows !== before || biases[l].values.length !== columns) {
      const found = `${quoteValue(shape)} with ${quoteValue(biases[l].shape)}`;
      throw fail(`coefs_[${l}] for ${before} inputs, with an intercept an output`, found);
    }
    for (const numbers of [values, biases[l].values]) checkFinite(numbers, `${fileName}: layer ${l + 1}`);
    const activation = l === weights.length - 1 ? last : hidden;
    return { weights: values, rows, columns, rowsAre: 'inputs', biases: biases[l].values, activation };
  });
  const classes = namesInArray(attributes.get('classes_') ?? null);
  const { columns } = layers[layers.length - 1];
  const isSound =
    classes?.length === columns && classes.every((name) => name !== '' && safeText(name) === name);
  return { layers, classes: isSound ? classes : null };
}

function activationOf(name: PickleValue | undefined, where: string): ActivationName {
  const found = typeof name === 'string' && Object.hasOwn(ACTIVATIONS, name) ? ACTIVATIONS[name] : null;
  if (found !== null) return found;
  const shown = quoteValue(typeof name === 'string' ? name : undefined);
  throw networkFileError(where, Object.keys(ACTIVATIONS).join(', '), shown, 'pickle it again after fit()');
}
