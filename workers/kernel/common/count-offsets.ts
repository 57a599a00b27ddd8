/** What is counted of a slot's records against their labels. */

/** Losses that were not added, u32. */
export const unusual = 0;
/** The highest confidence of a wrong record, f32. */
export const worstWrong = 4;
/** The sum of the losses, i64. */
export const lossUnits = 8;
/** The sum of the confidences in each bin, i64. */
export const confidenceUnits = 16;
/** How many wrong, then how many right records each bin has, u32. */
export const bins = 136;
/** `(classes, classes)` u32, row-major, row = truth. */
export const confusion = 256;
