import { ROW } from './tile';

/**
 * Wa + b of a tile, float32, for the layers after the first one, and Wᵀδ on the way back: blocks of two neurons by sixteen
 * images, so that each weight and each activation that is loaded is used more than once. Every sum begins with its bias
 * and goes over the inputs in their order.
 *
 * @param source     `(inputs, TILE_IMAGES)` f32
 * @param target     `(outputs, TILE_IMAGES)` f32
 * @param weights    f32, of which that from one input to an output lies `inputStep` bytes from that of the next input, and
 *   `outputStep` bytes from that to the next output
 * @param biases     `(outputs)` f32
 */
export function affine(
  source: usize, target: usize, images: i32, inputs: i32, outputs: i32, weights: usize, inputStep: usize,
  outputStep: usize, biases: usize
): void {
  const columns = <usize>images << 2;
  let neuron = 0;
  for (; neuron + 2 <= outputs; neuron += 2) {
    for (let column: usize = 0; column < columns; column += 64) {
      block(true, source + column, target + column, inputs, weights, inputStep, outputStep, biases);
    }
    target += ROW * 2;
    weights += outputStep << 1;
    biases += 8;
  }
  if (neuron == outputs) return;
  for (let column: usize = 0; column < columns; column += 64) {
    block(false, source + column, target + column, inputs, weights, inputStep, outputStep, biases);
  }
}

/** One neuron, or two where `isPair` (a constant to the compiler), by sixteen images. */
// @ts-ignore: decorator
@inline function block(
  isPair: bool, source: usize, target: usize, inputs: i32, weights: usize, inputStep: usize,
  outputStep: usize, biases: usize
): void {
  let a0 = v128.load32_splat(biases);
  let a1 = a0;
  let a2 = a0;
  let a3 = a0;
  let b0 = isPair ? v128.load32_splat(biases, 4) : a0;
  let b1 = b0;
  let b2 = b0;
  let b3 = b0;
  for (const end = source + <usize>inputs * ROW; source < end; source += ROW, weights += inputStep) {
    const a = v128.load32_splat(weights);
    const x0 = v128.load(source);
    const x1 = v128.load(source, 16);
    const x2 = v128.load(source, 32);
    const x3 = v128.load(source, 48);
    a0 = f32x4.add(a0, f32x4.mul(a, x0));
    a1 = f32x4.add(a1, f32x4.mul(a, x1));
    a2 = f32x4.add(a2, f32x4.mul(a, x2));
    a3 = f32x4.add(a3, f32x4.mul(a, x3));
    if (isPair) {
      const b = v128.load32_splat(weights + outputStep);
      b0 = f32x4.add(b0, f32x4.mul(b, x0));
      b1 = f32x4.add(b1, f32x4.mul(b, x1));
      b2 = f32x4.add(b2, f32x4.mul(b, x2));
      b3 = f32x4.add(b3, f32x4.mul(b, x3));
    }
  }
  v128.store(target, a0);
  v128.store(target, a1, 16);
  v128.store(target, a2, 32);
  v128.store(target, a3, 48);
  if (!isPair) return;
  v128.store(target, b0, ROW);
  v128.store(target, b1, ROW + 16);
  v128.store(target, b2, ROW + 32);
  v128.store(target, b3, ROW + 48);
}
