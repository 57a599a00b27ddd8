/**
 * The head of a run, one for each thread that works on it: they differ in what is the thread's own. i32 and
 * addresses, where nothing else is said; src/training/training-layout.ts says where each array lies.
 */
export const layerCount = 0;
export const inputs = 4;
export const classes = 8;
export const loss = 12;
export const optimizer = 16;
export const height = 20;
export const width = 24;
/** The position table, and the constant vectors. */
export const positionTable = 28;
export const constants = 32;
/** The set, shared by all runs. */
export const pixels = 36;
export const labels = 40;
/** Records of the set's lit pixels, where there are any: see lit-lists.ts. `starts`: where they begin, in entries, u32. */
export const hasRecords = 44;
export const starts = 48;
export const records = 52;
/** Weights and biases: all weights first, `(inputs, paddedOutputs)` f32 a layer, then all biases. */
export const parameters = 56;
export const gradients = 60;
export const means = 64;
export const squares = 68;
/** 0 where no averages are kept. */
export const averages = 72;
/** How many bytes all parameters take, and the weights, which come first. */
export const parameterBytes = 76;
export const weightBytes = 80;
/** The epoch's order of images, u32. */
export const order = 84;
/** A step for each batch of the epoch. */
export const steps = 88;
/** As many zeros as the widest layer has inputs, f32. */
export const zeros = 92;
/** See tile-ring.ts. */
export const ring = 96;
/** The main thread raises it, an i32, when the epoch is not wanted any more. */
export const stopFlag = 100;
/** How many threads work on the run: one that learns, and those that list tiles ahead. */
export const threads = 104;
/** How many tiles the epoch has, and how many places the ring; for each place what says which tile is there, i32. */
export const tileCount = 108;
export const ringTiles = 112;
export const ready = 116;
/** Where the tiles of the ring lie, or the only one. */
export const tiles = 120;
export const tileBytes = 124;
/** Within a tile. Lit pixels: offsets u32, brightnesses f32, where each image's begin, u32; see lit-lists.ts. */
export const offsets = 128;
export const brightnesses = 132;
export const begins = 136;
/** Within a tile: labels, i32. */
export const tileLabels = 140;
/** The thread's own scratch: an image as it was varied. */
export const tilePixels = 144;
/** One image's lit pixels, or those of a part of it: positions u16, values u8. */
export const positions = 148;
export const values = 152;
/** Room for 16 vectors that a loop is to have at hand: see constants.ts. */
export const vectors = 156;
/** See quads.ts. */
export const quads = 160;
export const framed = 164;
export const box = 168;
export const trainingCount = 172;
export const batchSize = 176;
export const augmented = 180;
/** Seed and epoch, u32. */
export const key0 = 184;
export const key1 = 188;
/** How far images are varied, f32. */
export const rotation = 192;
export const scale = 196;
export const shear = 200;
export const shift = 204;
export const bend = 208;
/** f32. */
export const smoothing = 212;
export const clip = 216;
export const beta1 = 220;
export const beta2 = 224;
export const epsilon = 228;
/** Results of the thread that learns: the summed loss of the most recent call, f64; how many an evaluation got right. */
export const lossSum = 232;
export const correct = 240;
export const bytes = 256;

// Losses.
export const SQUARED_ERROR = 0;
export const CROSS_ENTROPY = 1;
export const BINARY_CROSS_ENTROPY = 2;

// Optimizers.
export const ADAM = 0;
export const SGD = 1;

/** A row of quads: a u32 for each of the `width + QUAD_MARGIN` places, rounded up to a multiple of `QUAD_MULTIPLE`. */
export const QUAD_MARGIN = 2;
export const QUAD_MULTIPLE = 16;
/** A row of the framed image: a byte for each quad of a row, and what a load may overrun. */
export const FRAME_SLACK = 16;
