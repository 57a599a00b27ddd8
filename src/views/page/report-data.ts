import type { Evaluation } from '../../counting/evaluation.js';
import type { ThresholdPoint } from '../../counting/report-collector.js';
import type { Picture } from '../picture.js';

/** Everything that a report shows. */
export interface ReportData {
  readonly evaluation: Evaluation;
  /** The most confident wrong predictions, worst first. */
  readonly mistakes: readonly ReportImage[];
  /** Images whose label is suspect: see `LabelSuspects`. */
  readonly suspects: readonly ReportImage[];
  /** Cells of the confusion matrix that have images to show, in the order of the matrix. */
  readonly cells: readonly ReportCell[];
  readonly thresholds: readonly ThresholdPoint[];
  /** The hidden layers, first to last. */
  readonly layers: readonly ReportLayer[];
  /** One image on its way through the network; null where there are no images. */
  readonly journey: ReportJourney | null;
}

/** An image and what was said of it. */
export interface ReportImage {
  /** Index in the input, from 0. */
  readonly index: number;
  /** Class indices. */
  readonly truth: number;
  readonly prediction: number;
  readonly confidence: number;
  readonly picture: Picture;
}

/** One cell of the confusion matrix, and its most confident images. */
export interface ReportCell {
  readonly truth: number;
  readonly prediction: number;
  readonly images: readonly ReportImage[];
}

/** What the neurons of a hidden layer look for. */
export interface ReportLayer {
  /** From 1. */
  readonly layer: number;
  /** How many neurons it has: more than `neurons` holds where it is wide. */
  readonly outputs: number;
  /** `weights` in the first layer; in later ones the gradient of the sum, a mean over `meanOver` images. */
  readonly kind: 'weights' | 'gradient';
  readonly meanOver: number;
  readonly neurons: readonly ReportNeuron[];
}

/** What one neuron looks for. */
export interface ReportNeuron {
  /** `(height * width)` float64. */
  readonly values: Float64Array;
  readonly bias: number;
}

/** An image and every activation it causes. */
export interface ReportJourney {
  readonly image: ReportImage;
  /** The hidden layers in order, the outputs last. */
  readonly layers: readonly JourneyLayer[];
}

/** One layer's neurons, lit. */
export interface JourneyLayer {
  /** `(outputs)` float64. */
  readonly values: Float64Array;
  /** `(outputs, inputs)` float64, row-major; null for the first layer, whose inputs are pixels. */
  readonly weights: Float64Array | null;
}
