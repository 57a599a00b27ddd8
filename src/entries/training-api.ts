export type { EpochReport } from '../training/training-epochs.js';
export { DEFAULT_TRAINING, type TrainingOptions } from '../training/training-options.js';
export type { Judgement, Training } from '../training/training-report.js';
export { type LearningCurve, learningCurveSvg } from '../views/learning-curve.js';
export { renderLearningCurve } from '../views/terminal/render-learning-curve.js';
