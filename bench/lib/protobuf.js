/**
 * The shapes of protocol buffer fields that an ONNX file needs.
 * Source: https://protobuf.dev/programming-guides/encoding/
 */

const VARINT = 0;
const LENGTH_DELIMITED = 2;

/**
 * @param {number} field the field's number in its message
 * @param {number} value a non-negative safe integer
 * @returns {Buffer}
 */
export function integer(field, value) {
  return Buffer.concat([tag(field, VARINT), varint(value)]);
}

/**
 * @param {number} field
 * @param {Uint8Array | string} value text becomes UTF-8
 * @returns {Buffer}
 */
export function bytes(field, value) {
  const content = Buffer.from(value);
  return Buffer.concat([tag(field, LENGTH_DELIMITED), varint(content.length), content]);
}

/**
 * @param {number} field
 * @param {...Buffer} fields the fields of the message within
 * @returns {Buffer}
 */
export function message(field, ...fields) {
  return bytes(field, Buffer.concat(fields));
}

/** @param {number} field @param {number} wireType */
function tag(field, wireType) {
  return varint(field * 8 + wireType);
}

/** @param {number} value */
function varint(value) {
  const encoded = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) encoded.push((rest % 128) | 128);
  encoded.push(rest);
  return Buffer.from(encoded);
}
