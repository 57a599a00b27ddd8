import type { Evaluation, EvaluationContext } from '../src/counting/evaluation.js';
import type { IdxSource } from '../src/inputs/idx-source.js';
import { knownDataset } from '../src/inputs/known-datasets.js';
import type { Model } from '../src/inputs/open-model.js';
import { layerSizes, lossOf, type Network, parameterCount } from '../src/network/network.js';
import { describeNormalization, type Normalization } from '../src/network/normalization.js';
import type { OpenedInput } from '../src/outputs/score-options.js';

/** What a report says of its input, once the input was read: only then are its digests known. */
export function describeEvaluation(
  model: Model,
  data: Evaluation['data'],
  normalization: Normalization,
): Omit<EvaluationContext, 'workers' | 'seconds' | 'partial'> {
  return {
    model: describeModel(model),
    data,
    classes: model.network.classes,
    normalization: describeNormalization(normalization),
    lossName: lossOf(model.network),
  };
}

function describeModel({ network, name, sha256 }: Model): Evaluation['model'] {
  return {
    name,
    sha256,
    layers: layerSizes(network),
    activations: network.layers.map((layer) => layer.activation),
    parameters: parameterCount(network),
  };
}

/** The images and labels of IDX files. */
export function describeData({ format, files }: IdxSource): Evaluation['data'] {
  const present = [files.images, ...(files.labels ? [files.labels] : [])];
  return {
    name: format.imagesName,
    dataset: knownDataset(files.images.sha256, files.labels?.sha256)?.name ?? null,
    files: present.map(({ name, sha256 }) => ({ path: name, sha256 })),
    height: format.height,
    width: format.width,
  };
}

/** The rows of a CSV. */
export function describeRows(
  { name, guesses }: OpenedInput,
  { image }: Pick<Network, 'image'>,
  sha256: string | null,
): Evaluation['data'] {
  const { height, width } = image;
  return { name, dataset: null, files: [{ path: name, sha256 }], height, width, dialect: guesses };
}
