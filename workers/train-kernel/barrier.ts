/**
 * Where the threads of a team wait for each other. A thread that waits looks again and again for some microseconds, about as long
 * as the others take, and only then sleeps: to be woken costs more than a step of 128 images.
 *
 * Main breaks the barrier when one of them has died: it raises `isBroken`, then the generation, and wakes all. Then it is
 * broken for everyone, and stays so until main has put it right.
 */
@unmanaged
class Barrier {
  /** How many have come, of this generation. */
  arrived: i32;
  /** How often all had come: what the others wait for. */
  generation: i32;
  /** How many sleep, or are about to. */
  sleeping: i32;
  isBroken: i32;
  /** What the first thread has seen of the stop flag, said to all. */
  isStopped: i32;
  /** How many threads have begun with the epoch: counted by src/training/run-epoch.ts, for main. */
  begun: i32;
}

// @ts-ignore: decorator
@inline const GENERATION: usize = offsetof<Barrier>('generation');
// @ts-ignore: decorator
@inline const SLEEPING: usize = offsetof<Barrier>('sleeping');
// @ts-ignore: decorator
@inline const IS_BROKEN: usize = offsetof<Barrier>('isBroken');
// @ts-ignore: decorator
@inline const IS_STOPPED: usize = offsetof<Barrier>('isStopped');

/** Looks before a thread sleeps: some tens of microseconds. */
// @ts-ignore: decorator
@inline const LOOKS: i32 = 20_000;

/**
 * Waits until all `teamSize` threads are here: what each wrote before, all others can read after.
 *
 * @returns false where the barrier is broken: there is nobody to wait for any more
 */
export function waitForAll(barrier: usize, teamSize: i32): bool {
  if (teamSize == 1) return true;
  // Before the flag is read: who then finds it down is woken by the generation that follows it.
  const generation = atomic.load<i32>(barrier, GENERATION);
  if (atomic.load<i32>(barrier, IS_BROKEN)) return false;
  if (atomic.add<i32>(barrier, 1) + 1 == teamSize) {
    atomic.store<i32>(barrier, 0);
    atomic.add<i32>(barrier, 1, GENERATION);
    // Who counts itself later finds the new generation, and does not sleep.
    if (atomic.load<i32>(barrier, SLEEPING)) atomic.notify(barrier + GENERATION, -1);
    return true;
  }
  for (let look = 0; look < LOOKS; look++) {
    if (atomic.load<i32>(barrier, GENERATION) != generation) return !atomic.load<i32>(barrier, IS_BROKEN);
  }
  atomic.add<i32>(barrier, 1, SLEEPING);
  while (atomic.load<i32>(barrier, GENERATION) == generation) {
    atomic.wait<i32>(barrier + GENERATION, generation, -1);
  }
  atomic.sub<i32>(barrier, 1, SLEEPING);
  return !atomic.load<i32>(barrier, IS_BROKEN);
}

/** Whether nobody has raised the stop flag: all threads find the same, since one looks for all. */
export function agreeToGoOn(barrier: usize, teamSize: i32, rank: i32, stopFlag: usize): bool {
  if (rank == 0) atomic.store<i32>(barrier, atomic.load<i32>(stopFlag), IS_STOPPED);
  return waitForAll(barrier, teamSize) && !atomic.load<i32>(barrier, IS_STOPPED);
}
