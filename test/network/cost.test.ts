import { describe, expect, it } from 'vitest';
import { type Layer, loss, lossOf } from '../../src/network/network.js';

const layer = (activation: Layer['activation']): Layer => ({
  weights: Float64Array.of(1),
  biases: Float64Array.of(0),
  inputs: 1,
  outputs: 1,
  activation,
});

describe('lossOf', () => {
  it('is cross-entropy for softmax outputs and squared error for all others', () => {
    expect(lossOf({ layers: [layer('sigmoid'), layer('softmax')] })).toBe('cross-entropy');
    expect(lossOf({ layers: [layer('softmax'), layer('sigmoid')] })).toBe('squared error');
  });
});

describe('loss', () => {
  it('sums the squared distances from 1 for the label and 0 for the rest', () => {
    expect(loss(Float64Array.of(0.5, 0.75, 0), 1, 'squared error')).toBe(0.25 + 0.0625);
    expect(loss(Float64Array.of(0, 1, 0), 1, 'squared error')).toBe(0);
  });

  it('is -ln p of the label for cross-entropy', () => {
    expect(loss(Float64Array.of(0.25, 0.75), 0, 'cross-entropy')).toBe(-Math.log(0.25));
    expect(loss(Float64Array.of(0, 1), 1, 'cross-entropy')).toBeCloseTo(0, 15);
  });

  it('costs 100 and not Infinity when p underflowed to 0', () => {
    expect(loss(Float64Array.of(0, 1), 0, 'cross-entropy')).toBe(100);
  });
});
