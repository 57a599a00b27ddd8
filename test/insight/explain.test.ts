import { describe, expect, it } from 'vitest';
import { explain } from '../../src/insight/explain.js';
import { feedForward } from '../../src/network/feed-forward.js';
import { randomNetwork } from '../helpers/random-network.js';

describe('explain', () => {
  const settings = { seed: 9, height: 2, width: 2, hidden: 'sigmoid', last: 'softmax' } as const;
  const image = Float64Array.of(0, 0.2, 1, 0.7);

  it('names the largest output, the next one, and what lies between', () => {
    const network = randomNetwork({ ...settings, outputs: [5, 4] });
    const { layers, winner, runnerUp, margin } = explain(network, image);
    const [, hidden, outputs] = feedForward(network, image);
    expect(layers.map(({ values }) => values)).toEqual([hidden, outputs]);
    const order = Array.from(outputs.keys()).sort((a, b) => outputs[b] - outputs[a]);
    expect([winner, runnerUp]).toEqual(order.slice(0, 2));
    expect(margin).toBe(outputs[order[0]] - outputs[order[1]]);
  });

  it('has no runner-up where there is but one class', () => {
    const network = randomNetwork({ ...settings, outputs: [1] });
    expect(explain(network, image)).toMatchObject({ winner: 0, runnerUp: null, margin: null });
  });
});
