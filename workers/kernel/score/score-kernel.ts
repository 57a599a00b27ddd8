import { activate as activateCommon } from '../common/activate';
import { affine } from '../common/affine';
import { writeConstants } from '../common/constants';
import * as HEAD from '../common/head-offsets';
import { layerAt } from '../common/layer';
import { CONSTANT_BYTES, TILE_IMAGES } from '../common/offsets';
import { ROW, toNeuronRows } from '../common/tile';
import { floatBlock, litGroups, quantizedBlock } from './first-layer';
import { crossEntropies, squaredErrors, winners } from './verdict';
export { writePositionTable } from '../common/position-table';
export { count } from './count';
export { formatRows } from './format';
export { finestScale, quantizeRow } from './int16-weights';
export { endOfPlain, plainLines } from './lines';
export { numberRows } from './rows';

/**
 * Forward passes over `count` images in place: reads pixels and labels, writes predictions, confidences and losses.
 *
 * @param network     the placed network
 * @param scratch     see src/engine/layout.ts; no other call may use it meanwhile
 * @param pixels      `(count, inputs)` u8, row-major; up to 63 bytes after them are read, never used
 * @param labels      `(count)` u8, up to three bytes after them are read; or 0: then no losses are written
 * @param predictions `(count)` u8
 * @param confidences `(count)` f32: the winner's activation
 * @param losses      `(count)` f32
 * @param outputs     `(count, classes)` f32, or 0 where they are not wanted
 */
export function forward(
  network: usize, scratch: usize, pixels: usize, count: i32, labels: usize, predictions: usize,
  confidences: usize, losses: usize, outputs: usize
): void {
  const inputs = load<i32>(network, HEAD.inputs);
  const classes = load<i32>(network, HEAD.classes);
  const layerCount = load<i32>(network, HEAD.layerCount);
  const tileBytes = load<usize>(network, HEAD.widest) * ROW;
  const here = scratch + CONSTANT_BYTES;
  writeConstants(scratch);
  const there = here + tileBytes;
  const list = there + tileBytes;
  const aside = list + load<usize>(network, HEAD.listBytes);

  for (let done = 0; done < count; done += TILE_IMAGES) {
    const images = min(TILE_IMAGES, count - done);
    firstLayer(network, scratch, pixels + <usize>done * <usize>inputs, images, list, there, here);
    let source = here;
    let target = there;
    for (let index = 1; index < layerCount; index++) {
      const layer = layerAt(network + HEAD.bytes, index);
      const step = <usize>layer.inputs << 2;
      affine(source, target, images, layer.inputs, layer.outputs, layer.weights, 4, step, layer.biases);
      activate(layer.activation, target, layer.outputs, scratch);
      const next = source;
      source = target;
      target = next;
    }
    const first = <usize>done;
    const firstLabel = labels ? labels + first : 0;
    if (images == TILE_IMAGES) {
      judge(network, source, TILE_IMAGES, firstLabel, predictions + first, confidences + first * 4, losses + first * 4);
    } else {
      // Vectors write four verdicts at a time, here past the last image: so they write aside.
      judge(network, source, images, firstLabel, aside + ROW * 2, aside, aside + ROW);
      memory.copy(predictions + first, aside + ROW * 2, images);
      memory.copy(confidences + first * 4, aside, <usize>images << 2);
      if (labels) memory.copy(losses + first * 4, aside + ROW, <usize>images << 2);
    }
    if (outputs) copyOutputs(source, classes, images, outputs + first * (<usize>classes << 2));
  }
}

/** Predictions and confidences of a tile; losses where there are labels. */
function judge(
  network: usize, values: usize, images: i32, labels: usize, predictions: usize, confidences: usize,
  losses: usize
): void {
  const classes = load<i32>(network, HEAD.classes);
  winners(values, classes, images, predictions, confidences);
  if (!labels) return;
  if (load<i32>(network, HEAD.crossEntropy)) crossEntropies(values, images, labels, losses);
  else squaredErrors(values, classes, images, labels, losses);
}

/** `(classes, TILE_IMAGES)` f32 to `(images, classes)`. */
function copyOutputs(values: usize, classes: i32, images: i32, target: usize): void {
  for (let image: usize = 0; image < <usize>images; image++) {
    let from = values + (image << 2);
    for (let c = 0; c < classes; c++, from += ROW, target += 4) store<f32>(target, load<f32>(from));
  }
}

/** The first layer of up to `TILE_IMAGES` images: pixels in, sums `(TILE_IMAGES, paddedOutputs)` aside, activations out. */
function firstLayer(
  network: usize, constants: usize, pixels: usize, images: i32, list: usize, aside: usize, target: usize
): void {
  const layer = layerAt(network + HEAD.bytes, 0);
  const table = load<usize>(network, HEAD.positionTable);
  const isQuantized = load<i32>(network, HEAD.quantized);
  const stride = <usize>layer.paddedOutputs << 2;
  const groups = (layer.inputs + 3) >> 2;
  const blocks = layer.paddedOutputs >> 4;
  for (let i = 0; i < images; i++) {
    const image = pixels + <usize>i * <usize>layer.inputs;
    const lit = litGroups(image, groups, table, list);
    const isDense = lit * 4 > groups * 3;
    for (let block = 0; block < blocks; block++) {
      const first = <usize>block << 6;
      const sums = aside + <usize>i * stride + first;
      const biases = layer.biases + first;
      const scales = layer.scales + first;
      const blockStart = <usize>block * <usize>groups;
      if (!isQuantized) {
        floatBlock(image, list, lit, layer.weights + (blockStart << 8), biases, sums);
      } else if (isDense) {
        quantizedBlock(true, constants, image, list, groups, layer.weights + (blockStart << 7), scales, biases, sums);
      } else {
        quantizedBlock(false, constants, image, list, lit, layer.weights + (blockStart << 7), scales, biases, sums);
      }
    }
  }
  toNeuronRows(aside, target, layer.paddedOutputs, images);
  activate(layer.activation, target, layer.outputs, constants);
}

function activate(activation: i32, values: usize, outputs: i32, constants: usize): void {
  activateCommon(false, activation, values, outputs, constants);
}
