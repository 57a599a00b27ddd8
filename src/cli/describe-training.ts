import type { TrainResult } from '../../pipelines/train.js';
import {
  digestWords,
  durationWords,
  grouped,
  networkWords,
  percentage,
  rateWords,
} from '../counting/wording.js';
import { threadWords } from '../views/terminal/progress.js';
import { renderLearningCurve } from '../views/terminal/render-learning-curve.js';
import { createStyle, type RenderOptions } from '../views/terminal/terminal.js';
import { labelled, printable } from '../views/terminal/text-layout.js';

type Report = TrainResult['training'];
type Judged = NonNullable<Report['test']>;

/** A training as a report for a terminal. */
export function renderTraining({ training, curve }: TrainResult, options: RenderOptions): string {
  const style = createStyle(options);
  const { paint } = style;
  const entry = (label: string, facts: readonly string[]) => labelled(label, facts, style);
  const judged = (label: string, by: Omit<Judged, 'dataset'>) =>
    entry(label, [
      `${paint.bold(`${percentage(by.accuracy, 2)} %`)} (95 % interval ${percentage(by.interval.low, 2)} to ${percentage(by.interval.high, 2)} %)`,
      `${grouped(by.images - by.correct)} of ${grouped(by.images)} wrong`,
    ]);
  const { validation, test, out, diverged } = training;
  const curveLines = renderLearningCurve(curve, options);
  const lines = [
    ...entry('data', dataFacts(training)),
    ...entry('network', [networkWords(training.network)]),
    ...entry('training', settingFacts(training)),
    ...(curveLines.length > 0 ? ['', ...curveLines] : []),
    '',
    ...entry('chosen', [
      `epoch ${training.chosen.epoch} of ${training.settings.epochs}`,
      ...(training.settings.restarts > 1
        ? [`run ${training.chosen.run} of ${training.settings.restarts}`]
        : []),
      `loss ${training.chosen.loss.toPrecision(4)} (mean ${training.settings.loss})`,
    ]),
    ...(validation ? judged('validation', validation) : []),
    ...(test ? judged('test', test) : []),
    ...entry('speed', speedFacts(training)),
    ...(out.path === null ? [] : entry('file', [printable(out.path), digestWords(out.sha256)])),
    ...diverged.map(({ run, epoch }) => paint.warn(`Run ${run} diverged in epoch ${epoch}; it was left.`)),
    ...(training.partial
      ? ['', paint.warn('Partial: the training was interrupted; the best so far was kept.')]
      : []),
  ];
  return `${lines.join('\n')}\n`;
}

function dataFacts({ data, settings }: Report): string[] {
  const digest = data.files[0]?.sha256;
  return [
    printable(data.dataset ?? data.files[0]?.path ?? 'images'),
    `${grouped(data.images - settings.validation)} images to learn from`,
    `${grouped(settings.validation)} held out`,
    ...(digest ? [digestWords(digest)] : []),
  ];
}

function settingFacts({ settings }: Report): string[] {
  return [
    settings.loss,
    settings.optimizer,
    `batches of ${settings.batchSize}`,
    `learning rate ${settings.learningRate} ${settings.schedule}`,
    settings.augment === 'none' ? 'images as they are' : `${settings.augment} variation of the images`,
    `seed ${settings.seed}`,
  ];
}

function speedFacts({ imagesPerSecond, seconds, workers, epochs, resumedEpochs }: Report): string[] {
  return [
    ...(imagesPerSecond === null ? [] : [rateWords(imagesPerSecond)]),
    `${durationWords(seconds)} for ${grouped(epochs - resumedEpochs)} epochs`,
    ...(resumedEpochs > 0 ? [`${grouped(resumedEpochs)} were done before`] : []),
    threadWords(workers),
  ];
}
