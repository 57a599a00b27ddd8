/** The head of a placed network: i32. An entry for each layer follows, see layer-offsets.ts. */
export const layerCount = 0;
export const inputs = 4;
export const classes = 8;
/** The most floats that one image needs in any layer, a multiple of 16. */
export const widest = 12;
/** 1: first-layer weights are int16 with a scale for each neuron; 0: they are float32. */
export const quantized = 16;
/** 1: the loss is cross-entropy; 0: the squared error. */
export const crossEntropy = 20;
/** The address of the position table. */
export const positionTable = 24;
/** How many bytes of the scratch the list of lit groups takes. */
export const listBytes = 28;
export const bytes = 64;
