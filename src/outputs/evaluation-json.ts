import type { Evaluation } from '../counting/evaluation.js';

/**
 * The evaluation as JSON, indented by two, with a newline at its end. An array of plain numbers stays on one line,
 * so that the confusion matrix looks like one.
 */
export function evaluationJson(evaluation: Evaluation): string {
  // Inside a JSON string a line break is always escaped, so a raw one can only be indentation.
  const json = JSON.stringify(evaluation, null, 2).replace(
    /\[\n([-+.\deE,\s]+)\]/g,
    (_, numbers: string) => `[${numbers.trim().replace(/,\s+/g, ', ')}]`,
  );
  return `${json}\n`;
}

/** A view of a digit as JSON, schema `digitflow.look-digit/1`. */
export function lookDigitJson(view: object): string {
  return lookJson('digitflow.look-digit/1', view);
}

/** A view of a neuron as JSON, schema `digitflow.look-neuron/1`; the pictures are left out, their numbers are not. */
export function lookNeuronJson({ pictures: _, ...view }: { readonly pictures: unknown }): string {
  return lookJson('digitflow.look-neuron/1', view);
}

/** A view of a network as JSON, schema `digitflow.look-network/1`. */
export function lookNetworkJson(view: object): string {
  return lookJson('digitflow.look-network/1', view);
}

/** An experiment as JSON, schema `digitflow.look-what-if/1`. */
export function lookWhatIfJson(view: object): string {
  return lookJson('digitflow.look-what-if/1', view);
}

/** A view of a detector as JSON, schema `digitflow.look-detector/1`; the pictures are left out. */
export function lookDetectorJson({ pictures: _, ...view }: { readonly pictures: unknown }): string {
  return lookJson('digitflow.look-detector/1', view);
}

/**
 * A view as JSON, indented by two, an array of plain numbers on one line, with a newline at its end.
 *
 * @param schema name and version: fields may be added to it, none changes its meaning.
 */
function lookJson(schema: string, view: object): string {
  const plain = (_: string, value: unknown) =>
    value instanceof Float64Array || value instanceof Uint8Array ? Array.from(value) : value;
  // Inside a JSON string a line break is always escaped, so a raw one can only be indentation.
  const json = JSON.stringify({ schema, ...view }, plain, 2).replace(
    /\[\n([-+.\deE,\s]+|(?:\s*(?:null|[-+.\deE]+),?\n)+\s*)\]/g,
    (_, numbers: string) => `[${numbers.trim().replace(/,\s+/g, ', ')}]`,
  );
  return `${json}\n`;
}
