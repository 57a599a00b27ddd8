import type { Evaluation } from '../counting/evaluation.js';
import type { Comparison } from '../judging/comparison.js';

/** The evaluation as JSON, see `jsonText`. */
export function evaluationJson(evaluation: Evaluation): string {
  return jsonText(evaluation);
}

/** A comparison of networks as JSON, see `jsonText`. */
export function comparisonJson(comparison: Comparison): string {
  return jsonText(comparison);
}

/** A stress test as JSON, see `jsonText`. */
export function stressJson(report: object): string {
  return jsonText(report);
}

/** What is said of a training as JSON, see `jsonText`. */
export function trainingJson(training: object): string {
  return jsonText(training);
}

/** A view of a digit as JSON, schema `digitflow.look-digit/1`. */
export function lookDigitJson(view: object): string {
  return lookJson('look-digit', view);
}

/** A view of a layer as JSON, schema `digitflow.look-layer/1`. */
export function lookLayerJson(view: object): string {
  return lookJson('look-layer', view);
}

/** A view of a neuron as JSON, schema `digitflow.look-neuron/1`; pictures are left out. */
export function lookNeuronJson(view: { readonly pictures: unknown }): string {
  return lookJson('look-neuron', view);
}

/** A view of a network as JSON, schema `digitflow.look-network/1`. */
export function lookNetworkJson(view: object): string {
  return lookJson('look-network', view);
}

/** An experiment as JSON, schema `digitflow.look-what-if/1`. */
export function lookWhatIfJson(view: object): string {
  return lookJson('look-what-if', view);
}

/** A view of a detector as JSON, schema `digitflow.look-detector/1`; pictures are left out. */
export function lookDetectorJson(view: { readonly pictures: unknown }): string {
  return lookJson('look-detector', view);
}

/** Fields may be added to a schema; the meaning of a field stays. */
function lookJson(schema: string, view: object): string {
  return jsonText({ schema: `digitflow.${schema}/1`, ...view, pictures: undefined });
}

/** JSON indented by two, with a newline at its end; an array of plain numbers, typed or not, stays on one line. */
function jsonText(value: object): string {
  const plain = (_: string, part: unknown) =>
    part instanceof Float64Array || part instanceof Uint8Array ? Array.from(part) : part;
  // Inside a JSON string a line break is always escaped, so a raw one can only be indentation.
  const json = JSON.stringify(value, plain, 2).replace(
    /\[\n([-+.\deE,\s]+|(?:\s*(?:null|[-+.\deE]+),?\n)+\s*)\]/g,
    (_, numbers: string) => `[${numbers.trim().replace(/,\s+/g, ', ')}]`,
  );
  return `${json}\n`;
}
