import type { TrainResult } from '../../../pipelines/train.js';
import {
  counted,
  digestWords,
  durationWords,
  grouped,
  networkWords,
  percentage,
  rateWords,
} from '../../counting/wording.js';
import { safeText } from '../../errors.js';
import { threadWords } from '../../views/terminal/progress.js';
import { accuracyFacts } from '../../views/terminal/render-evaluation.js';
import { renderLearningCurve } from '../../views/terminal/render-learning-curve.js';
import { createStyle, type RenderOptions } from '../../views/terminal/terminal.js';
import { labelled, wrap } from '../../views/terminal/text-layout.js';

type Report = TrainResult['training'];
/** Something to say, or nothing. */
type Fact = string | false;

/** A training as a report for a terminal. */
export function renderTraining({ training, curve }: TrainResult, options: RenderOptions): string {
  const style = createStyle(options);
  const { paint } = style;
  const entry = (label: string, facts: readonly Fact[]) => labelled(label, facts.filter(isGiven), style);
  const warning = (text: string) => wrap(style.say(text), style.width).map(paint.warn);
  const { chosen, settings, validation, test, out, diverged } = training;
  const curveLines = renderLearningCurve(curve, options);
  const lines = [
    ...entry('data', dataFacts(training)),
    ...entry('network', [networkWords(training.network)]),
    ...(training.init ? entry('begun with', initFacts(training.init)) : []),
    ...entry('training', settingFacts(training)),
    ...(curveLines.length > 0 ? ['', ...curveLines] : []),
    '',
    ...entry('chosen', [
      `epoch ${chosen.epoch} of ${settings.epochs}`,
      settings.restarts > 1 && `run ${chosen.run} of ${settings.restarts}`,
      `loss ${chosen.loss.toPrecision(4)} (mean ${settings.loss})`,
    ]),
    ...(validation ? entry('validation', accuracyFacts(validation, style)) : []),
    ...(test ? entry('test', accuracyFacts(test, style)) : []),
    ...entry('speed', speedFacts(training)),
    ...(out.path === null ? [] : entry('file', [safeText(out.path), digestWords(out.sha256)])),
    ...diverged.flatMap(({ run, epoch }) => warning(`Run ${run} diverged in epoch ${epoch}; it was left.`)),
    ...(training.partial
      ? ['', ...warning('Partial: the training was interrupted; the best so far was kept.')]
      : []),
  ];
  return `${lines.join('\n')}\n`;
}

function isGiven(fact: Fact): fact is string {
  return fact !== false;
}

function dataFacts({ data, settings }: Report): Fact[] {
  const digest = data.files[0]?.sha256;
  return [
    safeText(data.dataset ?? data.files[0]?.path ?? 'images'),
    `${counted(data.images - settings.validation, 'image')} to learn from`,
    `${grouped(settings.validation)} held out`,
    data.mixed === true && 'in random order, since they came sorted by class',
    digest ? digestWords(digest) : false,
  ];
}

function initFacts({ name, sha256, validation }: NonNullable<Report['init']>): Fact[] {
  const accuracy = validation && `${percentage(validation.accuracy, 2)} % of the images held out right`;
  return [safeText(name), digestWords(sha256), accuracy ?? false];
}

function settingFacts({ settings }: Report): Fact[] {
  return [
    settings.loss,
    settings.optimizer,
    `batches of ${settings.batchSize}`,
    `learning rate ${settings.learningRate} ${settings.schedule}`,
    settings.augment === 'none' ? 'images as they are' : `${settings.augment} variation of the images`,
    `seed ${settings.seed}`,
  ];
}

function speedFacts({ imagesPerSecond, seconds, workers, epochs, resumedEpochs }: Report): Fact[] {
  return [
    imagesPerSecond !== null && rateWords(imagesPerSecond),
    `${durationWords(seconds)} for ${counted(epochs - resumedEpochs, 'epoch')}`,
    resumedEpochs > 0 && `${grouped(resumedEpochs)} ${resumedEpochs === 1 ? 'was' : 'were'} done before`,
    threadWords(workers),
  ];
}
