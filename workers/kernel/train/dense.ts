import { ROW } from '../common/tile';

/**
 * Adds Σ aδᵀ over a tile's images to the gradients of a layer's `inputs`, image by image in their order, two inputs at a time so that each delta that is loaded is used twice.
 *
 * @param activations `(inputs, TILE_IMAGES)` f32
 * @param deltas      `(TILE_IMAGES, paddedOutputs)` f32
 * @param gradients   `(inputs, paddedOutputs)` f32
 */
export function addDenseGradients(
  activations: usize, deltas: usize, images: i32, inputs: i32, paddedOutputs: i32, gradients: usize
): void {
  const rowBytes = <usize>paddedOutputs << 2;
  let input = 0;
  for (; input + 2 <= inputs; input += 2, activations += ROW * 2, gradients += rowBytes << 1) {
    gradientRows(true, activations, deltas, rowBytes, images, gradients);
  }
  if (input < inputs) gradientRows(false, activations, deltas, rowBytes, images, gradients);
}

/** One input, or two where `isPair` (a constant to the compiler), by all neurons. */
// @ts-ignore: decorator
@inline function gradientRows(isPair: bool, activations: usize, deltas: usize, rowBytes: usize, images: i32, gradients: usize): void {
  let rest = rowBytes;
  for (; rest >= 64; rest -= 64, deltas += 64, gradients += 64) {
    gradientBlock(isPair, 4, activations, deltas, rowBytes, images, gradients);
  }
  if (rest == 48) gradientBlock(isPair, 3, activations, deltas, rowBytes, images, gradients);
  if (rest == 32) gradientBlock(isPair, 2, activations, deltas, rowBytes, images, gradients);
  if (rest == 16) gradientBlock(isPair, 1, activations, deltas, rowBytes, images, gradients);
}

/** By `vectors` times four neurons; `vectors` is a constant to the compiler. */
// @ts-ignore: decorator
@inline function gradientBlock(
  isPair: bool, vectors: i32, activation: usize, deltas: usize, rowBytes: usize, images: i32,
  gradients: usize
): void {
  const second = gradients + rowBytes;
  let g0 = v128.load(gradients);
  let g1 = vectors > 1 ? v128.load(gradients, 16) : g0;
  let g2 = vectors > 2 ? v128.load(gradients, 32) : g0;
  let g3 = vectors > 3 ? v128.load(gradients, 48) : g0;
  let h0 = isPair ? v128.load(second) : g0;
  let h1 = isPair && vectors > 1 ? v128.load(second, 16) : g0;
  let h2 = isPair && vectors > 2 ? v128.load(second, 32) : g0;
  let h3 = isPair && vectors > 3 ? v128.load(second, 48) : g0;
  for (const end = activation + (<usize>images << 2); activation < end; activation += 4, deltas += rowBytes) {
    const a = v128.load32_splat(activation);
    const d0 = v128.load(deltas);
    const d1 = vectors > 1 ? v128.load(deltas, 16) : d0;
    const d2 = vectors > 2 ? v128.load(deltas, 32) : d0;
    const d3 = vectors > 3 ? v128.load(deltas, 48) : d0;
    g0 = f32x4.add(g0, f32x4.mul(a, d0));
    if (vectors > 1) g1 = f32x4.add(g1, f32x4.mul(a, d1));
    if (vectors > 2) g2 = f32x4.add(g2, f32x4.mul(a, d2));
    if (vectors > 3) g3 = f32x4.add(g3, f32x4.mul(a, d3));
    if (isPair) {
      const b = v128.load32_splat(activation, ROW);
      h0 = f32x4.add(h0, f32x4.mul(b, d0));
      if (vectors > 1) h1 = f32x4.add(h1, f32x4.mul(b, d1));
      if (vectors > 2) h2 = f32x4.add(h2, f32x4.mul(b, d2));
      if (vectors > 3) h3 = f32x4.add(h3, f32x4.mul(b, d3));
    }
  }
  v128.store(gradients, g0);
  if (vectors > 1) v128.store(gradients, g1, 16);
  if (vectors > 2) v128.store(gradients, g2, 32);
  if (vectors > 3) v128.store(gradients, g3, 48);
  if (!isPair) return;
  v128.store(second, h0);
  if (vectors > 1) v128.store(second, h1, 16);
  if (vectors > 2) v128.store(second, h2, 32);
  if (vectors > 3) v128.store(second, h3, 48);
}

/** Adds Σ δ over a tile's images, in their order, to a layer's `(paddedOutputs)` bias gradients. */
export function addBiasGradients(deltas: usize, images: i32, paddedOutputs: i32, gradients: usize): void {
  const rowBytes = <usize>paddedOutputs << 2;
  for (const last = gradients + rowBytes; gradients < last; gradients += 16, deltas += 16) {
    let sum = v128.load(gradients);
    const end = deltas + <usize>images * rowBytes;
    for (let at = deltas; at < end; at += rowBytes) sum = f32x4.add(sum, v128.load(at));
    v128.store(gradients, sum);
  }
}
