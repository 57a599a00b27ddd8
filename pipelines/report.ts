import type { Evaluation } from '../src/counting/evaluation.js';
import { REPORT_MISTAKES, ReportCollector } from '../src/counting/report-collector.js';
import { anyModelOf } from '../src/inputs/models/open-model.js';
import { neuronPattern } from '../src/insight/neuron-report.js';
import { type LayerRun, runImages } from '../src/insight/run-images.js';
import type { Network } from '../src/network/network.js';
import type { Normalization } from '../src/network/normalization.js';
import { MOST_JOURNEYS } from '../src/views/page/journey/journey-section.js';
import { reportPage } from '../src/views/page/page.js';
import type { ReportImage, ReportJourney, ReportLayer } from '../src/views/page/report-data.js';
import { pictureOf } from '../src/views/picture.js';
import type { Language } from '../src/views/words/words.js';
import { type EvaluateOptions, type EvaluateResult, evaluateModel } from './evaluate.js';

/** What to report on. */
export interface ReportOptions extends Omit<EvaluateOptions, 'onBatch' | 'metrics'> {
  /** Default `en`. */
  readonly language?: Language | undefined;
}

/** A report, and the evaluation that it shows. */
export interface ReportResult {
  /** One HTML document, complete in itself. */
  readonly html: string;
  /** What the page tells. */
  readonly evaluation: Evaluation;
}

const SUSPECTS = 24;
/** Wider layers show their first neurons only. */
const MOST_NEURONS = 64;
/** Of a deep and wide network the gradients are means over fewer images: this many products take about a second. */
const MOST_PRODUCTS = 4e8;

/**
 * Evaluates a network and makes a page of it: accuracy, confusion matrix with its images, calibration, mistakes, images on
 * their way through the network, and what its neurons look for.
 *
 * @throws DigitflowError what `evaluate` throws
 */
export async function report(options: ReportOptions = {}): Promise<ReportResult> {
  const { signal } = options;
  const model = await anyModelOf(options, signal);
  const { network } = model;
  const collector = new ReportCollector(network.layers[0].inputs, network.classes.length);
  const { evaluation, mistakes, normalization } = await evaluateModel(model, {
    mistakes: REPORT_MISTAKES,
    ...options,
    metrics: true,
    onBatch: (records) => collector.add(records),
  });
  const html = reportHtml(
    model.runtime === undefined ? network : null,
    { evaluation, mistakes, normalization },
    collector,
    options.language,
  );
  return { html, evaluation };
}

/** The page of an evaluation, and of what was gathered beside it; without what is in the network where there is none to look into. */
export function reportHtml(
  network: Network | null,
  { evaluation, mistakes, normalization }: EvaluateResult,
  collector: ReportCollector,
  language: Language = 'en',
): string {
  const { height, width } = evaluation.data;
  const shown = ({ index, name, truth, prediction, confidence, pixels }: ShownRecord): ReportImage => ({
    ...{ index, name, truth, prediction, confidence },
    picture: pictureOf(pixels, height, width, normalization.transposed),
  });
  const surest = collector.surest.slice(0, MOST_JOURNEYS);
  const sample = { ...collector.sample, labels: null, normalization };
  return reportPage(
    {
      evaluation,
      mistakes: mistakes.map(shown),
      suspects: collector.suspects.suspects(SUSPECTS).map(shown),
      cells: collector
        .cells(evaluation.confusion)
        .map((cell) => ({ ...cell, images: cell.images.map(shown) })),
      thresholds: collector.thresholds.points,
      layers:
        network === null || sample.count === 0
          ? []
          : layersOf(network, runImages(network, sample), sample.count),
      journeys:
        network === null
          ? []
          : journeysOf(network, [...surest, ...mistakes.slice(0, 1)], normalization, shown),
    },
    language,
  );
}

type ShownRecord = Omit<ReportImage, 'picture'> & { readonly pixels: Uint8Array };

function layersOf(network: Network, runs: readonly LayerRun[], images: number): ReportLayer[] {
  return network.layers.map(({ outputs, biases }, at) => {
    const shown = Math.min(outputs, MOST_NEURONS);
    const between = network.layers.slice(1, at).reduce((sum, { weights }) => sum + weights.length, 0);
    const meanOver = Math.max(1, Math.min(images, Math.floor(MOST_PRODUCTS / (shown * between))));
    const first = runs.map((run) => ({ ...run, values: run.values.subarray(0, meanOver * run.outputs) }));
    return {
      ...{ layer: at + 1, outputs, kind: at === 0 ? 'weights' : 'gradient', meanOver },
      neurons: Array.from({ length: shown }, (_, neuron) => ({
        values: neuronPattern(network, first, { layer: at + 1, neuron }),
        bias: biases[neuron],
      })),
    };
  });
}

function journeysOf(
  network: Network,
  records: readonly ShownRecord[],
  normalization: Normalization,
  shown: (record: ShownRecord) => ReportImage,
): ReportJourney[] {
  const pixels = Buffer.concat(records.map((record) => record.pixels));
  const runs = runImages(network, { count: records.length, pixels, normalization });
  return records.map((record, at) => ({
    image: shown(record),
    layers: network.layers.map((layer, l) => {
      const [sums, values] = [runs[l].sums, runs[l].values].map((of) =>
        of.subarray(at * layer.outputs, (at + 1) * layer.outputs),
      );
      return { ...layer, sums, values };
    }),
  }));
}
