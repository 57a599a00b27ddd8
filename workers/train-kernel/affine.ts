/**
 * Wa + b for the layers behind the first one, float32, two images at a time so that each weight is loaded once for both.
 * Image by image, since that is how gradients are summed; workers/kernel/affine.ts goes neuron by neuron.
 *
 * `weights`: `(inputs, paddedOutputs)` float32, row-major: one row holds what one input adds to every neuron.
 * Activations of one image are `stride` bytes from those of the next.
 */
export function affine(
  source: usize,
  target: usize,
  stride: usize,
  images: i32,
  inputs: i32,
  paddedOutputs: i32,
  weights: usize,
  biases: usize,
): void {
  const rowBytes = <usize>paddedOutputs << 2;
  for (let image = 0; image < images; image += 2) {
    let column: usize = 0;
    for (; column + 64 <= rowBytes; column += 64) {
      block(4, source, target + column, stride, inputs, rowBytes, weights + column, biases + column);
    }
    const rest = rowBytes - column;
    if (rest == 48) block(3, source, target + column, stride, inputs, rowBytes, weights + column, biases + column);
    if (rest == 32) block(2, source, target + column, stride, inputs, rowBytes, weights + column, biases + column);
    if (rest == 16) block(1, source, target + column, stride, inputs, rowBytes, weights + column, biases + column);
    source += stride << 1;
    target += stride << 1;
  }
}

/** Two images by `vectors` times four neurons; `vectors` is a constant to the compiler. */
// @ts-ignore: decorator
@inline
function block(
  vectors: i32,
  source: usize,
  target: usize,
  stride: usize,
  inputs: i32,
  rowBytes: usize,
  weights: usize,
  biases: usize,
): void {
  let a0 = v128.load(biases);
  let a1 = vectors > 1 ? v128.load(biases, 16) : a0;
  let a2 = vectors > 2 ? v128.load(biases, 32) : a0;
  let a3 = vectors > 3 ? v128.load(biases, 48) : a0;
  let b0 = a0;
  let b1 = a1;
  let b2 = a2;
  let b3 = a3;
  const end = source + (<usize>inputs << 2);
  for (; source < end; source += 4, weights += rowBytes) {
    const a = v128.load32_splat(source);
    const b = v128.load32_splat(source + stride);
    const w0 = v128.load(weights);
    a0 = f32x4.add(a0, f32x4.mul(a, w0));
    b0 = f32x4.add(b0, f32x4.mul(b, w0));
    if (vectors > 1) {
      const w1 = v128.load(weights, 16);
      a1 = f32x4.add(a1, f32x4.mul(a, w1));
      b1 = f32x4.add(b1, f32x4.mul(b, w1));
    }
    if (vectors > 2) {
      const w2 = v128.load(weights, 32);
      a2 = f32x4.add(a2, f32x4.mul(a, w2));
      b2 = f32x4.add(b2, f32x4.mul(b, w2));
    }
    if (vectors > 3) {
      const w3 = v128.load(weights, 48);
      a3 = f32x4.add(a3, f32x4.mul(a, w3));
      b3 = f32x4.add(b3, f32x4.mul(b, w3));
    }
  }
  v128.store(target, a0);
  v128.store(target + stride, b0);
  if (vectors > 1) {
    v128.store(target, a1, 16);
    v128.store(target + stride, b1, 16);
  }
  if (vectors > 2) {
    v128.store(target, a2, 32);
    v128.store(target + stride, b2, 32);
  }
  if (vectors > 3) {
    v128.store(target, a3, 48);
    v128.store(target + stride, b3, 48);
  }
}
