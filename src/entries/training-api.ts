export type { Judgement, Training } from '../training/training-command.js';
export type { EpochReport } from '../training/training-epochs.js';
export { DEFAULT_TRAINING, type TrainingOptions } from '../training/training-options.js';
export { type LearningCurve, renderLearningCurve } from '../views/terminal/learning-curve.js';
export { learningCurveSvg } from '../views/terminal/learning-curve-svg.js';
