import type { Network } from '../../network/network.js';
import type { Reply } from '../request-queue.js';
import type { WantedOutput } from './infer-request.js';

/** A body, and how much of it is JSON where bytes follow. */
export interface InferReply {
  readonly body: string | Buffer;
  readonly jsonBytes: number | null;
}

/**
 * What answers a request for an inference: JSON, and the bytes of those tensors that are wanted so. The JSON is put together by
 * hand: most of it is numbers, and all else is known.
 */
export function inferReply(
  model: { readonly name: string; readonly network: Network },
  { id, outputs }: { readonly id: string | undefined; readonly outputs: readonly WantedOutput[] },
  { count, predictions, confidences, outputs: all }: Reply,
): InferReply {
  const { classes } = model.network;
  const binary: Buffer[] = [];
  const tensor = ({ name, isBinary }: WantedOutput): string => {
    const isLabel = name === 'label';
    const values = name === 'confidence' ? confidences : all;
    const shape = values === all && !isLabel ? `${count},${classes.length}` : count;
    const head = `{"name":"${name}","datatype":"${isLabel ? 'BYTES' : 'FP32'}","shape":[${shape}],`;
    if (!isBinary) return `${head}"data":[${isLabel ? textsOf(predictions, classes) : values.join()}]}`;
    const bytes = isLabel
      ? textBytes(predictions, classes)
      : Buffer.from(values.buffer, values.byteOffset, values.byteLength);
    binary.push(bytes);
    return `${head}"parameters":{"binary_data_size":${bytes.length}}}`;
  };
  const said = id === undefined ? '' : `"id":${JSON.stringify(id)},`;
  const tensors = outputs.map(tensor).join();
  const json = `{"model_name":${JSON.stringify(model.name)},${said}"outputs":[${tensors}]}`;
  if (binary.length === 0) return { body: json, jsonBytes: null };
  const head = Buffer.from(json);
  return { body: Buffer.concat([head, ...binary]), jsonBytes: head.length };
}

function textsOf(predictions: Uint8Array, classes: readonly string[]): string {
  const texts: string[] = [];
  const textOf = (prediction: number) => {
    texts[prediction] ??= JSON.stringify(classes[prediction]);
    return texts[prediction];
  };
  return Array.from(predictions, textOf).join();
}

/** Each text after its length, as a little-endian u32. */
function textBytes(predictions: Uint8Array, classes: readonly string[]): Buffer {
  const texts = classes.map((name) => {
    const text = Buffer.from(`1234${name}`);
    text.writeUInt32LE(text.length - 4);
    return text;
  });
  const bytes = Buffer.allocUnsafe(
    predictions.reduce((sum, prediction) => sum + texts[prediction].length, 0),
  );
  let end = 0;
  for (const prediction of predictions) {
    const text = texts[prediction];
    for (let i = 0; i < text.length; i++) bytes[end++] = text[i];
  }
  return bytes;
}
