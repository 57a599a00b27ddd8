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

// The ring of a run's tiles: i32.
/** Tiles that some thread has begun to list, and those that the learner is done with. */
export const RING_CLAIMED = 0;
export const RING_LEARNT = 4;
/** Whether the epoch's order is there. */
export const RING_IS_OPEN = 8;
/** Whether the epoch is over before its end: it was stopped, or a thread has died. */
export const RING_IS_OVER = 12;
/** Threads that wait for room, and whether the learner waits for a tile. */
export const RING_SLEEPING = 16;
export const RING_IS_AWAITED = 20;
/** Threads that have begun with the epoch: counted by src/training/, for the main thread. */
export const RING_BEGUN = 24;
export const RING_BYTES = 64;
