import * as LAYER from '../../workers/kernel/common/layer-offsets.js';
import {
  CONSTANT_BYTES,
  MOST_POSITIONS,
  POSITION_TABLE_BYTES,
  RING_BYTES,
  STEP_BYTES,
  TILE_IMAGES,
} from '../../workers/kernel/common/offsets.js';
import * as RUN from '../../workers/kernel/common/run-offsets.js';
import { MOST_BYTES, Regions, roundUp } from '../engine/layout.js';
import { DigitflowError } from '../errors.js';
import { layoutParameters, type ParameterLayout } from './network-parameters.js';

/** What a training layout is made for. */
export interface TrainingLayoutOptions {
  /** Neurons of every layer, the input first: `[784, 16, 16, 10]`. */
  readonly sizes: readonly number[];
  readonly height: number;
  readonly width: number;
  readonly imageCount: number;
  /** Steps of an epoch. */
  readonly stepCount: number;
  readonly runCount: number;
  /** How many threads work on each run: one learns, the others vary images and list their lit pixels ahead of it. */
  readonly threads: number;
  /** Whether the images stay the same over all epochs, so that their lit pixels are worth keeping. */
  readonly isFixed: boolean;
}

/** The arrays of a state, in this order. */
export const STATE_ARRAYS = ['parameters', 'means', 'squares', 'averages'] as const;

/** Places of a ring: the threads that fill it sleep until half of it is empty. */
const RING_TILES = 16;

/** What needs less and less memory, in the order in which it is tried. */
const SAVINGS = [{}, { threads: 1 }, { threads: 1, isFixed: false }];

/**
 * The table of a training's shared memory. Every number is a byte offset from the start of the WebAssembly memory.
 *
 *     bytes                              what                             who writes      who reads
 *     64                                 control: i32 stop flag           main            workers
 *     4096                               position table                   kernel, once    kernel
 *     384                                constant vectors                 kernel, once    kernel
 *     images * inputs                    pixels of the set, u8            main, once      kernel
 *     images                             labels of the set, u8            main, once      kernel
 *     (images + 1) * 4                   where records begin, u32         main, once      kernel
 *     images * inputs                    records: lit pixels, compact     main, once      kernel
 *     and for each run:
 *       4 * parameterBytes               kept state (below)               main            worker
 *       4 * parameterBytes               live state (below)               kernel          main
 *       parameterBytes                   gradients                        kernel          kernel
 *       images * 4                       order of the epoch, u32          worker          kernel
 *       steps * 16                       step table                       worker          kernel
 *       most neurons of a layer * 4      zeros                            -               kernel
 *       64                               the ring of tiles                all             all
 *       tiles of the ring * 4            which tile is at each place      kernel          kernel
 *       and for each of its threads:
 *         256 + 64 a layer               head and layer entries           main, worker    kernel
 *         …                              scratch                          kernel          kernel
 *       and for each tile of the ring, or the only one:
 *         …                              lit pixels, activations, deltas  kernel          kernel
 *
 * A state is four arrays of f32, each with all parameters: parameters, first moments, second moments, averages. Within
 * each, first all weights, `(inputs, paddedOutputs)` a layer, then all biases; layers are padded to four neurons with
 * zeros that stay zero.
 *
 * An epoch begins with a copy of the kept state to the live one, and ends, when its answer has come, with a copy back.
 * So the kept state is whole at any moment: a worker may die mid-epoch, or a checkpoint be written while one trains.
 *
 * Every region starts at a multiple of 64 and is followed by a guard of 64 bytes that nothing writes.
 */
export type TrainingLayout = Readonly<ReturnType<typeof layoutSet>>;

/**
 * Lays out the shared memory for a training set and the runs on it. A run has one thread where tiles for several take too
 * much memory.
 *
 * @throws DigitflowError NETWORK_TOO_LARGE when it would exceed the 4 GiB that WebAssembly can address
 */
export function layoutTraining(options: TrainingLayoutOptions): TrainingLayout {
  let bytes = 0;
  for (const savings of SAVINGS) {
    const layout = layoutSet({ ...options, ...savings });
    if (layout.bytes <= MOST_BYTES) return layout;
    bytes = layout.bytes;
  }
  throw new DigitflowError(
    'NETWORK_TOO_LARGE',
    `the images and ${options.runCount} runs need ${bytes} bytes of shared memory, at most ${MOST_BYTES} can be had: ` +
      'give fewer images, smaller layers or fewer restarts',
  );
}

function layoutSet(options: TrainingLayoutOptions) {
  const { sizes, imageCount, stepCount, runCount, threads } = options;
  const shape = layoutParameters(sizes);
  const inputs = sizes[0];
  const hasRecords = options.isFixed && inputs <= MOST_POSITIONS;
  // A lit pixel takes three bytes: records are not worth it for a set that is mostly lit.
  const recordBytes = hasRecords ? imageCount * inputs : 0;
  const regions = new Regions();
  const region = regions.take;
  const set = {
    control: region(64),
    positionTable: region(POSITION_TABLE_BYTES),
    constants: region(CONSTANT_BYTES),
    pixels: region(imageCount * inputs),
    labels: region(imageCount),
    starts: region(hasRecords ? (imageCount + 1) * 4 : 0),
    records: region(recordBytes),
  };
  const runs = Array.from({ length: runCount }, () => layoutRun(region, { ...options, shape }));
  const { bytes, guards } = regions;
  return { bytes, guards, ...set, recordBytes, imageCount, stepCount, shape, threads, runs };
}

interface RunOptions extends TrainingLayoutOptions {
  readonly shape: ParameterLayout;
}

type Region = Regions['take'];

function layoutRun(region: Region, options: RunOptions) {
  const { shape, imageCount, stepCount, threads } = options;
  const ringTiles = threads === 1 ? 1 : RING_TILES;
  const widest = Math.max(...shape.layers.map(({ outputs }) => outputs));
  const run = {
    kept: region(shape.bytes * STATE_ARRAYS.length),
    live: region(shape.bytes * STATE_ARRAYS.length),
    gradients: region(shape.bytes),
    order: region(imageCount * 4),
    steps: region(stepCount * STEP_BYTES),
    zeros: region(widest * 4),
    ring: region(RING_BYTES),
    ready: region(ringTiles * 4),
  };
  const ranks = Array.from({ length: threads }, () => layoutRank(region, options));
  const [first, second = first] = Array.from({ length: ringTiles }, () => layoutTile(region, options));
  // Each tile begins `tileBytes` after the one before.
  const tileBytes = second.start - first.start;
  return { ...run, ranks, ringTiles, tiles: first.start, tileBytes, tile: first.tile };
}

/** Where the head and the scratch of one thread lie. */
function layoutRank(region: Region, { shape, height, width }: RunOptions) {
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
function layoutTile(region: Region, { shape }: RunOptions) {
  const entryCount = TILE_IMAGES * roundUp(shape.layers[0].inputs, 4) + 12;
  const start = region(entryCount * 4);
  const offset = (bytes: number): number => region(bytes) - start;
  const tile = {
    offsets: 0,
    brightnesses: offset(entryCount * 4),
    begins: offset((TILE_IMAGES + 1) * 4),
    labels: offset(TILE_IMAGES * 4),
    layers: shape.layers.map(({ paddedOutputs }) => ({
      activations: offset(TILE_IMAGES * paddedOutputs * 4),
      deltas: offset(TILE_IMAGES * paddedOutputs * 4),
      rows: offset(TILE_IMAGES * paddedOutputs * 4),
    })),
  };
  return { start, tile };
}
