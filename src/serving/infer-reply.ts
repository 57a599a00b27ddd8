import type { Network } from '../network/network.js';
import { outputTensors, type Tensor, type WantedOutput } from './infer-request.js';
import type { Reply } from './request-queue.js';

/** A body, and how much of it is JSON where bytes follow. */
export interface InferReply {
  readonly body: string | Buffer;
  readonly jsonBytes: number | null;
}

/** What answers a request for an inference: JSON, and the bytes of those tensors that are wanted so. */
export function inferReply(
  model: { readonly name: string; readonly network: Network },
  { id, outputs }: { readonly id: string | undefined; readonly outputs: readonly WantedOutput[] },
  reply: Reply,
): InferReply {
  const { classes } = model.network;
  const tensors = new Map(outputTensors(model.network).map((tensor) => [tensor.name, tensor]));
  const binary: Buffer[] = [];
  const said = outputs.map(({ name, isBinary }) => {
    const { datatype, shape } = tensors.get(name) as Tensor;
    const head = { name, datatype, shape: [reply.count, ...shape.slice(1)] };
    const values =
      name === 'label' ? reply.predictions : name === 'confidence' ? reply.confidences : reply.outputs;
    const isText = datatype === 'BYTES';
    if (!isBinary) return { ...head, data: Array.from(values, (value) => (isText ? classes[value] : value)) };
    const bytes = isText
      ? textBytes(values, classes)
      : Buffer.from(values.buffer, values.byteOffset, values.byteLength);
    binary.push(bytes);
    return { ...head, parameters: { binary_data_size: bytes.length } };
  });
  const json = JSON.stringify({ model_name: model.name, id, outputs: said });
  if (binary.length === 0) return { body: json, jsonBytes: null };
  const head = Buffer.from(json);
  return { body: Buffer.concat([head, ...binary]), jsonBytes: head.length };
}

/** Each text after its length, as a little-endian u32. */
function textBytes(values: Iterable<number>, classes: readonly string[]): Buffer {
  return Buffer.concat(
    Array.from(values, (value) => {
      const text = Buffer.from(classes[value]);
      const length = Buffer.alloc(4);
      length.writeUInt32LE(text.length);
      return Buffer.concat([length, text]);
    }),
  );
}
