import * as LAYER from '../../workers/kernel/common/layer-offsets.js';
import {
  BARRIER_BYTES,
  MOST_POSITIONS,
  RESULT_BYTES,
  STEP_BYTES,
  TILE_IMAGES,
} from '../../workers/kernel/common/offsets.js';
import * as RUN from '../../workers/kernel/common/run-offsets.js';
import { roundUp } from '../pool/layout.js';
import type { ParameterLayout } from './parameter-layout.js';

/** Where one run's arrays lie. */
export interface RunLayout {
  readonly kept: number;
  readonly live: number;
  readonly gradients: number;
  readonly order: number;
  readonly steps: number;
  readonly zeros: number;
  readonly results: number;
  readonly barrier: number;
  readonly shares: number;
  /** What each thread of the team has for itself. */
  readonly ranks: readonly RankLayout[];
  /** Tiles the team has in hand at a time. */
  readonly tilesInHand: number;
  /** Where the first tile begins, and each one after `tileBytes` bytes more. */
  readonly tiles: number;
  readonly tileBytes: number;
  /** From where a tile begins. */
  readonly tile: TileLayout;
}

/** Where the head and the scratch of one thread lie. */
export interface RankLayout {
  readonly head: number;
  readonly tilePixels: number;
  readonly positions: number;
  readonly values: number;
  readonly vectors: number;
  readonly quads: number;
  readonly framed: number;
  readonly box: number;
}

/** Where the arrays of a tile lie. */
export interface TileLayout {
  readonly offsets: number;
  readonly brightnesses: number;
  readonly begins: number;
  readonly cuts: number;
  readonly labels: number;
  readonly layers: readonly {
    readonly activations: number;
    readonly deltas: number;
    readonly rows: number;
  }[];
}

/** The arrays of a state, in their order. */
export const STATE_ARRAYS = ['parameters', 'means', 'squares', 'averages'] as const;

/** Tiles that each thread of a team of several has in hand: more wait less for each other, fewer stay in the core's cache. */
const TILES_A_THREAD = 2;

/** What a run's arrays are laid out for. */
export interface RunLayoutOptions {
  readonly shape: ParameterLayout;
  readonly height: number;
  readonly width: number;
  readonly imageCount: number;
  /** Steps of an epoch. */
  readonly stepCount: number;
  /** The most images that are in one batch, or in the evaluation that ends an epoch. */
  readonly mostAtOnce: number;
  readonly teamSize: number;
}

/**
 * Lays out one run.
 *
 * @param region makes room for so many bytes; returns where they begin
 */
export function layoutRun(region: (bytes: number) => number, options: RunLayoutOptions): RunLayout {
  const { shape, imageCount, stepCount, mostAtOnce, teamSize } = options;
  const inputs = shape.layers[0].inputs;
  const widest = Math.max(...shape.layers.map(({ outputs }) => outputs));
  const run = {
    kept: region(shape.bytes * STATE_ARRAYS.length),
    live: region(shape.bytes * STATE_ARRAYS.length),
    gradients: region(shape.bytes),
    order: region(imageCount * 4),
    steps: region(stepCount * STEP_BYTES),
    zeros: region(widest * 4),
    results: region(Math.ceil(mostAtOnce / TILE_IMAGES) * RESULT_BYTES),
    barrier: region(BARRIER_BYTES),
    shares: region((teamSize + 1) * 4),
  };
  const ranks = Array.from({ length: teamSize }, () => layoutRank(region, options, inputs));
  // Who is alone has one tile in hand. A team has two sets of them: see workers/kernel/train/team.ts.
  const tilesInHand = teamSize === 1 ? 1 : teamSize * TILES_A_THREAD;
  const tileCount = teamSize === 1 ? 1 : tilesInHand * 2;
  const places = Array.from({ length: tileCount }, () => layoutTile(region, shape, inputs, teamSize));
  const [first, second = first] = places;
  const relative = (address: number): number => address - first.offsets;
  return {
    ...run,
    ranks,
    tilesInHand,
    tiles: first.offsets,
    tileBytes: second.offsets - first.offsets,
    tile: {
      offsets: 0,
      brightnesses: relative(first.brightnesses),
      begins: relative(first.begins),
      cuts: relative(first.cuts),
      labels: relative(first.labels),
      layers: first.layers.map(({ activations, deltas, rows }) => ({
        activations: relative(activations),
        deltas: relative(deltas),
        rows: relative(rows),
      })),
    },
  };
}

function layoutRank(
  region: (bytes: number) => number,
  { shape, height, width }: RunLayoutOptions,
  inputs: number,
): RankLayout {
  // With what is written past the last entry.
  const positionCount = Math.min(roundUp(inputs, 4), MOST_POSITIONS) + 12;
  const quadRow = roundUp(width + RUN.QUAD_MARGIN, RUN.QUAD_MULTIPLE);
  return {
    head: region(RUN.bytes + LAYER.bytes * shape.layers.length),
    tilePixels: region(inputs + 4),
    positions: region(positionCount * 2),
    values: region(positionCount),
    vectors: region(256),
    quads: region((height + 2) * quadRow * 4),
    framed: region((height + 4) * (quadRow + RUN.FRAME_SLACK)),
    box: region(16),
  };
}

/** Of absolute addresses. */
function layoutTile(
  region: (bytes: number) => number,
  shape: ParameterLayout,
  inputs: number,
  teamSize: number,
): TileLayout {
  const entryCount = TILE_IMAGES * roundUp(inputs, 4) + 12;
  return {
    offsets: region(entryCount * 4),
    brightnesses: region(entryCount * 4),
    begins: region((TILE_IMAGES + 1) * 4),
    cuts: region(TILE_IMAGES * (teamSize + 1) * 4),
    labels: region(TILE_IMAGES * 4),
    layers: shape.layers.map(({ paddedOutputs }) => ({
      activations: region(TILE_IMAGES * paddedOutputs * 4),
      deltas: region(TILE_IMAGES * paddedOutputs * 4),
      rows: region(TILE_IMAGES * paddedOutputs * 4),
    })),
  };
}
