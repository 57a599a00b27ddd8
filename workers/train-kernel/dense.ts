/** Adds Σ aδᵀ over `images` to a layer's `(inputs, paddedOutputs)` gradients; activations and deltas are `stride` apart. */
export function addDenseGradients(
  activations: usize,
  deltas: usize,
  stride: usize,
  images: i32,
  inputs: i32,
  paddedOutputs: i32,
  gradients: usize,
): void {
  const rowBytes = <usize>paddedOutputs << 2;
  for (let input = 0; input < inputs; input++, gradients += rowBytes) {
    const a = activations + (<usize>input << 2);
    let column: usize = 0;
    for (; column + 64 <= rowBytes; column += 64) gradientBlock(4, a, deltas + column, stride, images, gradients + column);
    const rest = rowBytes - column;
    if (rest == 48) gradientBlock(3, a, deltas + column, stride, images, gradients + column);
    if (rest == 32) gradientBlock(2, a, deltas + column, stride, images, gradients + column);
    if (rest == 16) gradientBlock(1, a, deltas + column, stride, images, gradients + column);
  }
}

/** One row, `vectors` times four neurons; `vectors` is a constant to the compiler. */
// @ts-ignore: decorator
@inline
function gradientBlock(vectors: i32, activation: usize, deltas: usize, stride: usize, images: i32, gradients: usize): void {
  let g0 = v128.load(gradients);
  let g1 = vectors > 1 ? v128.load(gradients, 16) : g0;
  let g2 = vectors > 2 ? v128.load(gradients, 32) : g0;
  let g3 = vectors > 3 ? v128.load(gradients, 48) : g0;
  for (let image = 0; image < images; image++, activation += stride, deltas += stride) {
    const a = v128.load32_splat(activation);
    g0 = f32x4.add(g0, f32x4.mul(a, v128.load(deltas)));
    if (vectors > 1) g1 = f32x4.add(g1, f32x4.mul(a, v128.load(deltas, 16)));
    if (vectors > 2) g2 = f32x4.add(g2, f32x4.mul(a, v128.load(deltas, 32)));
    if (vectors > 3) g3 = f32x4.add(g3, f32x4.mul(a, v128.load(deltas, 48)));
  }
  v128.store(gradients, g0);
  if (vectors > 1) v128.store(gradients, g1, 16);
  if (vectors > 2) v128.store(gradients, g2, 32);
  if (vectors > 3) v128.store(gradients, g3, 48);
}

/** Adds Σ δ over `images` to a layer's `(paddedOutputs)` bias gradients. */
export function addBiasGradients(deltas: usize, stride: usize, images: i32, paddedOutputs: i32, gradients: usize): void {
  for (let image = 0; image < images; image++, deltas += stride) {
    for (let n: usize = 0; n < <usize>paddedOutputs << 2; n += 16) {
      v128.store(gradients + n, f32x4.add(v128.load(gradients + n), v128.load(deltas + n)));
    }
  }
}

/** Turns `(inputs, paddedOutputs)` weights into `(outputs, paddedInputs)`; the padding of the target stays as it is. */
export function transpose(
  weights: usize,
  inputs: i32,
  outputs: i32,
  paddedOutputs: i32,
  paddedInputs: i32,
  target: usize,
): void {
  for (let input = 0; input < inputs; input++) {
    const row = weights + <usize>(input * paddedOutputs) * 4;
    const column = target + (<usize>input << 2);
    for (let n = 0; n < outputs; n++) {
      store<f32>(column + <usize>(n * paddedInputs) * 4, load<f32>(row + (<usize>n << 2)));
    }
  }
}
