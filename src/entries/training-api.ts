/**
 * What a training is told, and what it tells.
 *
 * @module digitflow/training
 */

export type { TrainingImagesSpec } from '../../pipelines/read-training-set.js';
export type { TrainingPaths } from '../outputs/training-outputs.js';
export type { EpochFigures } from '../training/epoch-runner.js';
export type { EpochReport } from '../training/training-epochs.js';
export { DEFAULT_TRAINING, type TrainingLoss, type TrainingOptions } from '../training/training-options.js';
export type { Judgement, Training } from '../training/training-report.js';
export { type CurvePoint, type LearningCurve, learningCurveSvg } from '../views/learning-curve.js';
export { renderLearningCurve } from '../views/terminal/render-learning-curve.js';
