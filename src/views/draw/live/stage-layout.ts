import type { NeuronPlace } from '../../../insight/explain.js';
import { type ImageSize, type Layer, layerSizes } from '../../../network/network.js';

/** Of a wider layer the first neurons are shown. */
const MOST_NEURONS = 32;
/** Each can be tapped: so tall is a row where there is room. */
const ROW = 44;
const MOST_ROW = 56;
const TOP = 34;
const BOTTOM = 18;

/** Where a neuron is drawn, in pixels of the stage. */
export interface NeuronSpot extends NeuronPlace {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

/** Where all is drawn. */
export interface StageLayout {
  readonly width: number;
  readonly height: number;
  /** The image, as it lies there, and unrolled. */
  readonly image: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  readonly column: {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
  };
  /** By layer, the first hidden one first. */
  readonly layers: readonly (readonly NeuronSpot[])[];
  /** Where the bars of the outputs begin. */
  readonly bars: number;
}

/** How tall a stage has to be. */
export function stageHeight(layers: readonly Pick<Layer, 'inputs' | 'outputs'>[]): number {
  const most = Math.max(
    ...layerSizes({ layers })
      .slice(1)
      .map((size) => Math.min(MOST_NEURONS, size)),
  );
  return TOP + BOTTOM + Math.min(16, most) * ROW;
}

/** Lays out a network in a width. */
export function layStage(
  layers: readonly Pick<Layer, 'inputs' | 'outputs'>[],
  size: ImageSize,
  width: number,
): StageLayout {
  const height = stageHeight(layers);
  const isNarrow = width < 480;
  const side = isNarrow ? 68 : Math.min(128, width * 0.2);
  const unit = side / Math.max(size.height, size.width);
  const image = { width: size.width * unit, height: size.height * unit };
  const middle = TOP + (height - TOP - BOTTOM) / 2;
  const bars = width - (isNarrow ? 84 : 132);
  // On a phone it leaves three columns 44 pixels each.
  const first = image.width + (isNarrow ? 44 : 96);
  const step = layers.length === 1 ? 0 : (bars - 26 - first) / (layers.length - 1);
  return {
    width,
    height,
    image: { x: 2, y: middle - image.height / 2, ...image },
    column: { x: image.width / 2 - 8, y: TOP, width: 20, height: height - TOP - BOTTOM },
    layers: layers.map(({ outputs }, l) => {
      const count = Math.min(MOST_NEURONS, outputs);
      const row = Math.min(MOST_ROW, (height - TOP - BOTTOM) / count);
      return Array.from({ length: count }, (_, neuron) => ({
        layer: l + 1,
        neuron,
        x: layers.length === 1 ? bars - 26 : first + l * step,
        y: middle + (neuron - (count - 1) / 2) * row,
        radius: Math.max(3, Math.min(isNarrow ? 10 : 12, row * 0.36)),
      }));
    }),
    bars,
  };
}
