import { CONSTANT_BYTES, MOST_POSITIONS, POSITION_TABLE_BYTES } from '../../workers/kernel/common/offsets.js';
import { MOST_BYTES, Regions } from '../engine/layout.js';
import { DigitflowError } from '../errors.js';
import { layoutParameters, type ParameterLayout } from './network-parameters.js';
import { layoutRun, type RunLayout, type RunLayoutOptions } from './run-layout.js';

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
