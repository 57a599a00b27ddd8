import type { TrainingImages } from './training-images.js';

/** Images that are looked at to find out where the lit pixels are. */
const SAMPLE = 256;

/**
 * Divides the pixels of a set among the threads of a team, one stretch each, so that each has about as many lit ones. It decides
 * how long the threads wait for each other, and nothing else.
 *
 * @param teamSize at most as many as there are pixels
 * @returns where each thread's share begins, and, last, where all end: `(teamSize + 1)`, every share of at least one pixel
 */
export function divideByLit({ pixels, labels, image }: TrainingImages, teamSize: number): number[] {
  const inputs = image.height * image.width;
  if (teamSize === 1) return [0, inputs];
  const lit = new Float64Array(inputs);
  const step = Math.max(1, Math.floor(labels.length / SAMPLE));
  for (let i = 0; i < labels.length; i += step) {
    for (let p = 0; p < inputs; p++) if (pixels[i * inputs + p] !== 0) lit[p]++;
  }
  // A pixel costs the optimizer a little even where it is black.
  return divide(
    lit.map((count) => count + 0.01),
    teamSize,
  );
}

/** Divides inputs that all cost the same; where there are fewer than threads, some get none. */
export function divideEvenly(inputs: number, teamSize: number): number[] {
  return Array.from({ length: teamSize + 1 }, (_, rank) => Math.round((inputs * rank) / teamSize));
}

/** Begins each share where the shares before it have had their part of the whole cost. */
function divide(costs: Float64Array, teamSize: number): number[] {
  const begins = [0];
  const whole = costs.reduce((sum, cost) => sum + cost, 0);
  let spent = 0;
  for (let p = 0; p < costs.length && begins.length < teamSize; p++) {
    spent += costs[p];
    const left = teamSize - begins.length;
    const isDue = spent >= (whole * begins.length) / teamSize;
    // Every share after this one is to have a pixel as well.
    if (isDue || costs.length - (p + 1) === left) begins.push(p + 1);
  }
  return [...begins, costs.length];
}
