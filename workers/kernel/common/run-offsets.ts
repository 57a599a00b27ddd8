/**
 * The head of a run, one for each thread of the team that works on it: they differ in what is the thread's own. i32 and
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
/** A `TileResult` for each tile of a batch, or of an evaluation. */
export const results = 96;
export const barrier = 100;
/** The main thread raises it, an i32, when the epoch is not wanted any more. */
export const stopFlag = 104;
/** How many threads the team has, and which of them this is, from 0. */
export const teamSize = 108;
export const rank = 112;
/** Where each thread's share of the first layer begins, `(teamSize + 1)` u32: bytes from the start of its weights. */
export const shares = 116;
/** Tiles that the team has in hand at a time, and where they lie: twice as many where there are several threads. */
export const tilesInHand = 120;
export const tiles = 124;
export const tileBytes = 128;
/** Within a tile. Lit pixels: offsets u32, brightnesses f32, where each image's begin, u32; see lit-lists.ts. */
export const offsets = 132;
export const brightnesses = 136;
export const begins = 140;
/** Within a tile: where each thread's share of each image's list begins, `(TILE_IMAGES, teamSize + 1)` u32. */
export const cuts = 144;
/** Within a tile: labels, i32. */
export const tileLabels = 148;
/** The thread's own scratch: an image as it was varied. */
export const tilePixels = 152;
/** One image's lit pixels, or those of a part of it: positions u16, values u8. */
export const positions = 156;
export const values = 160;
/** Room for 16 vectors that a loop is to have at hand: see constants.ts. */
export const vectors = 164;
/** See quads.ts. */
export const quads = 168;
export const framed = 172;
export const box = 176;
export const trainingCount = 180;
export const batchSize = 184;
export const augmented = 188;
/** Seed and epoch, u32. */
export const key0 = 192;
export const key1 = 196;
/** How far images are varied, f32. */
export const rotation = 200;
export const scale = 204;
export const shear = 208;
export const shift = 212;
export const bend = 216;
/** f32. */
export const smoothing = 220;
export const clip = 224;
export const beta1 = 228;
export const beta2 = 232;
export const epsilon = 236;
/** Results of the first thread: the summed loss of the most recent call, f64; how many an evaluation got right. */
export const lossSum = 240;
export const correct = 248;
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
