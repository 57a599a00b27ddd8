/**
 * A seed for each use of randomness, told apart by whole numbers below 2^32 (run, epoch, …): so no use depends on how
 * much another one has drawn, and any epoch can be run again by itself.
 *
 * @returns a safe integer, at least 0
 */
export function streamSeed(seed: number, ...path: readonly number[]): number {
  const [low, high] = streamKeys(seed, ...path);
  return (high & 0x1fffff) * 2 ** 32 + low;
}

/** Two u32, as `streamSeed`: what the kernel's augmentation is keyed with. */
export function streamKeys(seed: number, ...path: readonly number[]): readonly [number, number] {
  let low = mix(seed >>> 0);
  let high = mix(Math.floor(seed / 2 ** 32) ^ low);
  for (const part of path) {
    low = mix((low ^ part) + 0x9e3779b9);
    high = mix((high ^ low) + 0x7f4a7c15);
  }
  return [low, high];
}

/** The finalizer of MurmurHash3 by Austin Appleby: every bit of the argument changes half of the result's. */
export function mix(x: number): number {
  let h = x | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
