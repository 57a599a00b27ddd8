// Writes a network as TensorFlow.js saves it, and what TensorFlow.js makes of an image; the numbers are random.
// `npm install --no-save @tensorflow/tfjs@4 && node scripts/make-fixtures/tfjs-network.js && npm run format`
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs';

const folder = fileURLToPath(new URL('../../test/fixtures/networks/tfjs/', import.meta.url));
mkdirSync(folder, { recursive: true });

const model = tf.sequential({
  layers: [
    tf.layers.flatten({ inputShape: [4, 4, 1] }),
    tf.layers.dense({ units: 6, activation: 'relu', biasInitializer: 'randomNormal' }),
    tf.layers.batchNormalization({
      ...{ betaInitializer: 'randomNormal', gammaInitializer: 'randomNormal', epsilon: 0.01 },
      ...{ movingMeanInitializer: 'randomNormal', movingVarianceInitializer: 'randomUniform' },
    }),
    tf.layers.dropout({ rate: 0.5 }),
    tf.layers.dense({ units: 3, activation: 'softmax', biasInitializer: 'randomNormal' }),
  ],
});
// randomUniform gives numbers below 0, too.
for (const weight of model.layers[2].weights) {
  if (/variance/.test(weight.originalName)) weight.write(weight.read().abs());
}

await model.save(
  tf.io.withSaveHandler(
    async ({ modelTopology, weightSpecs, weightData, format, generatedBy, convertedBy }) => {
      const paths = ['group1-shard1of2.bin', 'group1-shard2of2.bin'];
      const bytes = new Uint8Array(weightData);
      // A shard may end within a number's array.
      writeFileSync(folder + paths[0], bytes.subarray(0, 300));
      writeFileSync(folder + paths[1], bytes.subarray(300));
      const weightsManifest = [{ paths, weights: weightSpecs }];
      const json = { format, generatedBy, convertedBy, modelTopology, weightsManifest };
      writeFileSync(`${folder}model.json`, `${JSON.stringify(json)}\n`);
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    },
  ),
);
const pixels = Array.from({ length: 16 }, (_, index) => (index * 37) % 256);
const image = tf.tensor(pixels, [1, 4, 4, 1]).div(255);
const outputs = Array.from(await model.predict(image).data());
writeFileSync(`${folder}expected.json`, `${JSON.stringify({ pixels, outputs })}\n`);
