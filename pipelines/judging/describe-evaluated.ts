import type { Evaluation } from '../../src/counting/evaluation.js';
import type { Input } from '../../src/inputs/input.js';
import { knownDataset } from '../../src/inputs/known-datasets.js';
import type { Model } from '../../src/inputs/models/open-model.js';
import { layerSizes, parameterCount } from '../../src/network/network.js';

/** What a report says of a network. */
export function describeModel({ network, name, sha256, found, runtime }: Model): Evaluation['model'] {
  const own = {
    activations: network.layers.map((layer) => layer.activation),
    parameters: parameterCount(network),
  };
  const apart = runtime && {
    activations: [],
    parameters: runtime.parameters,
    runtime: 'onnxruntime' as const,
  };
  return {
    ...{ name, sha256, layers: layerSizes(network), ...(apart ?? own) },
    ...(found === undefined ? {} : { found }),
  };
}

/** What a report says of its input, after it was read: only then are its digests known. */
export async function describeData(input: Input, isComplete: boolean): Promise<Evaluation['data']> {
  const { name, image, guesses } = input;
  const files = await input.files(isComplete);
  return {
    name,
    dataset: knownDataset(files[0].sha256, files[1]?.sha256)?.name ?? null,
    files: files.map((file) => ({ path: file.name, sha256: file.sha256 })),
    height: image.height,
    width: image.width,
    ...(guesses.length > 0 ? { dialect: guesses } : {}),
  };
}
