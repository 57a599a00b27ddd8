import { ADAM, Run, Step } from './run';

/** Below this a moment counts as 0: left alone it would shrink to a subnormal number, which slows a processor down. */
// @ts-ignore: decorator
@inline const NEGLIGIBLE: f32 = 1e-30;

/**
 * One step of the optimizer over all parameters, in place, and of their averages; the gradients are set to 0 for the
 * next batch. Weights decay and biases do not; the first layer's weights are kept within ±clip.
 *
 * @param images how many images the gradients were summed over
 */
export function step(run: Run, entry: Step, images: i32): void {
  const all = f32x4.splat(Infinity);
  const bound = f32x4.splat(run.clip);
  const keep = f32x4.splat(entry.keep);
  const firstWeightBytes = run.firstWeightBytes;
  const weightBytes = run.weightBytes;
  const parameterBytes = run.parameterBytes;
  if (run.optimizer == ADAM) {
    adam(run, entry, images, 0, firstWeightBytes, keep, bound);
    adam(run, entry, images, firstWeightBytes, weightBytes, keep, all);
    adam(run, entry, images, weightBytes, parameterBytes, f32x4.splat(1), all);
  } else {
    momentum(run, entry, images, 0, firstWeightBytes, keep, bound);
    momentum(run, entry, images, firstWeightBytes, weightBytes, keep, all);
    momentum(run, entry, images, weightBytes, parameterBytes, f32x4.splat(1), all);
  }
  if (run.averages) average(run, entry);
}

/** Adam with decoupled weight decay: Kingma and Ba, arXiv:1412.6980; Loshchilov and Hutter, arXiv:1711.05101. */
function adam(run: Run, entry: Step, images: i32, begin: usize, end: usize, keep: v128, bound: v128): void {
  const beta1 = f32x4.splat(run.beta1);
  const beta2 = f32x4.splat(run.beta2);
  const rest1 = f32x4.splat(1 - run.beta1);
  const rest2 = f32x4.splat(1 - run.beta2);
  const epsilon = f32x4.splat(run.epsilon);
  const scale = f32x4.splat(1 / <f32>images);
  const size = f32x4.splat(entry.size);
  const correction = f32x4.splat(entry.correction);
  const lower = f32x4.neg(bound);
  const parameters = run.parameters;
  const gradients = run.gradients;
  const means = run.means;
  const squares = run.squares;
  for (let at = begin; at < end; at += 16) {
    const g = f32x4.mul(v128.load(gradients + at), scale);
    v128.store(gradients + at, f32x4.splat(0));
    const mean = settled(f32x4.add(f32x4.mul(beta1, v128.load(means + at)), f32x4.mul(rest1, g)));
    const square = settled(f32x4.add(f32x4.mul(beta2, v128.load(squares + at)), f32x4.mul(rest2, f32x4.mul(g, g))));
    v128.store(means + at, mean);
    v128.store(squares + at, square);
    const root = f32x4.add(f32x4.sqrt(f32x4.mul(square, correction)), epsilon);
    const change = f32x4.div(f32x4.mul(size, mean), root);
    const w = f32x4.sub(f32x4.mul(keep, v128.load(parameters + at)), change);
    v128.store(parameters + at, kept(w, lower, bound));
  }
}

/** Stochastic gradient descent with momentum: m = momentum m + g, w = keep w - size m. */
function momentum(run: Run, entry: Step, images: i32, begin: usize, end: usize, keep: v128, bound: v128): void {
  const beta1 = f32x4.splat(run.beta1);
  const scale = f32x4.splat(1 / <f32>images);
  const size = f32x4.splat(entry.size);
  const lower = f32x4.neg(bound);
  const parameters = run.parameters;
  const gradients = run.gradients;
  const means = run.means;
  for (let at = begin; at < end; at += 16) {
    const g = f32x4.mul(v128.load(gradients + at), scale);
    v128.store(gradients + at, f32x4.splat(0));
    const mean = settled(f32x4.add(f32x4.mul(beta1, v128.load(means + at)), g));
    v128.store(means + at, mean);
    const w = f32x4.sub(f32x4.mul(keep, v128.load(parameters + at)), f32x4.mul(size, mean));
    v128.store(parameters + at, kept(w, lower, bound));
  }
}

/** Averages follow the parameters exponentially: e = e + averaging (w - e). */
function average(run: Run, entry: Step): void {
  const averaging = f32x4.splat(entry.averaging);
  const averages = run.averages;
  const parameters = run.parameters;
  for (let at: usize = 0; at < run.parameterBytes; at += 16) {
    const e = v128.load(averages + at);
    v128.store(averages + at, f32x4.add(e, f32x4.mul(averaging, f32x4.sub(v128.load(parameters + at), e))));
  }
}

/** 0 for what is negligible; NaN stays NaN. */
// @ts-ignore: decorator
@inline
function settled(x: v128): v128 {
  return v128.andnot(x, f32x4.lt(f32x4.abs(x), f32x4.splat(NEGLIGIBLE)));
}

/** w within its bounds; NaN stays NaN. */
// @ts-ignore: decorator
@inline
function kept(w: v128, lower: v128, upper: v128): v128 {
  return f32x4.pmin(f32x4.pmax(w, lower), upper);
}
