/**
 * @typedef {object} Cluster
 * @property {number} workers
 * @property {number} shards
 * @property {number} secondsAShard on a machine of usual speed
 * @property {number} spread of these seconds, from shard to shard: the standard deviation of their logarithm
 * @property {number} slowShare of the machines, which are slower throughout
 * @property {number} slowFactor how many times as long they take
 * @property {number} hoursToFailure of one machine, on average
 * @property {number} secondsToNotice that a machine is gone, until its shard is given to another one
 * @property {number} secondsToReplace a machine
 * @property {number} shardsASecond that the queue gives out at most
 */

/**
 * When the last shard is done, event by event. The same seed gives the same run.
 *
 * @param {Cluster} cluster
 * @param {number} [seed]
 * @returns {{ seconds: number, failures: number, idleShare: number }}
 */
export function simulateCluster(cluster, seed = 1) {
  const { workers, shards, secondsAShard, spread, slowShare, slowFactor } = cluster;
  const { hoursToFailure, secondsToNotice, secondsToReplace, shardsASecond } = cluster;
  const random = generator(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const factors = Float64Array.from({ length: workers }, () => (random() < slowShare ? slowFactor : 1));
  const free = new Heap();
  for (let worker = 0; worker < workers; worker++) free.push(0, worker);
  const returned = new Heap();
  const idle = [];
  let [fresh, done, failures, given, end, busy] = [shards, 0, 0, 0, 0, 0];
  while (done < shards) {
    const { at, item: worker } = free.pop();
    if (fresh === 0 && returned.size === 0) {
      idle.push(worker);
      continue;
    }
    // What was given back waits until its loss is noticed.
    const isFresh = fresh > 0 && !(returned.size > 0 && returned.first <= at);
    const ready = isFresh ? at : Math.max(at, returned.pop().at);
    if (isFresh) fresh--;
    const start = Math.max(ready, given + 1 / shardsASecond);
    given = start;
    const takes = secondsAShard * factors[worker] * Math.exp(spread * normal());
    const lives = -Math.log(1 - random()) * hoursToFailure * 3600;
    busy += Math.min(takes, lives);
    if (lives < takes) {
      failures++;
      returned.push(start + lives + secondsToNotice, 0);
      if (idle.length > 0) free.push(start + lives + secondsToNotice, idle.pop());
      free.push(start + lives + secondsToReplace, worker);
      continue;
    }
    done++;
    end = Math.max(end, start + takes);
    free.push(start + takes, worker);
  }
  return { seconds: end, failures, idleShare: 1 - busy / (end * workers) };
}

/** The least first. */
class Heap {
  #entries = [];

  get size() {
    return this.#entries.length;
  }

  get first() {
    return this.#entries[0].at;
  }

  push(at, item) {
    const entries = this.#entries;
    let place = entries.push({ at, item }) - 1;
    for (let above = (place - 1) >> 1; place > 0 && entries[above].at > at; above = (place - 1) >> 1) {
      [entries[place], entries[above]] = [entries[above], entries[place]];
      place = above;
    }
  }

  pop() {
    const entries = this.#entries;
    const top = entries[0];
    const last = entries.pop();
    if (entries.length === 0) return top;
    entries[0] = last;
    for (let place = 0; ; ) {
      let least = place;
      for (const below of [2 * place + 1, 2 * place + 2]) {
        if (below < entries.length && entries[below].at < entries[least].at) least = below;
      }
      if (least === place) return top;
      [entries[place], entries[least]] = [entries[least], entries[place]];
      place = least;
    }
  }
}

/** Numbers in 0..1, always the same ones. */
function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
