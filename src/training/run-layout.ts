import { roundUp } from '../engine/layout.js';
import type { ParameterLayout } from './network-parameters.js';
import { BARRIER, LAYER, RESULT_BYTES, RUN, STEP_BYTES } from './run-fields.js';

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
  /** Where the first tile begins; each later one begins `tileBytes` after the one before. */
  readonly tiles: number;
  readonly tileBytes: number;
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

/** Where the arrays of a tile lie, from where the tile begins. */
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

/** The arrays of a state, in this order. */
export const STATE_ARRAYS = ['parameters', 'means', 'squares', 'averages'] as const;

/** Images that the kernel takes forward and back together; mirrored by `TILE` in workers/kernel/tile.ts. */
export const TILE_IMAGES = 32;

/** Pixels that one list of positions can tell apart; mirrored by `MOST_POSITIONS` in workers/train-kernel/compact.ts. */
export const MOST_POSITIONS = 65_536;

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

/** Lays out one run. */
export function layoutRun(region: Region, options: RunLayoutOptions): RunLayout {
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
    barrier: region(BARRIER.length * 4),
    shares: region((teamSize + 1) * 4),
  };
  const ranks = Array.from({ length: teamSize }, () => layoutRank(region, options));
  // A thread alone has one tile in hand. A team has two sets of them: see workers/train-kernel/team.ts.
  const tilesInHand = teamSize === 1 ? 1 : teamSize * TILES_A_THREAD;
  const tileCount = teamSize === 1 ? 1 : tilesInHand * 2;
  const places = Array.from({ length: tileCount }, () => layoutTile(region, options));
  const [first, second = first] = places;
  const tileBytes = second.start - first.start;
  return { ...run, ranks, tilesInHand, tiles: first.start, tileBytes, tile: first.tile };
}

function layoutRank(region: Region, { shape, height, width }: RunLayoutOptions): RankLayout {
  const { inputs } = shape.layers[0];
  // With what is written past the last entry.
  const positionCount = Math.min(roundUp(inputs, 4), MOST_POSITIONS) + 12;
  // Mirrored by `quadRow` in workers/train-kernel/quads.ts.
  const quadRow = roundUp(width + 2, 16);
  return {
    head: region(RUN.bytes + LAYER.bytes * shape.layers.length),
    tilePixels: region(inputs + 4),
    positions: region(positionCount * 2),
    values: region(positionCount),
    vectors: region(256),
    quads: region((height + 2) * quadRow * 4),
    framed: region((height + 4) * (quadRow + 16)),
    box: region(16),
  };
}

function layoutTile(
  region: Region,
  { shape, teamSize }: RunLayoutOptions,
): { start: number; tile: TileLayout } {
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
