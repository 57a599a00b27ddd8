// Whole runs and views, each in one call.
export type { TrainingImagesSpec } from '../../pipelines/train.js';
// Results as text and JSON.
export type { TrainingPaths } from '../outputs/training-outputs.js';
// Learning, epoch by epoch.
export type { EpochFigures } from '../training/epoch-runner.js';
export type { EpochReport } from '../training/training-epochs.js';
export { DEFAULT_TRAINING, type TrainingLoss, type TrainingOptions } from '../training/training-options.js';
export type { Judgement, Training } from '../training/training-report.js';
// Results as text for a terminal, and as pictures.
export { type CurvePoint, type LearningCurve, learningCurveSvg } from '../views/learning-curve.js';
export { renderLearningCurve } from '../views/terminal/render-learning-curve.js';
