import {
  RING_CLAIMED as CLAIMED,
  RING_IS_AWAITED as IS_AWAITED,
  RING_IS_OPEN as IS_OPEN,
  RING_IS_OVER as IS_OVER,
  RING_LEARNT as LEARNT,
  RING_SLEEPING as SLEEPING,
  TILE_IMAGES,
} from '../common/offsets';
import { listTile } from './lit-lists';
import { Run } from './run';

/**
 * The tiles of an epoch, on their way from the threads that list them to the one that learns from them. To vary an image
 * takes three times as long as to learn from it, and needs nothing that learning changes: so other threads do it ahead.
 *
 * A tile's number says which images are in it. Whoever lists one claims the next number, and lists it to the place of the
 * ring that is the number's. The learner takes them one after the other; where it would wait, it lists one itself. So the
 * result has no way to depend on how many threads there are, or on which of them is quick.
 *
 * Where a thread has died, the main thread says that the epoch is over: its tile would never come.
 */

/** Looks before the learner sleeps: some tens of microseconds, a good part of a tile. */
const LOOKS: i32 = 20_000;

/**
 * Sleeps while the i32 at `address` is `expected`, some time at most: then it is looked whether the epoch is over. JavaScript
 * sleeps for us. In a function that has a wait of its own, the code that V8 makes first in Node 20 overwrites half a local.
 */
// @ts-ignore: decorator
@external("env", "sleep") declare function sleep(address: usize, expected: i32): void;

/** The tile of this number, listed; the learner has it until `giveBack`. 0 where the epoch is over. */
export function takeTile(run: Run, number: i32): usize {
  if (run.threads == 1) return listNumber(run, run.tiles, number);
  const slot = number % run.ringTiles;
  const ready = readyAt(run, slot);
  while (atomic.load<i32>(ready) != number + 1) {
    if (listNext(run)) continue;
    if (isOver(run)) return 0;
    awaitTile(run, ready, number);
  }
  return tileAt(run, slot);
}

/** The place of this tile is free for another. */
export function giveBack(run: Run, number: i32): void {
  if (run.threads == 1) return;
  const ring = run.ring;
  atomic.store<i32>(ring, number + 1, LEARNT);
  // Not for each one: to wake a thread takes longer than a tile.
  const left = atomic.load<i32>(ring, CLAIMED) - (number + 1);
  if (atomic.load<i32>(ring, SLEEPING) && left <= run.ringTiles >> 1) atomic.notify(ring + LEARNT, -1);
}

/** Lists tiles for the learner until there are no more, or the epoch is over. */
export function listAhead(run: Run): void {
  const ring = run.ring;
  while (!atomic.load<i32>(ring, IS_OPEN)) {
    if (isOver(run)) return;
    sleep(ring + IS_OPEN, 0);
  }
  while (!isOver(run)) {
    if (listNext(run)) continue;
    if (atomic.load<i32>(ring, CLAIMED) >= run.tileCount) return;
    const learnt = atomic.load<i32>(ring, LEARNT);
    atomic.add<i32>(ring, 1, SLEEPING);
    // The learner that counts on after this finds one asleep.
    if (!hasRoom(run, atomic.load<i32>(ring, CLAIMED))) sleep(ring + LEARNT, learnt);
    atomic.sub<i32>(ring, 1, SLEEPING);
  }
}

/** Tells the threads that list ahead to leave. */
export function endEpoch(run: Run): void {
  atomic.store<i32>(run.ring, 1, IS_OVER);
  atomic.notify(run.ring + LEARNT, -1);
  atomic.notify(run.ring + IS_OPEN, -1);
}

/** Lists the next tile that no thread has claimed; false where there is none, or no room. */
function listNext(run: Run): bool {
  const ring = run.ring;
  // It is this number that must have room, and no other that is claimed meanwhile: its place may still be another's.
  const number = atomic.load<i32>(ring, CLAIMED);
  if (!hasRoom(run, number)) return false;
  // Where another thread was quicker, the caller tries again.
  if (atomic.cmpxchg<i32>(ring, number, number + 1, CLAIMED) != number) return true;
  const slot = number % run.ringTiles;
  listNumber(run, tileAt(run, slot), number);
  atomic.store<i32>(readyAt(run, slot), number + 1);
  if (atomic.load<i32>(ring, IS_AWAITED)) atomic.notify(readyAt(run, slot), 1);
  return true;
}

/** Whether there is a tile of this number, and a place for it: once there is, there always is. */
function hasRoom(run: Run, number: i32): bool {
  return number < run.tileCount && number - atomic.load<i32>(run.ring, LEARNT) < run.ringTiles;
}

/** Waits until the tile is there, some time at most: another thread is at it. */
function awaitTile(run: Run, ready: usize, number: i32): void {
  for (let look = 0; look < LOOKS; look++) {
    if (atomic.load<i32>(ready) == number + 1) return;
  }
  const ring = run.ring;
  atomic.store<i32>(ring, 1, IS_AWAITED);
  const found = atomic.load<i32>(ready);
  if (found != number + 1) sleep(ready, found);
  atomic.store<i32>(ring, 0, IS_AWAITED);
}

/** Lists the images of a tile of the epoch, with their labels. */
function listNumber(run: Run, tile: usize, number: i32): usize {
  const tilesABatch = (run.batchSize + TILE_IMAGES - 1) / TILE_IMAGES;
  const begin = (number / tilesABatch) * run.batchSize;
  const start = begin + (number % tilesABatch) * TILE_IMAGES;
  const end = min(begin + run.batchSize, run.trainingCount);
  listTile(run, tile, start, min(TILE_IMAGES, end - start));
  return tile;
}

function isOver(run: Run): bool {
  return atomic.load<i32>(run.ring, IS_OVER) != 0;
}

// @ts-ignore: decorator
@inline function tileAt(run: Run, slot: i32): usize {
  return run.tiles + <usize>slot * run.tileBytes;
}

/** Where the place of a tile says which one is there: its number and 1. */
// @ts-ignore: decorator
@inline function readyAt(run: Run, slot: i32): usize {
  return run.ready + (<usize>slot << 2);
}
