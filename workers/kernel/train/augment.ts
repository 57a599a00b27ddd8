import { Box, frame, quadRow, writeQuads } from './quads';
import { Run } from './run';

/**
 * Varies an image: rotates, scales, shears, shifts and bends it, and samples it bilinearly. How far depends on the run's keys
 * (seed and epoch) and on the image's index alone. The tests hold it to `warpImage`, the same in float64.
 *
 * @param image  `(height, width)` u8, as is the target
 */
export function augment(run: Run, index: u32, image: usize, target: usize): void {
  const width = run.width;
  const height = run.height;
  memory.fill(target, 0, <usize>(width * height));
  const box = changetype<Box>(run.box);
  if (!frame(image, height, width, run.framed, box)) return;
  const random = mix(run.key0 ^ mix(index + run.key1));
  const angle = run.rotation * signed(random, 1);
  const scaleX: f32 = 1 + run.scale * signed(random, 2);
  const scaleY: f32 = 1 + run.scale * signed(random, 3);
  const shear = run.shear * signed(random, 4);
  const shiftX = run.shift * signed(random, 5);
  const shiftY = run.shift * signed(random, 6);
  // A bend of 1 moves the middle of an edge by one pixel against its ends.
  const unit: f32 = 4 / <f32>(width * width);
  const bendX = run.bend * unit * signed(random, 7);
  const bendY = run.bend * unit * signed(random, 8);

  // Angles are below a sixth of a turn: these Taylor series are off by less than 1e-6 there.
  const square = angle * angle;
  const sine = angle * (<f32>1 - square * (<f32>0.16666667 - square * (<f32>8.3333333e-3 - square * <f32>1.984127e-4)));
  const cosine = <f32>1 - square * (<f32>0.5 - square * (<f32>4.1666668e-2 - square * <f32>1.3888889e-3));
  const xx = cosine * scaleX;
  const xy = cosine * shear - sine * scaleY;
  const yx = sine * scaleX;
  const yy = sine * shear + cosine * scaleY;
  const middleX: f32 = <f32>(width - 1) * 0.5;
  const middleY: f32 = <f32>(height - 1) * 0.5;

  const quads = run.quads;
  writeQuads(run.framed, width, quads, box);
  // All is black from one pixel outside the box on.
  const left = <f32>(box.left - 1);
  const right = <f32>(box.right + 1);
  const top = <f32>(box.top - 1);
  const bottom = <f32>(box.bottom + 1);
  const row = f32x4.splat(<f32>quadRow(width));
  const base = f32x4.splat(<f32>(quadRow(width) + 1));
  const reach = abs(yx) * middleX + abs(bendY) * middleX * middleX;
  for (let y = 0; y < height; y++, target += <usize>width) {
    const v = <f32>y - middleY;
    const startX = middleX + shiftX + xy * v + bendX * v * v;
    const startY = middleY + shiftY + yy * v;
    if (startY + reach <= top || startY - reach >= bottom) continue;
    // Angles and scales are small: xx is above 0.
    const first = <i32>floor(max<f32>(0, middleX + (left - startX) / xx)) & ~3;
    const end = <i32>ceil(min(<f32>width, middleX + (right - startX) / xx));
    for (let x = first; x < end; x += 4) {
      const u = f32x4.add(f32x4.splat(<f32>x - middleX), f32x4(0, 1, 2, 3));
      const sx = clamp(f32x4.add(f32x4.splat(startX), f32x4.mul(f32x4.splat(xx), u)), left, right);
      const bent = f32x4.add(f32x4.splat(yx), f32x4.mul(f32x4.splat(bendY), u));
      const sy = clamp(f32x4.add(f32x4.splat(startY), f32x4.mul(bent, u)), top, bottom);
      const four = sample(quads, sx, sy, row, base);
      if (x + 4 <= width) v128.store32_lane(target + <usize>x, four, 0);
      else storeRest(target + <usize>x, four, width - x);
    }
  }
}

function storeRest(target: usize, four: v128, count: i32): void {
  let bytes = i32x4.extract_lane(four, 0);
  for (let i = 0; i < count; i++, bytes >>= 8) store<u8>(target + <usize>i, bytes);
}

/** Four pixels, as the first four bytes. */
// @ts-ignore: decorator
@inline function sample(quads: usize, x: v128, y: v128, row: v128, base: v128): v128 {
  const left = f32x4.floor(x);
  const top = f32x4.floor(y);
  const index = i32x4.shl(whole(f32x4.add(f32x4.add(f32x4.mul(top, row), left), base)), 2);
  let four = v128.load32_zero(quads + <usize>i32x4.extract_lane(index, 0));
  four = v128.load32_lane(quads + <usize>i32x4.extract_lane(index, 1), four, 1);
  four = v128.load32_lane(quads + <usize>i32x4.extract_lane(index, 2), four, 2);
  four = v128.load32_lane(quads + <usize>i32x4.extract_lane(index, 3), four, 3);
  const low = i32x4.splat(255);
  const p00 = f32x4.convert_i32x4_s(v128.and(four, low));
  const p01 = f32x4.convert_i32x4_s(v128.and(i32x4.shr_u(four, 8), low));
  const p10 = f32x4.convert_i32x4_s(v128.and(i32x4.shr_u(four, 16), low));
  const p11 = f32x4.convert_i32x4_s(i32x4.shr_u(four, 24));
  const right = f32x4.sub(x, left);
  const down = f32x4.sub(y, top);
  const upper = f32x4.add(p00, f32x4.mul(right, f32x4.sub(p01, p00)));
  const lower = f32x4.add(p10, f32x4.mul(right, f32x4.sub(p11, p10)));
  const value = f32x4.add(upper, f32x4.mul(down, f32x4.sub(lower, upper)));
  const bytes = whole(value);
  const words = i16x8.narrow_i32x4_s(bytes, bytes);
  return i8x16.narrow_i16x8_u(words, words);
}

/** The nearest whole number, of four from 0 to 2^23 - 1: adding 2^23 leaves it in the low bits. Cheaper than a conversion. */
// @ts-ignore: decorator
@inline function whole(x: v128): v128 {
  return i32x4.sub(f32x4.add(x, f32x4.splat(8388608)), i32x4.splat(0x4b000000));
}

// @ts-ignore: decorator
@inline function clamp(x: v128, least: f32, most: f32): v128 {
  return f32x4.pmin(f32x4.splat(most), f32x4.pmax(f32x4.splat(least), x));
}

/** Number `draw` of an image: at least -1, below 1. */
// @ts-ignore: decorator
@inline function signed(random: u32, draw: u32): f32 {
  return <f32>(<i32>(mix(random + draw * 0x9e3779b9) >> 8) - 0x800000) * <f32>(1.0 / 8388608.0);
}

/** The finalizer of MurmurHash3 by Austin Appleby: every bit of the argument changes half of the result's. */
// @ts-ignore: decorator
@inline function mix(x: u32): u32 {
  let h = x;
  h = (h ^ (h >> 16)) * 0x85ebca6b;
  h = (h ^ (h >> 13)) * 0xc2b2ae35;
  return h ^ (h >> 16);
}
