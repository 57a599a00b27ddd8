import { describe, expect, test } from 'vitest';
import * as digitflow from '../src/index.js';

describe('the library', () => {
  test('looks inside a network without the command line', async () => {
    const { network } = digitflow.openModel('sigmoid');
    const random = new Uint8Array(20 * 784).map((_, i) => (i * 7919) % 256);
    const images: digitflow.ImageSet = {
      count: 20,
      pixels: random,
      labels: null,
      normalization: network.normalization,
    };
    const [outputs] = digitflow.runImages(network, images).slice(-1);
    const first = digitflow.brightnessOf(random.subarray(0, 784), network.normalization, network.image);
    const explanation = digitflow.explain(network, first);
    expect(Array.from(outputs.values.subarray(0, 10))).toEqual(Array.from(explanation.layers[2].values));

    const changed = digitflow.changeNetwork(network, [{ kind: 'silence', layer: 1, neuron: 3 }]);
    const found = digitflow.whatIf(network, images, { changes: [{ kind: 'silence', layer: 1, neuron: 3 }] });
    const [ablation] = digitflow.ablate(network, images, [{ layer: 1, neuron: 3 }]);
    expect(changed.silenced).toEqual([{ layer: 1, neuron: 3 }]);
    expect(found.changed).toBe(ablation.changed);
    expect(digitflow.networkReport(network, images).neurons[3].changed).toBe(ablation.changed);
    expect(digitflow.neuronReport(network, images, { layer: 1, neuron: 3 }).effect?.changed).toBe(
      ablation.changed,
    );
  });

  test('has every view in one call, and as text and JSON', async () => {
    const neuron = await digitflow.lookNeuron({ neuron: { layer: 1, neuron: 3 }, limit: 50, count: 1 });
    const network = await digitflow.lookNetwork({ limit: 50 });
    const whatIf = await digitflow.lookWhatIf({ feed: 'noise', limit: 50 });
    const rectangle = { x: 8, y: 7, width: 12, height: 3 };
    const detector = await digitflow.lookDetector({ rectangle, limit: 50 });
    const options = { color: 0, width: 80, unicode: true } as const;
    expect(digitflow.renderNeuronReport(neuron, options)).toContain('Neuron 1:3 of sigmoid');
    expect(digitflow.renderNetwork(network, options)).toContain('13,002 parameters');
    expect(digitflow.renderWhatIf(whatIf, options)).toContain('fed: noise (seed 1)');
    expect(digitflow.renderDetector(detector, options)).toContain('36 positive weights');
    const schemas = [
      digitflow.lookNeuronJson(neuron),
      digitflow.lookNetworkJson(network),
      digitflow.lookWhatIfJson(whatIf),
      digitflow.lookDetectorJson(detector),
    ].map((json) => JSON.parse(json).schema);
    expect(schemas).toEqual(
      ['neuron', 'network', 'what-if', 'detector'].map((view) => `digitflow.look-${view}/1`),
    );
  });
});
