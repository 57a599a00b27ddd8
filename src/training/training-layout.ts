import * as LAYER from '../../workers/kernel/common/layer-offsets.js';
import {
  BARRIER_BYTES,
  CONSTANT_BYTES,
  MOST_POSITIONS,
  POSITION_TABLE_BYTES,
  RESULT_BYTES,
  STEP_BYTES,
  TILE_IMAGES,
} from '../../workers/kernel/common/offsets.js';
import * as RUN from '../../workers/kernel/common/run-offsets.js';
import { MOST_BYTES, Regions, roundUp } from '../engine/layout.js';
import { DigitflowError } from '../errors.js';
import { layoutParameters, type ParameterLayout } from './network-parameters.js';

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
 *       images * 4                       order of the epoch, u32          last worker     kernel
 *       steps * 16                       step table                       first worker    kernel
 *       most neurons of a layer * 4      zeros                            -               kernel
 *       most tiles at once * 16          their losses and hits            kernel          kernel
 *       64                               the team's barrier               all             all
 *       (team + 1) * 4                   where shares of pixels begin     main, once      kernel
 *       and for each thread of its team:
 *         256 + 64 a layer               head and layer entries           main, worker    kernel
 *         …                              scratch                          kernel          kernel
 *       and for each tile in hand:
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
export interface TrainingLayout {
  /** The size of the whole memory, a multiple of the 64 KiB page. */
  readonly bytes: number;
  readonly control: number;
  readonly positionTable: number;
  readonly constants: number;
  readonly pixels: number;
  readonly labels: number;
  readonly starts: number;
  readonly records: number;
  /** Room for records; 0 where none are kept. The part that is never filled takes no memory. */
  readonly recordBytes: number;
  readonly imageCount: number;
  readonly shape: ParameterLayout;
  /** How many threads share each run. */
  readonly teamSize: number;
  readonly runs: readonly RunLayout[];
  /** The start of every guard. */
  readonly guards: readonly number[];
}

/** What a training layout is made for. */
export interface TrainingLayoutOptions extends Omit<RunLayoutOptions, 'shape'> {
  /** Neurons of every layer, the input first: `[784, 16, 16, 10]`. */
  readonly sizes: readonly number[];
  readonly runCount: number;
  /** Whether the images stay the same over all epochs, so that their lit pixels are worth keeping. */
  readonly isFixed: boolean;
}

/**
 * Lays out the shared memory for a training set and the runs on it. The team is one thread where several take too much
 * memory, or where an image is too large.
 *
 * @throws DigitflowError NETWORK_TOO_LARGE when it would exceed the 4 GiB that WebAssembly can address
 */
export function layoutTraining(options: TrainingLayoutOptions): TrainingLayout {
  const { sizes, imageCount, runCount, isFixed } = options;
  const shape = layoutParameters(sizes);
  const inputs = sizes[0];
  // A thread cuts its range out of lists that go up pixel by pixel; those of a larger image begin anew.
  const teamSize = inputs > MOST_POSITIONS ? 1 : Math.min(options.teamSize, inputs);
  const regions = new Regions();
  const region = regions.take;

  const control = region(64);
  const positionTable = region(POSITION_TABLE_BYTES);
  const constants = region(CONSTANT_BYTES);
  const pixels = region(imageCount * inputs);
  const labels = region(imageCount);
  const hasRecords = isFixed && inputs <= MOST_POSITIONS;
  // A lit pixel takes three bytes: records are not worth it for a set that is mostly lit.
  const recordBytes = hasRecords ? imageCount * inputs : 0;
  const starts = region(hasRecords ? (imageCount + 1) * 4 : 0);
  const records = region(recordBytes);
  const runs = Array.from({ length: runCount }, () => layoutRun(region, { ...options, shape, teamSize }));

  const { bytes, guards } = regions;
  if (bytes > MOST_BYTES && teamSize > 1) return layoutTraining({ ...options, teamSize: 1 });
  if (bytes > MOST_BYTES && hasRecords) return layoutTraining({ ...options, isFixed: false });
  if (bytes > MOST_BYTES) {
    throw new DigitflowError(
      'NETWORK_TOO_LARGE',
      `the images and ${runCount} runs need ${bytes} bytes of shared memory, at most ${MOST_BYTES} can be had: ` +
        'give fewer images, smaller layers or fewer restarts',
    );
  }
  const set = { pixels, labels, starts, records, recordBytes, imageCount };
  return { bytes, control, positionTable, constants, ...set, shape, teamSize, runs, guards };
}

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
