import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ACTIVATIONS,
  activate,
  backThroughActivation,
  isActivationName,
} from '../../src/network/activations.js';
import { vector } from './arbitraries.js';

const z = Float64Array.of(-2, 0, 3);

describe('activate', () => {
  it('keeps every z with identity, in an array of its own', () => {
    expect([...activate('identity', z)]).toEqual([-2, 0, 3]);
    expect(activate('identity', z)).not.toBe(z);
  });

  it('squashes with sigmoid', () => {
    const [low, middle, high] = activate('sigmoid', z);
    expect(low).toBeCloseTo(0.11920292202211755, 15);
    expect(middle).toBe(0.5);
    expect(high).toBeCloseTo(0.9525741268224334, 15);
  });

  it('cuts off below 0 with relu', () => {
    expect([...activate('relu', z)]).toEqual([0, 0, 3]);
  });

  it('gives tanh', () => {
    expect([...activate('tanh', z)]).toEqual([Math.tanh(-2), 0, Math.tanh(3)]);
  });

  it('gives softmax', () => {
    const powers = [-2, 0, 3].map(Math.exp);
    const sum = powers[0] + powers[1] + powers[2];
    for (const [n, p] of activate('softmax', z).entries()) expect(p).toBeCloseTo(powers[n] / sum, 15);
  });

  it('stays finite for the largest z there are', () => {
    const extreme = Float64Array.of(-1e308, -1000, 1000, 1e308);
    expect([...activate('sigmoid', extreme)]).toEqual([0, 0, 1, 1]);
    expect([...activate('tanh', extreme)]).toEqual([-1, -1, 1, 1]);
    expect([...activate('softmax', extreme)]).toEqual([0, 0, 0, 1]);
    expect([...activate('softmax', Float64Array.of(-5000, -5000))]).toEqual([0.5, 0.5]);
  });

  it('leaves NaN visible', () => {
    for (const name of ACTIVATIONS) expect(activate(name, Float64Array.of(Number.NaN))[0]).toBeNaN();
  });

  it('gives softmax outputs that sum to 1 and do not mind a common shift', () => {
    fc.assert(
      fc.property(vector(5, 20), fc.double({ min: -50, max: 50, noNaN: true }), (logits, shift) => {
        const p = activate('softmax', logits);
        const shifted = activate(
          'softmax',
          logits.map((x) => x + shift),
        );
        expect(p.reduce((sum, x) => sum + x, 0)).toBeCloseTo(1, 12);
        for (const [n, x] of p.entries()) expect(shifted[n]).toBeCloseTo(x, 10);
      }),
    );
  });
});

describe('backThroughActivation', () => {
  it.each(ACTIVATIONS)('agrees with central differences for %s', (name) => {
    fc.assert(
      fc.property(vector(4, 3), vector(4, 2), (at, gradient) => {
        // relu has a corner at 0, where no difference quotient is right.
        if (name === 'relu') fc.pre(at.every((x) => Math.abs(x) > 1e-3));
        const delta = backThroughActivation(name, activate(name, at), gradient);
        for (let n = 0; n < at.length; n++) {
          const step = 1e-5;
          const value = (sign: number) =>
            activate(
              name,
              at.map((x, i) => (i === n ? x + sign * step : x)),
            ).reduce((sum, a, k) => sum + a * gradient[k], 0);
          expect(delta[n]).toBeCloseTo((value(1) - value(-1)) / (2 * step), 6);
        }
      }),
    );
  });
});

describe('isActivationName', () => {
  it('knows the five names and no other', () => {
    expect(ACTIVATIONS.every(isActivationName)).toBe(true);
    expect(isActivationName('Sigmoid')).toBe(false);
    expect(isActivationName('toString')).toBe(false);
  });
});
