import { activate } from './activate';
import { affine } from './affine';
import { LayerEntry, layerAt, NetworkHead } from './network';
import { floatBlock, litGroups, quantizedBlock } from './pixels';
export { numberRows } from './rows';
import { crossEntropy, squaredError, winner } from './verdict';

/** Images that go through the layers together: enough to keep each loop long, few enough to stay in the cache. */
// @ts-ignore: decorator
@inline const TILE: i32 = 32;

/**
 * Forward passes over `count` images in place: reads pixels and labels, writes predictions, confidences and losses.
 *
 * @param network     the placed network
 * @param scratch     `scratchBytes` of src/pool/layout.ts; nobody else may use them meanwhile
 * @param pixels      `(count, inputs)` u8, row-major; up to 31 bytes behind them are read, never used
 * @param labels      `(count)` u8, or 0: then no losses are written
 * @param predictions `(count)` u8
 * @param confidences `(count)` f32: the winner's activation
 * @param losses      `(count)` f32
 * @param outputs     `(count, classes)` f32, or 0 where they are not wanted
 */
export function forward(
  network: usize,
  scratch: usize,
  pixels: usize,
  count: i32,
  labels: usize,
  predictions: usize,
  confidences: usize,
  losses: usize,
  outputs: usize,
): void {
  const head = changetype<NetworkHead>(network);
  const stride = <usize>head.widest << 2;
  const here = scratch;
  const there = here + stride * TILE;
  const list = there + stride * TILE;

  for (let done = 0; done < count; done += TILE) {
    const images = min(TILE, count - done);
    firstLayer(head, layerAt(network, 0), pixels + <usize>done * <usize>head.inputs, images, list, here, stride);
    let source = here;
    let target = there;
    for (let index = 1; index < head.layerCount; index++) {
      const layer = layerAt(network, index);
      affine(source, target, stride, images, layer.inputs, layer.paddedOutputs, layer.weights, layer.biases);
      activate(layer.activation, target, stride, images, layer.outputs, layer.paddedOutputs);
      const next = source;
      source = target;
      target = next;
    }
    for (let i = 0; i < images; i++, source += stride) {
      const record = <usize>(done + i);
      const best = winner(source, head.classes);
      store<u8>(predictions + record, best);
      store<f32>(confidences + (record << 2), load<f32>(source + (<usize>best << 2)));
      if (labels) {
        const label = <i32>load<u8>(labels + record);
        const loss = head.crossEntropy
          ? crossEntropy(source, label)
          : squaredError(source, head.classes, label);
        store<f32>(losses + (record << 2), loss);
      }
      if (outputs) {
        const bytes = <usize>head.classes << 2;
        memory.copy(outputs + record * bytes, source, bytes);
      }
    }
  }
}

/** The first layer of up to `TILE` images, pixels in, activations out. */
function firstLayer(
  head: NetworkHead,
  layer: LayerEntry,
  pixels: usize,
  images: i32,
  list: usize,
  target: usize,
  stride: usize,
): void {
  const groups = (head.inputs + 3) >> 2;
  const blocks = layer.paddedOutputs >> 4;
  for (let i = 0; i < images; i++) {
    const image = pixels + <usize>i * <usize>head.inputs;
    const lit = litGroups(image, groups, head.groupTable, list);
    const isDense = lit * 4 > groups * 3;
    for (let block = 0; block < blocks; block++) {
      const first = <usize>block << 6;
      const sums = target + <usize>i * stride + first;
      const biases = layer.biases + first;
      const scales = layer.scales + first;
      const blockStart = <usize>block * <usize>groups;
      if (!head.quantized) {
        floatBlock(image, list, lit, layer.weights + (blockStart << 8), biases, sums);
      } else if (isDense) {
        quantizedBlock(true, image, list, groups, layer.weights + (blockStart << 7), scales, biases, sums);
      } else {
        quantizedBlock(false, image, list, lit, layer.weights + (blockStart << 7), scales, biases, sums);
      }
    }
  }
  activate(layer.activation, target, stride, images, layer.outputs, layer.paddedOutputs);
}
