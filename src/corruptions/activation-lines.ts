import type { ActivationName } from '../network/activations.js';

/** Two lines that an activation lies between, over an interval: slope and height at 0 of the lower, then of the upper one. */
export type Lines = readonly [lowSlope: number, lowAt0: number, highSlope: number, highAt0: number];

/** Lines below and above an activation over an interval. */
export function linesOf(activation: ActivationName, low: number, high: number): Lines {
  if (activation === 'identity') return [1, 0, 1, 0];
  if (activation === 'relu') {
    if (low >= 0) return [1, 0, 1, 0];
    if (high <= 0) return [0, 0, 0, 0];
    const slope = high / (high - low);
    return [high > -low ? 1 : 0, 0, slope, -slope * low];
  }
  const isSigmoid = activation === 'sigmoid';
  const [upperSlope, upperAt0] = lineAbove(isSigmoid, low, high);
  // Both are symmetric: f(-z) = top - f(z).
  const [slope, at0] = lineAbove(isSigmoid, -high, -low);
  return [slope, (isSigmoid ? 1 : 0) - at0, upperSlope, upperAt0];
}

/** A line above a sigmoid or a tanh over an interval. */
function lineAbove(isSigmoid: boolean, low: number, high: number): readonly [slope: number, at0: number] {
  const f = isSigmoid ? (z: number) => 1 / (1 + Math.exp(-z)) : Math.tanh;
  const slopeAt = (z: number) => (isSigmoid ? f(z) * (1 - f(z)) : 1 - f(z) ** 2);
  const tangent = (z: number) => [slopeAt(z), f(z) - slopeAt(z) * z] as const;
  if (high - low < 1e-9) return [0, f(high)];
  if (low >= 0) return tangent((low + high) / 2);
  const atLow = (z: number) => f(z) + slopeAt(z) * (low - z);
  if (high <= 0 || atLow(high) < f(low)) {
    const slope = (f(high) - f(low)) / (high - low);
    return [slope, f(low) - slope * low];
  }
  // The tangent that passes the left end, found from above so that it stays above.
  let [below, above] = [0, high];
  for (let turn = 0; turn < 30; turn++) {
    const middle = (below + above) / 2;
    if (atLow(middle) >= f(low)) above = middle;
    else below = middle;
  }
  return tangent(above);
}
