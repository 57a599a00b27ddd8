import type { FoundNetwork, ReadNetworkFile } from '../found-network.js';
import { layersOf } from '../named-tensors.js';
import { readSafetensors } from './safetensors.js';

/** Reads a safetensors file that a stranger wrote: names and shapes are all that it says. */
export const readNetworkFile: ReadNetworkFile = (bytes, name): FoundNetwork => {
  const { tensors, metadata } = readSafetensors(bytes, name);
  const named = Array.from(tensors, ([tensor, { shape, values }]) => ({ name: tensor, shape, values }));
  return {
    title: 'safetensors',
    ...layersOf(named, name),
    ...{ image: null, normalization: null, rescaling: null, classes: null },
    provenance: Object.fromEntries(metadata),
  };
};
