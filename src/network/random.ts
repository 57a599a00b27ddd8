/** Pseudo-random numbers that are the same on every machine for the same seed. */
export interface Random {
  /** At least 0, below 1; 53 bits of it are random. */
  uniform(): number;
  /** A whole number: at least 0, below `limit`. `limit` at most 2^31, where the bias is under 2^-22. */
  below(limit: number): number;
}

/**
 * sfc32 of Chris Doty-Humphrey's PractRand (file RNGs/sfc.cpp), seeded as there with a safe integer, at least 0. It only
 * adds and shifts integers, so that no machine rounds differently.
 */
export function createRandom(seed: number): Random {
  let a = 0;
  let b = seed >>> 0;
  let c = Math.floor(seed / 2 ** 32) >>> 0;
  let counter = 1;

  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (let warmUp = 0; warmUp < 12; warmUp++) next();

  const uniform = () => ((next() >>> 5) * 2 ** 26 + (next() >>> 6)) / 2 ** 53;
  return { uniform, below: (limit) => Math.floor(uniform() * limit) };
}

/** Puts an array into random order, in place (Fisher and Yates). */
export function shuffle(items: Uint32Array, random: Random): void {
  for (let i = items.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [items[i], items[j]] = [items[j], items[i]];
  }
}
