/**
 * @typedef {object} Contender
 * @property {string} name
 * @property {() => unknown} run once round; may return a promise; where it says `wallMs` and `cpuMs` itself, that counts
 */

/**
 * @typedef {object} Samples one entry a round
 * @property {number[]} wallMs
 * @property {number[]} cpuMs what this process, all its threads together, spent on the cores
 */

/**
 * Lets the contenders run in turns. Each round begins with another one, so none always runs in the wake of the same.
 *
 * @param {readonly Contender[]} contenders
 * @param {{ rounds: number, warmups?: number, onRound?: (round: number) => void }} options
 * @returns {Promise<Map<string, Samples>>} by name
 */
export async function alternate(contenders, { rounds, warmups = 1, onRound }) {
  const samples = new Map(contenders.map(({ name }) => [name, { wallMs: [], cpuMs: [] }]));
  for (let round = -warmups; round < rounds; round++) {
    if (round >= 0) onRound?.(round);
    for (let turn = 0; turn < contenders.length; turn++) {
      const { name, run } = contenders[(turn + round + warmups) % contenders.length];
      const cpuBefore = process.cpuUsage();
      const startMs = performance.now();
      const own = await run();
      const wallMs = own?.wallMs ?? performance.now() - startMs;
      const { user, system } = process.cpuUsage(cpuBefore);
      if (round < 0) continue;
      samples.get(name).wallMs.push(wallMs);
      samples.get(name).cpuMs.push(own?.cpuMs ?? (user + system) / 1000);
    }
  }
  return samples;
}
