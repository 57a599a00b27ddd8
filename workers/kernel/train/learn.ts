import { TILE_IMAGES } from '../common/offsets';
import { addTileGradients, backwardTile, lossOf } from './backward-tile';
import { forwardTile } from './forward-tile';
import { listAsTheyAre, listTile } from './lit-lists';
import { countRight } from './loss';
import { step } from './optimizer';
import { Run } from './run';
import { endEpoch, giveBack, takeTile } from './tile-ring';

/**
 * Trains on batches `first` to `first + count - 1` of the epoch, one optimizer step each: on the calling thread, with tiles
 * that others may have listed. Leaves the batches' summed loss, taken while the weights changed.
 *
 * @returns false where it was stopped, or where a thread has died: the result is of no use
 */
export function train(run: Run, first: i32, count: i32): bool {
  if (atomic.load<i32>(run.stopFlag)) {
    endEpoch(run);
    return false;
  }
  const tilesABatch = (run.batchSize + TILE_IMAGES - 1) / TILE_IMAGES;
  let number = first * tilesABatch;
  let lossSum: f64 = 0;
  for (let batch = first; batch < first + count; batch++) {
    const begin = batch * run.batchSize;
    const end = min(begin + run.batchSize, run.trainingCount);
    let batchSum: f64 = 0;
    for (let start = begin; start < end; start += TILE_IMAGES, number++) {
      const tile = takeTile(run, number);
      if (!tile) return false;
      batchSum += learnFrom(run, tile, min(TILE_IMAGES, end - start));
      giveBack(run, number);
    }
    lossSum += batchSum;
    step(run, batch, end - begin);
  }
  run.lossSum = lossSum;
  return true;
}

/** Adds the gradients of the images `begin` to `end - 1` of the order to the run's; returns their summed loss. */
export function addGradients(run: Run, begin: i32, end: i32): f64 {
  let lossSum: f64 = 0;
  for (let start = begin; start < end; start += TILE_IMAGES) {
    const images = min(TILE_IMAGES, end - start);
    listTile(run, run.tiles, start, images);
    lossSum += learnFrom(run, run.tiles, images);
  }
  return lossSum;
}

/** One tile, forward and back; returns its summed loss. */
function learnFrom(run: Run, tile: usize, images: i32): f64 {
  forwardTile(run, tile, run.parameters, images);
  const lossSum = backwardTile(run, tile, images);
  addTileGradients(run, tile, images);
  return lossSum;
}

/**
 * Runs the network of `parameters` over images of the set, unaugmented. Leaves how many it gets right, and their summed loss,
 * without label smoothing.
 */
export function evaluate(run: Run, parameters: usize, first: i32, count: i32): void {
  const tile = run.tiles;
  const outputs = tile + run.layer(run.layerCount - 1).activations;
  let lossSum: f64 = 0;
  let correct = 0;
  for (let start = first; start < first + count; start += TILE_IMAGES) {
    const images = min(TILE_IMAGES, first + count - start);
    listAsTheyAre(run, tile, start, images);
    forwardTile(run, tile, parameters, images);
    lossSum += lossOf(run, tile, images, 0);
    correct += countRight(outputs, run.classes, images, tile + run.tileLabels);
  }
  run.lossSum = lossSum;
  run.correct = correct;
}
