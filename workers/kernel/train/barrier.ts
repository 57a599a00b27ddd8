import {
  BARRIER_ARRIVED as ARRIVED,
  BARRIER_GENERATION as GENERATION,
  BARRIER_IS_BROKEN as IS_BROKEN,
  BARRIER_IS_STOPPED as IS_STOPPED,
  BARRIER_SLEEPING as SLEEPING,
} from '../common/offsets';

/**
 * Where the threads of a team wait for each other. A thread that waits looks again and again for some microseconds, about as
 * long as the others take, and only then sleeps: to be woken costs more than a step of 128 images.
 *
 * When a thread has died, the main thread breaks the barrier: it raises `IS_BROKEN`, then the generation, and wakes all. The
 * barrier stays broken for all threads until the main thread resets it.
 */

/** Looks before a thread sleeps: some tens of microseconds. */
const LOOKS: i32 = 20_000;

/**
 * Waits until all `teamSize` threads are here: what each wrote before, all others can read after.
 *
 * @returns false where the barrier is broken: no other thread will come
 */
export function waitForAll(barrier: usize, teamSize: i32): bool {
  if (teamSize == 1) return true;
  // Before the flag is read: a thread that then finds it down is woken by the generation that follows it.
  const generation = atomic.load<i32>(barrier, GENERATION);
  if (atomic.load<i32>(barrier, IS_BROKEN)) return false;
  if (atomic.add<i32>(barrier, 1, ARRIVED) + 1 == teamSize) {
    atomic.store<i32>(barrier, 0, ARRIVED);
    atomic.add<i32>(barrier, 1, GENERATION);
    // A thread that counts itself later finds the new generation, and does not sleep.
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

/** Whether the stop flag is down: all threads find the same, since the first one looks for all. */
export function agreeToGoOn(barrier: usize, teamSize: i32, rank: i32, stopFlag: usize): bool {
  if (rank == 0) atomic.store<i32>(barrier, atomic.load<i32>(stopFlag), IS_STOPPED);
  return waitForAll(barrier, teamSize) && !atomic.load<i32>(barrier, IS_STOPPED);
}
