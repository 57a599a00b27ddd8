import * as LAYER from '../../workers/kernel/common/layer-offsets.js';
import {
  BARRIER_BYTES,
  MOST_POSITIONS,
  RESULT_BYTES,
  STEP_BYTES,
  TILE_IMAGES,
} from '../../workers/kernel/common/offsets.js';
import * as RUN from '../../workers/kernel/common/run-offsets.js';
import { roundUp } from '../engine/layout.js';
import type { ParameterLayout } from './network-parameters.js';

/** The arrays of a state, in this order. */
export const STATE_ARRAYS = ['parameters', 'means', 'squares', 'averages'] as const;

/** Tiles that each thread of a team of several has in hand: with more, threads wait less; fewer stay in the core's cache. */
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
  /** How many threads share each run. */
  readonly teamSize: number;
}

/** Makes room for so many bytes; returns where they begin. */
type Region = (bytes: number) => number;

/** Where the arrays of one run lie. */
export type RunLayout = Readonly<ReturnType<typeof layoutRun>>;

/** Lays out one run. */
export function layoutRun(region: Region, options: RunLayoutOptions) {
  const { shape, imageCount, stepCount, mostAtOnce, teamSize } = options;
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
  const ranks = Array.from({ length: teamSize }, () => layoutRank(region, options));
  // A thread alone has one tile in hand. A team has two sets of them: see workers/kernel/train/team.ts.
  const tilesInHand = teamSize === 1 ? 1 : teamSize * TILES_A_THREAD;
  const tileCount = teamSize === 1 ? 1 : tilesInHand * 2;
  const [first, second = first] = Array.from({ length: tileCount }, () => layoutTile(region, options));
  // Each tile begins `tileBytes` after the one before.
  const tileBytes = second.start - first.start;
  return { ...run, ranks, tilesInHand, tiles: first.start, tileBytes, tile: first.tile };
}

/** Where the head and the scratch of one thread lie. */
function layoutRank(region: Region, { shape, height, width }: RunLayoutOptions) {
  const { inputs } = shape.layers[0];
  // The kernel writes some entries past the last one.
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

/** Where a tile begins, and where its arrays lie from there. */
function layoutTile(region: Region, { shape, teamSize }: RunLayoutOptions) {
  const entryCount = TILE_IMAGES * roundUp(shape.layers[0].inputs, 4) + 12;
  const start = region(entryCount * 4);
  const offset = (bytes: number): number => region(bytes) - start;
  const tile = {
    offsets: 0,
    brightnesses: offset(entryCount * 4),
    begins: offset((TILE_IMAGES + 1) * 4),
    cuts: offset(TILE_IMAGES * (teamSize + 1) * 4),
    labels: offset(TILE_IMAGES * 4),
    layers: shape.layers.map(({ paddedOutputs }) => ({
      activations: offset(TILE_IMAGES * paddedOutputs * 4),
      deltas: offset(TILE_IMAGES * paddedOutputs * 4),
      rows: offset(TILE_IMAGES * paddedOutputs * 4),
    })),
  };
  return { start, tile };
}
