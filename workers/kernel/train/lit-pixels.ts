/**
 * The first layer, forward and back, for one image: over a list of its lit pixels (see lit-lists.ts), `bytes` bytes of
 * offsets and of brightnesses. Weights and gradients are `(inputs, paddedOutputs)` f32.
 */

/**
 * Adds Wx to `(paddedOutputs)` f32 and leaves that in `sums`. Every second pixel goes to a sum of its own: two chains of
 * additions.
 */
export function sparseAffine(
  offsets: usize, brightnesses: usize, bytes: usize, weights: usize, biases: usize, sums: usize,
  paddedOutputs: i32
): void {
  let rest = <usize>paddedOutputs << 2;
  for (; rest >= 64; rest -= 64, weights += 64, biases += 64, sums += 64) {
    affine16(offsets, brightnesses, bytes, weights, biases, sums);
  }
  if (rest == 48) affineBlock(3, offsets, brightnesses, bytes, weights, biases, sums);
  if (rest == 32) affineBlock(2, offsets, brightnesses, bytes, weights, biases, sums);
  if (rest == 16) affineBlock(1, offsets, brightnesses, bytes, weights, biases, sums);
}

/** A function of its own, and not part of a larger one, so that V8 has registers enough. */
function affine16(offsets: usize, brightnesses: usize, bytes: usize, weights: usize, biases: usize, sums: usize): void {
  affineBlock(4, offsets, brightnesses, bytes, weights, biases, sums);
}

/** `vectors` times four neurons; `vectors` is a constant to the compiler. */
// @ts-ignore: decorator
@inline function affineBlock(
  vectors: i32, offsets: usize, brightnesses: usize, bytes: usize, weights: usize, biases: usize, sums: usize
): void {
  const zero = f32x4.splat(0);
  let a0 = v128.load(biases);
  let a1 = vectors > 1 ? v128.load(biases, 16) : zero;
  let a2 = vectors > 2 ? v128.load(biases, 32) : zero;
  let a3 = vectors > 3 ? v128.load(biases, 48) : zero;
  let b0 = zero;
  let b1 = zero;
  let b2 = zero;
  let b3 = zero;
  for (const end = offsets + bytes; offsets < end; offsets += 8, brightnesses += 8) {
    const v = weights + <usize>load<u32>(offsets);
    const x = v128.load32_splat(brightnesses);
    a0 = f32x4.add(a0, f32x4.mul(x, v128.load(v)));
    if (vectors > 1) a1 = f32x4.add(a1, f32x4.mul(x, v128.load(v, 16)));
    if (vectors > 2) a2 = f32x4.add(a2, f32x4.mul(x, v128.load(v, 32)));
    if (vectors > 3) a3 = f32x4.add(a3, f32x4.mul(x, v128.load(v, 48)));
    // Never the end, but V8 cannot know: without this border it loads both rows before it adds up one, runs out of
    // registers and keeps sums on the stack, which takes half as long again.
    if (offsets + 4 == end) break;
    const w = weights + <usize>load<u32>(offsets, 4);
    const y = v128.load32_splat(brightnesses, 4);
    b0 = f32x4.add(b0, f32x4.mul(y, v128.load(w)));
    if (vectors > 1) b1 = f32x4.add(b1, f32x4.mul(y, v128.load(w, 16)));
    if (vectors > 2) b2 = f32x4.add(b2, f32x4.mul(y, v128.load(w, 32)));
    if (vectors > 3) b3 = f32x4.add(b3, f32x4.mul(y, v128.load(w, 48)));
  }
  v128.store(sums, f32x4.add(a0, b0));
  if (vectors > 1) v128.store(sums, f32x4.add(a1, b1), 16);
  if (vectors > 2) v128.store(sums, f32x4.add(a2, b2), 32);
  if (vectors > 3) v128.store(sums, f32x4.add(a3, b3), 48);
}

/** Adds δxᵀ of one image to the gradients of the rows of its lit pixels, which may be any part of a list. */
export function addSparseGradients(
  offsets: usize, brightnesses: usize, bytes: usize, gradients: usize, deltas: usize, paddedOutputs: i32
): void {
  let rest = <usize>paddedOutputs << 2;
  for (; rest >= 64; rest -= 64, gradients += 64, deltas += 64) {
    gradients16(offsets, brightnesses, bytes, gradients, deltas);
  }
  if (rest == 48) gradientBlock(3, offsets, brightnesses, bytes, gradients, deltas);
  if (rest == 32) gradientBlock(2, offsets, brightnesses, bytes, gradients, deltas);
  if (rest == 16) gradientBlock(1, offsets, brightnesses, bytes, gradients, deltas);
}

function gradients16(offsets: usize, brightnesses: usize, bytes: usize, gradients: usize, deltas: usize): void {
  gradientBlock(4, offsets, brightnesses, bytes, gradients, deltas);
}

// @ts-ignore: decorator
@inline function gradientBlock(
  vectors: i32, offsets: usize, brightnesses: usize, bytes: usize, gradients: usize, deltas: usize
): void {
  const d0 = v128.load(deltas);
  const d1 = vectors > 1 ? v128.load(deltas, 16) : d0;
  const d2 = vectors > 2 ? v128.load(deltas, 32) : d0;
  const d3 = vectors > 3 ? v128.load(deltas, 48) : d0;
  const end = offsets + bytes;
  for (const last = end - 12; offsets < last; offsets += 16, brightnesses += 16) {
    const four = v128.load(brightnesses);
    const p0 = gradients + <usize>load<u32>(offsets);
    addRow(vectors, p0, v128.shuffle<i32>(four, four, 0, 0, 0, 0), d0, d1, d2, d3);
    const p1 = gradients + <usize>load<u32>(offsets, 4);
    addRow(vectors, p1, v128.shuffle<i32>(four, four, 1, 1, 1, 1), d0, d1, d2, d3);
    const p2 = gradients + <usize>load<u32>(offsets, 8);
    addRow(vectors, p2, v128.shuffle<i32>(four, four, 2, 2, 2, 2), d0, d1, d2, d3);
    const p3 = gradients + <usize>load<u32>(offsets, 12);
    addRow(vectors, p3, v128.shuffle<i32>(four, four, 3, 3, 3, 3), d0, d1, d2, d3);
  }
  for (; offsets < end; offsets += 4, brightnesses += 4) {
    const row = gradients + <usize>load<u32>(offsets);
    addRow(vectors, row, v128.load32_splat(brightnesses), d0, d1, d2, d3);
  }
}

// @ts-ignore: decorator
@inline function addRow(vectors: i32, row: usize, x: v128, d0: v128, d1: v128, d2: v128, d3: v128): void {
  v128.store(row, f32x4.add(v128.load(row), f32x4.mul(x, d0)));
  if (vectors > 1) v128.store(row, f32x4.add(v128.load(row, 16), f32x4.mul(x, d1)), 16);
  if (vectors > 2) v128.store(row, f32x4.add(v128.load(row, 32), f32x4.mul(x, d2)), 32);
  if (vectors > 3) v128.store(row, f32x4.add(v128.load(row, 48), f32x4.mul(x, d3)), 48);
}
