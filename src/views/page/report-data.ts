import type { Evaluation } from '../../counting/evaluation.js';
import type { ThresholdPoint } from '../../counting/report-collector.js';
import type { Layer } from '../../network/network.js';
import type { Picture } from '../picture.js';

/** Everything that a report shows. */
export interface ReportData {
  readonly evaluation: Evaluation;
  /** The most confident wrong predictions, worst first. */
  readonly mistakes: readonly ReportImage[];
  /** Images whose label is suspect: see `LabelSuspects`. */
  readonly suspects: readonly ReportImage[];
  /** Cells of the confusion matrix, in its order, with their most confident images. */
  readonly cells: readonly (Pick<ReportImage, 'truth' | 'prediction'> & { images: readonly ReportImage[] })[];
  readonly thresholds: readonly ThresholdPoint[];
  readonly layers: readonly ReportLayer[];
  /** Images on their way through the network: one of each class that was read right, in their order, and one mistake. */
  readonly journeys: readonly ReportJourney[];
}

/** An image and what was said of it: class indices, and its own index in the input, all from 0. */
export interface ReportImage {
  readonly index: number;
  /** Where it is a picture of its own: its path. */
  readonly name?: string | undefined;
  readonly truth: number;
  readonly prediction: number;
  readonly confidence: number;
  readonly picture: Picture;
}

/** What the neurons of a layer look for. */
export interface ReportLayer {
  /** From 1. */
  readonly layer: number;
  /** How many neurons it has: more than `neurons` holds where it is wide. */
  readonly outputs: number;
  /** `weights` in the first layer; in later ones the gradient of the sum, a mean over `meanOver` images. */
  readonly kind: 'weights' | 'gradient';
  readonly meanOver: number;
  /** What each looks for: `(height, width)` float64. */
  readonly neurons: readonly { readonly values: Float64Array; readonly bias: number }[];
}

/** An image and every activation it causes: the hidden layers in order, the outputs last. */
export interface ReportJourney {
  readonly image: ReportImage;
  readonly layers: readonly JourneyLayer[];
}

/** A layer, its sums Wa + b and its activations: `(outputs)` float64. */
export interface JourneyLayer extends Layer {
  readonly sums: Float64Array;
  readonly values: Float64Array;
}
