/**
 * Numbers that TypeScript and AssemblyScript both know: both compile this file and the other `*-offsets.ts`. So they hold
 * plain constants only, which mean the same in both languages. Offsets and sizes are in bytes.
 */

/** Images that go through the layers together: enough to keep each loop long, few enough to stay in the cache. */
export const TILE_IMAGES = 32;

/** Room for the constant vectors of constants.ts. */
export const CONSTANT_BYTES = 384;

/** Room for the table of position-table.ts. */
export const POSITION_TABLE_BYTES = 4096;

/** Positions in a list are u16. */
export const MOST_POSITIONS = 65_536;

// The activation functions.
export const IDENTITY = 0;
export const SIGMOID = 1;
export const RELU = 2;
export const TANH = 3;
export const SOFTMAX = 4;

/** Bins of equal width over 0..1; 15 as in Guo et al., On Calibration of Modern Neural Networks, 2017. */
export const CALIBRATION_BINS = 15;
/** Units of a fixed sum that make 1: 2^32. */
export const UNITS_PER_ONE = 4_294_967_296.0;
/** Losses below this are added as units; others are counted as unusual. */
export const USUAL_BELOW = 256.0;
/** 1.5 * 2^52. Adding it rounds a float64 below 2^51 to a whole number, half to even, and leaves that in the low bits. */
export const ROUND = 6_755_399_441_055_744.0;

// One step of the optimizer: f32.
/** Learning rate; for Adam over 1 - beta1^t. */
export const STEP_SIZE = 0;
/** Adam: 1 / (1 - beta2^t). */
export const STEP_CORRECTION = 4;
/** What a weight keeps of itself: 1 - learning rate * weight decay. */
export const STEP_KEEP = 8;
/** How far the averages go towards the new parameters, 0..1. */
export const STEP_AVERAGING = 12;
export const STEP_BYTES = 16;

/** What came of one tile of a run: see `TileResult`. */
export const RESULT_BYTES = 16;

// The barrier of a team: i32.
/** Threads that have come, of this generation. */
export const BARRIER_ARRIVED = 0;
/** How often all had come: what a waiting thread looks at. */
export const BARRIER_GENERATION = 4;
/** Threads that sleep, or are about to. */
export const BARRIER_SLEEPING = 8;
export const BARRIER_IS_BROKEN = 12;
/** What the first thread has seen of the stop flag, said to all. */
export const BARRIER_IS_STOPPED = 16;
/** Threads that have begun with the epoch: counted by src/training/, for the main thread. */
export const BARRIER_BEGUN = 20;
export const BARRIER_BYTES = 64;
