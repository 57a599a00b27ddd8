import { InvalidArgumentError } from 'commander';
import type { Change } from '../insight/changes.js';
import { ACTIVATIONS, isActivationName } from '../network/activations.js';
import { neuronPlace } from './look-options.js';

/** Gathers the values of a flag that may be given more than once; for commander. */
export function collect<T>(parse: (text: string) => T): (text: string, previous?: readonly T[]) => T[] {
  return (text, previous = []) => [...previous, parse(text)];
}

/** Reads `1:3:200=0.5`, or `1:3:7,4=0.5` for a pixel by row and column. */
export function weightChange(text: string): Change {
  const match = /^(\d+):(\d+):(\d+)(?:,(\d+))?=(.+)$/.exec(text);
  if (match === null) {
    throw new InvalidArgumentError(
      'Give layer:neuron:input=value, such as 1:3:200=0.5, or 1:3:7,4=0.5 for row 7, column 4.',
    );
  }
  const [layer, neuron, first] = match.slice(1, 4).map(Number);
  const input = match[4] === undefined ? first : { row: first, column: Number(match[4]) };
  return { kind: 'weight', layer, neuron, input, value: finite(match[5]) };
}

/** Reads `2:4=-10`. */
export function biasChange(text: string): Change {
  const match = /^(\d+:\d+)=(.+)$/.exec(text);
  if (match === null) throw new InvalidArgumentError('Give layer:neuron=value, such as 2:4=-10.');
  return { kind: 'bias', ...neuronPlace(match[1]), value: finite(match[2]) };
}

/** Reads `1=relu`. */
export function activationChange(text: string): Change {
  const match = /^(\d+)=(\w+)$/.exec(text);
  const name = match?.[2] ?? '';
  if (match === null || !isActivationName(name)) {
    throw new InvalidArgumentError(
      `Give layer=function, such as 1=relu; functions: ${ACTIVATIONS.join(', ')}.`,
    );
  }
  return { kind: 'activation', layer: Number(match[1]), activation: name };
}

/** Reads `1:3`. */
export function silenceChange(text: string): Change {
  return { kind: 'silence', ...neuronPlace(text) };
}

/** Reads a number, with a sign or without. */
export function finite(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('Expected a number, such as 0.5 or -10.');
}
