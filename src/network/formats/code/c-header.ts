import type { ActivationName } from '../../activations.js';
import { layerSizes } from '../../network.js';
import { asFloat32, type WriteNetworkFile } from '../found-network.js';
import { float32Text, wrapped } from './number-text.js';

/** Functions of C for those activations that need one. */
const ACTIVATIONS: Readonly<Record<Exclude<ActivationName, 'identity'>, string>> = {
  sigmoid: 'for (n = 0; n < count; n++) a[n] = 1.0f / (1.0f + expf(-a[n]));',
  relu: 'for (n = 0; n < count; n++) a[n] = a[n] > 0.0f ? a[n] : 0.0f;',
  tanh: 'for (n = 0; n < count; n++) a[n] = tanhf(a[n]);',
  softmax: [
    'float largest = a[0], sum = 0.0f;',
    'for (n = 1; n < count; n++) largest = a[n] > largest ? a[n] : largest;',
    'for (n = 0; n < count; n++) sum += a[n] = expf(a[n] - largest);',
    'for (n = 0; n < count; n++) a[n] /= sum;',
  ].join('\n  '),
};

/**
 * Writes a network as a header of C99 that needs nothing but the standard library: its numbers as float32, and a function that
 * says the outputs for an image. Pixels are given row by row, as one sees them, whatever way the files of its images are stored.
 */
export const writeNetworkFile: WriteNetworkFile = (network) => {
  const { layers, image, normalization, classes } = network;
  const pixels = image.height * image.width;
  const used = new Set(layers.map(({ activation }) => activation));
  const functions = Object.entries(ACTIVATIONS).flatMap(([name, body]) =>
    used.has(name as ActivationName)
      ? [`static inline void digitflow_${name}(float *a, int count) {\n  int n;\n  ${body}\n}\n`]
      : [],
  );
  const arrays = layers.flatMap(({ weights, biases }, l) => [
    arrayOf(`weights_${l}`, weights, `layer ${l + 1}: weights`),
    arrayOf(`biases_${l}`, biases, `layer ${l + 1}: biases`),
  ]);
  const steps = layers.flatMap(({ inputs, outputs, activation }, l) => {
    const [from, to] = [`a${l}`, l === layers.length - 1 ? 'outputs' : `a${l + 1}`];
    const sizes = `${inputs}, ${outputs}`;
    const dense = `digitflow_dense(digitflow_weights_${l}, digitflow_biases_${l}, ${sizes}, ${from}, ${to});`;
    return activation === 'identity' ? [dense] : [dense, `digitflow_${activation}(${to}, ${outputs});`];
  });
  const { scale, offset } = normalization;
  const [s, o] = asFloat32(Float64Array.of(scale, offset), 'normalization');
  const parts = [
    `/*
 * A network of dense layers, ${layerSizes(network).join('-')}, written by digitflow.
 * C99, and C++; link with -lm. It needs ${
   4 *
   layerSizes(network)
     .slice(0, -1)
     .reduce((sum, size) => sum + size, 0)
 } bytes of stack.
 *
 *   float outputs[DIGITFLOW_CLASSES];
 *   int best = digitflow_predict(pixels, outputs);
 *   printf("%s\\n", digitflow_class_names[best]);
 */
#ifndef DIGITFLOW_NETWORK_H
#define DIGITFLOW_NETWORK_H

#include <math.h>
#include <stdint.h>

#define DIGITFLOW_HEIGHT ${image.height}
#define DIGITFLOW_WIDTH ${image.width}
#define DIGITFLOW_CLASSES ${classes.length}
`,
    `/* The name of each output. */
static const char *const digitflow_class_names[DIGITFLOW_CLASSES] = {
${wrapped(classes.map(stringOf), '')}};
`,
    '/* Row n of the weights of a layer belongs to its neuron n. */',
    ...arrays,
    `/* a = W x + b */
static inline void digitflow_dense(const float *weights, const float *biases, int inputs, int outputs,
                                   const float *x, float *a) {
  int n, i;
  for (n = 0; n < outputs; n++) {
    const float *row = weights + (long)n * inputs;
    float sum = biases[n];
    for (i = 0; i < inputs; i++) sum += row[i] * x[i];
    a[n] = sum;
  }
}
`,
    ...functions,
    `/*
 * Fills the DIGITFLOW_CLASSES outputs for an image, and returns the index of the largest.
 * pixels: DIGITFLOW_HEIGHT * DIGITFLOW_WIDTH, row by row, 0 to 255.
 */
static inline int digitflow_predict(const uint8_t *pixels, float *outputs) {
  float a0[${pixels}];
${layers
  .slice(0, -1)
  .map(({ outputs }, l) => `  float a${l + 1}[${outputs}];\n`)
  .join('')}  int n, best = 0;
  for (n = 0; n < ${pixels}; n++) a0[n] = (float)pixels[n] * ${literal(s)}${o === 0 ? '' : ` + ${literal(o)}`};
  ${steps.join('\n  ')}
  for (n = 1; n < DIGITFLOW_CLASSES; n++) best = outputs[n] > outputs[best] ? n : best;
  return best;
}

#endif
`,
  ];
  return new TextEncoder().encode(parts.join('\n'));
};

function arrayOf(name: string, values: Float64Array, where: string): string {
  const items = Array.from(asFloat32(values, where), literal);
  return `static const float digitflow_${name}[${items.length}] = {\n${wrapped(items, '')}};\n`;
}

function literal(value: number): string {
  const text = float32Text(value);
  return /[.e]/.test(text) ? `${text}f` : `${text}.0f`;
}

/** A string of C: UTF-8, and whatever is not plain as octal escapes of three digits. */
function stringOf(text: string): string {
  const bytes = Array.from(new TextEncoder().encode(text), (byte) => {
    const char = String.fromCharCode(byte);
    return /[ !#->@-[\]-~]/.test(char) ? char : `\\${byte.toString(8).padStart(3, '0')}`;
  });
  return `"${bytes.join('')}"`;
}
