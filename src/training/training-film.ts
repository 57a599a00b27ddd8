import { createHash } from 'node:crypto';
import type { Film, FilmFrame } from '../network/formats/film.js';
import { layerSizes } from '../network/network.js';
import { filmedEpochs } from './filmed-weights.js';
import { trainedNetwork } from './network-parameters.js';
import type { SharedTraining } from './shared-training.js';
import type { BestEpoch, EpochReport, TrainingProgress } from './training-epochs.js';
import { trainingCount } from './training-options.js';

/** A training that is over, with the network file that came of it. */
export interface FilmedTraining {
  readonly shared: SharedTraining;
  readonly progress: TrainingProgress;
  readonly best: BestEpoch;
  readonly file: Uint8Array;
  readonly provenance: Readonly<Record<string, string>>;
}

/** The film of the run that was chosen, up to the epoch that was; undefined where none was recorded. */
export function filmOf({ shared, progress, best, file, provenance }: FilmedTraining): Film | undefined {
  const filmed = progress.film?.runs.get(best.report.run);
  if (filmed === undefined) return undefined;
  const { options, images, layout } = shared;
  const { run, epoch: chosen } = best.report;
  const networkOf = (parameters: Float32Array) =>
    trainedNetwork(parameters, layout.shape, options, images, provenance);
  const frame = (report: FilmedEpoch, parameters: Float32Array): FilmFrame => {
    const { epoch, loss, validationLoss, validationAccuracy } = report;
    const isJudged = options.validation > 0;
    return {
      epoch,
      loss,
      validationLoss: isJudged ? validationLoss : null,
      accuracy: isJudged ? validationAccuracy : null,
      weights: Float32Array.from(networkOf(parameters).layers[0].weights),
    };
  };
  const reportOf = (epoch: number, parameters: Float32Array) =>
    progress.reports.find((report) => report.run === run && report.epoch === epoch) ??
    startOf(shared, run, parameters);
  const before = filmedEpochs(chosen - 1).flatMap((epoch) => {
    const parameters = filmed.get(epoch);
    return parameters === undefined ? [] : [frame(reportOf(epoch, parameters), parameters)];
  });
  const network = networkOf(best.parameters);
  return {
    image: network.image,
    layers: layerSizes(network),
    activations: network.layers.map(({ activation }) => activation),
    network: createHash('sha256').update(file).digest('hex'),
    provenance: { ...provenance, command: `${provenance.command} --film FILM` },
    frames: [...before, frame(best.report, best.parameters)],
  };
}

type FilmedEpoch = Pick<EpochReport, 'epoch' | 'loss' | 'validationLoss' | 'validationAccuracy'>;

/** How well a run's first weights do: no epoch reports it. */
function startOf(shared: SharedTraining, run: number, parameters: Float32Array): FilmedEpoch {
  const { images, options } = shared;
  const all = images.labels.length;
  const count = trainingCount(all, options);
  const learned = shared.evaluate(run, parameters, 0, count);
  const held = shared.evaluate(run, parameters, count, all);
  return {
    epoch: 0,
    loss: learned.lossSum / count,
    validationLoss: held.lossSum / options.validation,
    validationAccuracy: held.correct / options.validation,
  };
}
