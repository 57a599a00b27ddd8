/** A layer of a placed network, or of a run: i32. */
export const inputs = 0;
export const outputs = 4;
/** `outputs` rounded up: to 4 in a run, to 16 in the first layer of a placed network, not at all in its others. */
export const paddedOutputs = 8;
export const activation = 12;
/** Addresses in a placed network; in a run counted from the start of the parameters, or of the gradients. */
export const weights = 16;
export const biases = 20;
/** Placed network, first layer, int16 only: what turns each neuron's integer sum back into a real number. */
export const scales = 24;
/** Run, within a tile: `(paddedOutputs, TILE_IMAGES)` f32 each; the padding of the deltas is zeros. */
export const activations = 28;
export const deltas = 32;
/** Run, within a tile: `(TILE_IMAGES, paddedOutputs)` f32: first the first layer's sums, then the deltas. */
export const rows = 36;
export const bytes = 64;
