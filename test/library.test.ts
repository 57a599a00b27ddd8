import { describe, expect, test } from 'vitest';
import * as insight from '../src/entries/insight-api.js';
import { brightnessOf } from '../src/entries/network-api.js';
import { openModel } from '../src/index.js';

describe('the library', () => {
  test('looks inside a network without the command line', async () => {
    const { network } = openModel('sigmoid');
    const random = new Uint8Array(20 * 784).map((_, i) => (i * 7919) % 256);
    const images: insight.ImageSet = {
      count: 20,
      pixels: random,
      labels: null,
      normalization: network.normalization,
    };
    const [outputs] = insight.runImages(network, images).slice(-1);
    const first = brightnessOf(random.subarray(0, 784), network.normalization, network.image);
    const explanation = insight.explain(network, first);
    expect(Array.from(outputs.values.subarray(0, 10))).toEqual(Array.from(explanation.layers[2].values));

    const changed = insight.changeNetwork(network, [{ kind: 'silence', layer: 1, neuron: 3 }]);
    const found = insight.whatIf(network, images, { changes: [{ kind: 'silence', layer: 1, neuron: 3 }] });
    const [ablation] = insight.ablate(network, images, [{ layer: 1, neuron: 3 }]);
    expect(changed.silenced).toEqual([{ layer: 1, neuron: 3 }]);
    expect(found.changed).toBe(ablation.changed);
    expect(insight.networkReport(network, images).neurons[3].changed).toBe(ablation.changed);
    expect(insight.neuronReport(network, images, { layer: 1, neuron: 3 }).effect?.changed).toBe(
      ablation.changed,
    );
  });

  test('has every view in one call, and as text and JSON', async () => {
    const neuron = await insight.lookNeuron({ neuron: { layer: 1, neuron: 3 }, limit: 50, count: 1 });
    const network = await insight.lookNetwork({ limit: 50 });
    const whatIf = await insight.lookWhatIf({ feed: 'noise', limit: 50 });
    const rectangle = { x: 8, y: 7, width: 12, height: 3 };
    const detector = await insight.lookDetector({ rectangle, limit: 50 });
    const options = { color: 0, width: 80, unicode: true } as const;
    expect(insight.renderNeuronReport(neuron, options)).toContain('Neuron 1:3 of sigmoid');
    expect(insight.renderNetwork(network, options)).toContain('13,002 parameters');
    expect(insight.renderWhatIf(whatIf, options)).toContain('fed: noise (seed 1)');
    expect(insight.renderDetector(detector, options)).toContain('36 positive weights');
    const schemas = [
      insight.lookNeuronJson(neuron),
      insight.lookNetworkJson(network),
      insight.lookWhatIfJson(whatIf),
      insight.lookDetectorJson(detector),
    ].map((json) => JSON.parse(json).schema);
    expect(schemas).toEqual(
      ['neuron', 'network', 'what-if', 'detector'].map((view) => `digitflow.look-${view}/1`),
    );
  });
});
