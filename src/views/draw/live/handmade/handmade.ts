import {
  type Detector,
  type DetectorImage,
  detect,
  type Rectangle,
  rectangleRegion,
  regionWeights,
} from '../../../../insight/detector.js';
import type { NeuronPlace } from '../../../../insight/explain.js';
import type { Change } from '../../../../insight/what-if.js';
import type { ImageSize } from '../../../../network/network.js';
import { blackAndWhite, type Normalization, UNIT_BRIGHTNESS } from '../../../../network/normalization.js';

/** What a detector looks for, and how much it takes. */
export interface Handmade extends Rectangle {
  readonly bias: number;
}

/** In an image of 28 x 28: of MNIST's digits they find 7, 1, 0 and 4 best. */
const SIDE = 28;
const FOUND = {
  topBar: { x: 7, y: 7, width: 13, height: 4, bias: -6 },
  upright: { x: 12, y: 9, width: 4, height: 12, bias: 0 },
  leftStroke: { x: 6, y: 12, width: 4, height: 12, bias: -2 },
  middleBar: { x: 5, y: 14, width: 14, height: 4, bias: -2 },
} as const;

export type PresetName = keyof typeof FOUND;

export const PRESETS = Object.keys(FOUND) as PresetName[];

/** A preset, for images of any size. */
export function presetOf(name: PresetName, image: ImageSize): Handmade {
  const { x, y, width, height, bias } = FOUND[name];
  const across = (length: number) => Math.round((length * image.width) / SIDE);
  const down = (length: number) => Math.round((length * image.height) / SIDE);
  const rectangle = { x: across(x), y: down(y), width: across(width), height: down(height) };
  return { ...within(rectangle, image), bias: Math.round((bias * image.width * image.height) / SIDE ** 2) };
}

/** The bias reaches so far up and down. */
export function mostBias({ height, width }: ImageSize): number {
  return Math.max(4, Math.round(height * width * 0.06));
}

/** A pixel that a pointer is on. */
interface Spot {
  readonly row: number;
  readonly column: number;
}

/** The rectangle that two pixels span, both within it. */
export function spanned(a: Spot, b: Spot, image: ImageSize): Rectangle {
  const [x, y] = [Math.min(a.column, b.column), Math.min(a.row, b.row)];
  const size = { width: Math.abs(a.column - b.column) + 1, height: Math.abs(a.row - b.row) + 1 };
  return within({ x, y, ...size }, image);
}

/** A rectangle that is moved by some pixels, or whose lower right corner is. */
export function nudged(
  { x, y, width, height }: Rectangle,
  { row, column }: Spot,
  isStretched: boolean,
  image: ImageSize,
): Rectangle {
  if (!isStretched) return within({ x: x + column, y: y + row, width, height }, image);
  const most = { width: image.width - x, height: image.height - y };
  return {
    ...{ x, y },
    width: Math.max(1, Math.min(most.width, width + column)),
    height: Math.max(1, Math.min(most.height, height + row)),
  };
}

function within(rectangle: Rectangle, image: ImageSize): Rectangle {
  const width = Math.max(1, Math.min(image.width, rectangle.width));
  const height = Math.max(1, Math.min(image.height, rectangle.height));
  const x = Math.max(0, Math.min(image.width - width, rectangle.x));
  const y = Math.max(0, Math.min(image.height - height, rectangle.y));
  return { x, y, width, height };
}

/** 1 in the rectangle, -1 around it. */
export function detectorOf({ bias, ...rectangle }: Handmade, { height, width }: ImageSize): Detector {
  const region = rectangleRegion(rectangle, { height, width });
  return { height, width, bias, weights: regionWeights(region, { height, width }) };
}

/** What it makes of one image, `(height * width)` u8, bright on black. */
export function seenBy(detector: Detector, pixels: Uint8Array): DetectorImage {
  const images = { count: 1, pixels, labels: null, normalization: UNIT_BRIGHTNESS };
  return detect(detector, images, 1, 1).brightest[0];
}

/** The changes that put it in place of a neuron of layer 1, whose network has another black and white than 0 and 1, maybe. */
export function inPlaceOf(
  { neuron }: NeuronPlace,
  { weights, bias }: Detector,
  normalization: Normalization,
): Change[] {
  const { black, white } = blackAndWhite(normalization);
  const scaled = weights.map((weight) => weight / (white - black));
  const offset = scaled.reduce((sum, weight) => sum + weight * black, 0);
  const at = { layer: 1, neuron } as const;
  return [
    ...Array.from(scaled, (value, input) => ({ kind: 'weight', ...at, input, value }) as const),
    { kind: 'bias', ...at, value: bias - offset },
  ];
}
