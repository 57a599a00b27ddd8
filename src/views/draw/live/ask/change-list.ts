import type { NeuronPlace } from '../../../../insight/explain.js';
import { type Change, inputOf } from '../../../../insight/what-if.js';
import type { LayeredNetwork } from '../../../../network/network.js';

/** The changes with others added. Of one number the last one stays, and a number as it came is no change. */
export function addChanges(
  network: LayeredNetwork,
  changes: readonly Change[],
  added: readonly Change[],
): Change[] {
  const kept = new Map<string, Change>();
  for (const change of [...changes, ...added]) {
    const { layer, kind } = change;
    const neuron = 'neuron' in change ? change.neuron : '';
    const input = kind === 'weight' ? inputOf(network, change) : '';
    kept.set(`${kind} ${layer}:${neuron}:${input}`, change);
  }
  return [...kept.values()].filter((change) => {
    const { weights, biases, inputs } = network.layers[change.layer - 1];
    if (change.kind === 'bias') return biases[change.neuron] !== change.value;
    if (change.kind !== 'weight') return true;
    return weights[change.neuron * inputs + inputOf(network, change)] !== change.value;
  });
}

/** Those of other neurons. */
export function withoutNeuron(changes: readonly Change[], place: NeuronPlace): Change[] {
  return changes.filter((change) => !isOf(change, place));
}

export function isOf(change: Change, { layer, neuron }: NeuronPlace): boolean {
  return 'neuron' in change && change.layer === layer && change.neuron === neuron;
}

/** How many numbers are changed, and how many neurons are silenced. */
export function countChanges(changes: readonly Change[]) {
  const count = (...kinds: Change['kind'][]) => changes.filter(({ kind }) => kinds.includes(kind)).length;
  return { numbers: count('weight', 'bias'), silenced: count('silence') };
}

/** How far a knob goes, from -limit to limit, and in which steps. */
export interface KnobRange {
  readonly limit: number;
  readonly step: number;
}

/** At least 500 steps to `reach`, each a power of ten. */
export function rangeFor(reach: number): KnobRange {
  const step = 10 ** Math.floor(Math.log10((reach > 0 ? reach : 1) / 500));
  return { step, limit: Math.ceil((reach > 0 ? reach : 1) / step) * step };
}

/** Decimals in which a step is told. */
export function digitsOf({ step }: KnobRange): number {
  return Math.max(0, -Math.round(Math.log10(step)));
}

/** The nearest place of the knob. */
export function toStep(value: number, range: KnobRange): number {
  const within = Math.max(-range.limit, Math.min(range.limit, value));
  return Number((Math.round(within / range.step) * range.step).toFixed(digitsOf(range)));
}

export function largestOf(values: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]));
  return largest;
}
