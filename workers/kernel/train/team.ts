import { TILE_IMAGES } from '../common/offsets';
import { addTileGradients, backwardTile, lossOf } from './backward-tile';
import { agreeToGoOn, waitForAll } from './barrier';
import { cutLists } from './cut-lists';
import { forwardTile } from './forward-tile';
import { listAsTheyAre, listTile } from './lit-lists';
import { countRight } from './loss';
import { step } from './optimizer';
import { Run } from './run';

/**
 * What the threads of a team do together. Forward and back, each thread takes tiles of its own; for the gradients and the
 * optimizer it takes parameters of its own, over all images. A thread that is alone takes all of both, and does not wait.
 *
 * All that return a bool return false where the team was stopped, or one of its threads has died: the result is of no use.
 */

/**
 * Trains on batches `first` to `first + count - 1` of the epoch, one optimizer step each. All threads of the team call it at
 * the same time, each with its own head. The first leaves the batches' summed loss, taken while the weights changed.
 */
export function train(run: Run, first: i32, count: i32): bool {
  if (!agreeToGoOn(run.barrier, run.teamSize, run.rank, run.stopFlag)) return false;
  let lossSum: f64 = 0;
  for (let batch = first; batch < first + count; batch++) {
    const begin = batch * run.batchSize;
    const end = min(begin + run.batchSize, run.trainingCount);
    if (!addBatch(run, begin, end)) return false;
    if (run.rank == 0) lossSum += lossSumOf(run, end - begin);
    step(run, batch, end - begin);
    if (!waitForAll(run.barrier, run.teamSize)) return false;
  }
  run.lossSum = lossSum;
  return true;
}

/** Adds the gradients of the images `begin` to `end - 1` of the order; leaves each tile's loss in its result. */
export function addBatch(run: Run, begin: i32, end: i32): bool {
  const inHand = run.tilesInHand;
  // While some threads still read the tiles of one turn, others already write those of the next: there are two sets.
  const otherSet = run.teamSize > 1 ? <usize>inHand * run.tileBytes : 0;
  let tiles = run.tiles;
  let done = 0;
  for (let at = begin; at < end; at += inHand * TILE_IMAGES, done += inHand) {
    const count = min(inHand, tilesOf(end - at));
    for (let t = run.rank; t < count; t += run.teamSize) {
      const start = at + t * TILE_IMAGES;
      const lossSum = learnFrom(run, tiles + <usize>t * run.tileBytes, start, min(TILE_IMAGES, end - start));
      run.result(done + t).lossSum = lossSum;
    }
    if (!waitForAll(run.barrier, run.teamSize)) return false;
    for (let t = 0; t < count; t++) {
      addTileGradients(run, tiles + <usize>t * run.tileBytes, min(TILE_IMAGES, end - at - t * TILE_IMAGES));
    }
    tiles = tiles == run.tiles ? run.tiles + otherSet : run.tiles;
  }
  return true;
}

/** One tile, forward and back; returns its summed loss. */
function learnFrom(run: Run, tile: usize, start: i32, images: i32): f64 {
  listTile(run, tile, start, images);
  for (let i = 0; i < images; i++) setLabel(run, tile, i, load<u32>(run.order + (<usize>(start + i) << 2)));
  forwardTile(run, tile, run.parameters, images);
  const lossSum = backwardTile(run, tile, images);
  if (run.teamSize > 1) cutLists(run, tile, images);
  return lossSum;
}

/** The losses of a batch's tiles, in their order. */
export function lossSumOf(run: Run, images: i32): f64 {
  let sum: f64 = 0;
  for (let t = 0; t < tilesOf(images); t++) sum += run.result(t).lossSum;
  return sum;
}

/**
 * Runs the network of `parameters` over images of the set, unaugmented, all threads together. The first leaves how many it
 * gets right, and their summed loss, without label smoothing.
 */
export function evaluate(run: Run, parameters: usize, first: i32, count: i32): bool {
  const tile = run.tiles + <usize>run.rank * run.tileBytes;
  const outputs = tile + run.layer(run.layerCount - 1).activations;
  const tileCount = tilesOf(count);
  for (let t = run.rank; t < tileCount; t += run.teamSize) {
    const start = first + t * TILE_IMAGES;
    const images = min(TILE_IMAGES, first + count - start);
    listAsTheyAre(run, tile, start, images);
    for (let i = 0; i < images; i++) setLabel(run, tile, i, start + i);
    forwardTile(run, tile, parameters, images);
    const result = run.result(t);
    result.lossSum = lossOf(run, tile, images, 0);
    result.correct = countRight(outputs, run.classes, images, tile + run.tileLabels);
  }
  if (!waitForAll(run.barrier, run.teamSize)) return false;
  if (run.rank != 0) return true;
  run.lossSum = lossSumOf(run, count);
  run.correct = 0;
  for (let t = 0; t < tileCount; t++) run.correct += run.result(t).correct;
  return true;
}

function setLabel(run: Run, tile: usize, i: i32, index: u32): void {
  store<i32>(tile + run.tileLabels + (<usize>i << 2), <i32>load<u8>(run.labels + <usize>index));
}

// @ts-ignore: decorator
@inline function tilesOf(images: i32): i32 {
  return (images + TILE_IMAGES - 1) / TILE_IMAGES;
}
