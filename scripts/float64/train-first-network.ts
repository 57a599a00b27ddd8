// Trains a network in plain float64, slowly: what `digitflow train` is held against. Run it after a build, with the
// path of the file to write.
import { createHash } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';
import { readOwnNetwork, writeOwnNetwork } from '../../src/network/formats/safetensors/network-file.js';
import { mnistDataFolder } from '../mnist-data.js';
import { FIRST_NETWORK, readTestImages, readTrainingImages, trainFirstNetwork } from './first-network.js';
import { countCorrect } from './train-float64.js';

const HELD_OUT = 10_000;
const path = process.argv[2] ?? 'float64.safetensors';
const note = (line: string) => console.error(line);

const folder = mnistDataFolder();
const { network, validationCorrect } = trainFirstNetwork(
  readTrainingImages(folder),
  FIRST_NETWORK,
  HELD_OUT,
  note,
);
const bytes = writeOwnNetwork(network);
writeFileSync(`${path}.part`, bytes);
renameSync(`${path}.part`, path);

// What was written, not what was trained: the file's numbers are rounded to F32.
const { layers, normalization } = readOwnNetwork(bytes, path);
const test = readTestImages(folder);
console.log(`${path}: ${bytes.length} bytes, SHA-256 ${createHash('sha256').update(bytes).digest('hex')}`);
console.log(`validation: ${validationCorrect} of ${HELD_OUT} right`);
console.log(`test: ${countCorrect(layers, test, normalization)} of ${test.labels.length} right`);

const { weights, inputs, outputs } = layers[0];
for (let n = 0; n < outputs; n++) {
  const row = weights.subarray(n * inputs, (n + 1) * inputs).map(Math.abs);
  const largest = row.reduce((max, w) => Math.max(max, w), 0);
  const sum = row.reduce((total, w) => total + w, 0);
  console.log(
    `first layer, neuron ${n}: max |w| ${largest.toFixed(3)}, sum |w| / max |w| ${(sum / largest).toFixed(1)}`,
  );
}
