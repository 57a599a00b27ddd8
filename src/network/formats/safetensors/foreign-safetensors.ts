import type { FoundNetwork, ReadNetworkFile } from '../found-network.js';
import { isOfTraining } from '../named/tensor-roles.js';
import { layersOf } from '../named-tensors.js';
import { OWN_KEYS } from './network-file.js';
import { readSafetensors } from './safetensors.js';

/** Reads a safetensors file that a stranger wrote: names and shapes are all that it says. */
export const readNetworkFile: ReadNetworkFile = (bytes, name): FoundNetwork => {
  const { tensors, metadata } = readSafetensors(bytes, name, isOfTraining);
  const named = Array.from(tensors, ([tensor, { shape, values }]) => ({ name: tensor, shape, values }));
  // What a stranger calls image need not be what we mean by it.
  const provenance = Array.from(metadata, ([key, text]) => [
    OWN_KEYS.includes(key) ? `original ${key}` : key,
    text,
  ]);
  return {
    title: 'safetensors',
    ...layersOf(named, name),
    ...{ image: null, normalization: null, rescaling: null, classes: null },
    provenance: Object.fromEntries(provenance),
  };
};
