import { jsonText } from './evaluation-json.js';

/** A view of a digit as JSON, schema `digitflow.look-digit/1`. */
export function lookDigitJson(view: object): string {
  return lookJson('look-digit', view);
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
