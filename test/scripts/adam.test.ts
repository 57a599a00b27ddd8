import { describe, expect, it } from 'vitest';
import { Adam } from '../../scripts/float64/backpropagation.js';

describe('Adam', () => {
  it('goes one learning rate down the first gradient, whatever its size', () => {
    const parameters = Float64Array.of(1, 1, 1);
    new Adam(parameters).step(Float64Array.of(1000, -0.001, 0), 1, { learningRate: 0.1, weightDecay: 0 });
    expect(parameters[0]).toBeCloseTo(0.9, 5);
    expect(parameters[1]).toBeCloseTo(1.1, 5);
    expect(parameters[2]).toBe(1);
  });

  it('takes the second step that the paper gives', () => {
    const parameters = Float64Array.of(0);
    const adam = new Adam(parameters);
    adam.step(Float64Array.of(4), 0.5, { learningRate: 0.1, weightDecay: 0 });
    adam.step(Float64Array.of(-2), 0.5, { learningRate: 0.1, weightDecay: 0 });
    const mean = (0.9 * 0.1 * 2 + 0.1 * -1) / (1 - 0.9 ** 2);
    const square = (0.999 * 0.001 * 4 + 0.001 * 1) / (1 - 0.999 ** 2);
    expect(parameters[0]).toBeCloseTo(-0.1 - (0.1 * mean) / Math.sqrt(square), 8);
  });

  it('lets weights decay beside the gradient', () => {
    const parameters = Float64Array.of(2);
    new Adam(parameters).step(Float64Array.of(0), 1, { learningRate: 0.1, weightDecay: 0.5 });
    expect(parameters[0]).toBeCloseTo(1.9, 12);
  });
});
