import { MAGNITUDE, NEGLIGIBLE } from '../common/constants';
import { STEP_AVERAGING, STEP_BYTES, STEP_CORRECTION, STEP_KEEP, STEP_SIZE } from '../common/offsets';
import { ADAM } from '../common/run-offsets';
import { Run } from './run';

/** Offsets of what a step's loops have at hand in `run.vectors`. */
const SCALE: usize = 0;
const BETA_1: usize = 16;
const REST_1: usize = 32;
const BETA_2: usize = 48;
const REST_2: usize = 64;
const CORRECTION: usize = 80;
const EPSILON: usize = 96;
const SIZE: usize = 112;
const AVERAGING: usize = 128;
const KEEP: usize = 144;
const LOWER: usize = 160;
const UPPER: usize = 176;

/**
 * One step of the optimizer over all parameters, in place, and of their averages; the gradients are set
 * to 0 for the next batch. Weights decay and biases do not; the first layer's weights are kept within ±clip.
 *
 * @param batch  which of the epoch, as the step table has it
 * @param images how many images the gradients were summed over
 */
export function step(run: Run, batch: i32, images: i32): void {
  const entry = run.steps + <usize>(batch * STEP_BYTES);
  const vectors = run.vectors;
  v128.store(vectors, f32x4.splat(1 / <f32>images), SCALE);
  v128.store(vectors, f32x4.splat(run.beta1), BETA_1);
  v128.store(vectors, f32x4.splat(1 - run.beta1), REST_1);
  v128.store(vectors, f32x4.splat(run.beta2), BETA_2);
  v128.store(vectors, f32x4.splat(1 - run.beta2), REST_2);
  v128.store(vectors, v128.load32_splat(entry, STEP_CORRECTION), CORRECTION);
  v128.store(vectors, f32x4.splat(run.epsilon), EPSILON);
  v128.store(vectors, v128.load32_splat(entry, STEP_SIZE), SIZE);
  v128.store(vectors, v128.load32_splat(entry, STEP_AVERAGING), AVERAGING);
  for (let index = 0; index < run.layerCount; index++) {
    const layer = run.layer(index);
    const end = layer.weights + <usize>layer.inputs * (<usize>layer.paddedOutputs << 2);
    range(run, layer.weights, end, load<f32>(entry, STEP_KEEP), index == 0 ? run.clip : Infinity);
  }
  range(run, run.weightBytes, run.parameterBytes, 1, Infinity);
}

/** A step over the parameters from `begin` to `end`, which keep so much of themselves and stay within ±`bound`. */
function range(run: Run, begin: usize, end: usize, keep: f32, bound: f32): void {
  v128.store(run.vectors, f32x4.splat(keep), KEEP);
  v128.store(run.vectors, f32x4.splat(-bound), LOWER);
  v128.store(run.vectors, f32x4.splat(bound), UPPER);
  if (run.optimizer != ADAM) move(false, run.averages != 0, run, begin, end);
  else if (run.averages) move(true, true, run, begin, end);
  else move(true, false, run, begin, end);
}

/**
 * Adam with decoupled weight decay: Kingma and Ba, arXiv:1412.6980; Loshchilov and Hutter, arXiv:1711.05101. Or stochastic
 * gradient descent with momentum: m = momentum m + g, w = keep w - size m.
 *
 * @param isAdam     a constant to the compiler
 * @param isAveraged a constant as well, for Adam
 */
// @ts-ignore: decorator
@inline function move(isAdam: bool, isAveraged: bool, run: Run, begin: usize, end: usize): void {
  const scale = v128.load(run.vectors, SCALE);
  const beta1 = v128.load(run.vectors, BETA_1);
  const rest1 = v128.load(run.vectors, REST_1);
  const beta2 = v128.load(run.vectors, BETA_2);
  const rest2 = v128.load(run.vectors, REST_2);
  const correction = v128.load(run.vectors, CORRECTION);
  const epsilon = v128.load(run.vectors, EPSILON);
  const size = v128.load(run.vectors, SIZE);
  const averaging = v128.load(run.vectors, AVERAGING);
  const keep = v128.load(run.vectors, KEEP);
  const lower = v128.load(run.vectors, LOWER);
  const upper = v128.load(run.vectors, UPPER);
  const magnitude = v128.load(run.constants, MAGNITUDE);
  const negligible = v128.load(run.constants, NEGLIGIBLE);
  const parameters = run.parameters;
  const gradients = run.gradients;
  const means = run.means;
  const squares = run.squares;
  const averages = run.averages;
  for (let at = begin; at < end; at += 16) {
    const g = f32x4.mul(v128.load(gradients + at), scale);
    v128.store(gradients + at, f32x4.splat(0));
    const newMean = f32x4.add(f32x4.mul(beta1, v128.load(means + at)), isAdam ? f32x4.mul(rest1, g) : g);
    const mean = settled(newMean, magnitude, negligible);
    v128.store(means + at, mean);
    let change = f32x4.mul(size, mean);
    if (isAdam) {
      const newSquare = f32x4.add(f32x4.mul(beta2, v128.load(squares + at)), f32x4.mul(rest2, f32x4.mul(g, g)));
      const square = settled(newSquare, magnitude, negligible);
      v128.store(squares + at, square);
      change = f32x4.div(change, f32x4.add(f32x4.sqrt(f32x4.mul(square, correction)), epsilon));
    }
    const moved = f32x4.sub(f32x4.mul(keep, v128.load(parameters + at)), change);
    // In this order NaN stays NaN.
    const w = f32x4.pmin(f32x4.pmax(moved, lower), upper);
    v128.store(parameters + at, w);
    if (!isAveraged) continue;
    // Averages follow the parameters exponentially.
    const e = v128.load(averages + at);
    v128.store(averages + at, f32x4.add(e, f32x4.mul(averaging, f32x4.sub(w, e))));
  }
}

/** 0 for what is negligible; NaN stays NaN. */
// @ts-ignore: decorator
@inline function settled(x: v128, magnitude: v128, negligible: v128): v128 {
  return v128.andnot(x, f32x4.lt(v128.and(x, magnitude), negligible));
}
