import type { Evaluation } from '../counting/evaluation.js';
import { csvField } from './rows/row-shape.js';

/**
 * The evaluation as one tidy CSV table, one number a row: `metric,class,predicted,value`.
 *
 * - `class` is empty for metrics of the whole evaluation; its precision, recall, f1 and areas are means over the classes.
 * - What all outputs tell, and the interval of f1, have rows where that was asked for.
 * - support, precision, recall and f1 have a row for each class; `confusion` has one for each pair of classes, zeros
 *   too: `class` is the truth, `predicted` the prediction.
 * - An undefined value is an empty field.
 *
 * Fields are quoted as in RFC 4180; lines end with LF. In pandas, where class names must stay text:
 * `t = pd.read_csv(file, dtype={'class': str, 'predicted': str})`, and the matrix is
 * `t[t.metric == 'confusion'].pivot(index='class', columns='predicted', values='value')`.
 */
export function evaluationCsv(evaluation: Evaluation): string {
  const lines = ['metric,class,predicted,value'];
  const row = (metric: string, value: number | null | undefined, truth = '', prediction = '') =>
    lines.push(`${metric},${csvField(truth)},${csvField(prediction)},${value ?? ''}`);
  const { classes, confusion, interval, macro, agreement, outputs } = evaluation;

  row('images', evaluation.images);
  row('correct', evaluation.correct);
  row('accuracy', evaluation.accuracy);
  row('accuracy_low', interval?.low);
  row('accuracy_high', interval?.high);
  row('loss', evaluation.loss.mean);
  row('expected_calibration_error', evaluation.calibration?.expectedCalibrationError);
  for (const metric of ['precision', 'recall', 'f1'] as const) row(metric, macro[metric]);
  row('cohen_kappa', agreement.cohenKappa);
  row('matthews_correlation', agreement.matthewsCorrelation);
  if (outputs !== undefined) {
    row('f1_low', evaluation.macroF1Interval?.low);
    row('f1_high', evaluation.macroF1Interval?.high);
    for (const { k, accuracy } of outputs.topK ?? []) row(`top_${k}_accuracy`, accuracy);
    row('log_loss', outputs.logLoss);
    row('brier_score', outputs.brier);
    row('roc_area', outputs.rocArea);
    row('average_precision', outputs.averagePrecision);
    row('risk_coverage_area', outputs.riskCoverageArea);
  }
  row('workers', evaluation.workers);
  row('seconds', evaluation.seconds);
  row('images_per_second', evaluation.imagesPerSecond);
  for (const score of classes) {
    for (const metric of ['support', 'precision', 'recall', 'f1'] as const)
      row(metric, score[metric], score.name);
  }
  for (const { name, rocArea, averagePrecision } of outputs?.classes ?? []) {
    row('roc_area', rocArea, name);
    row('average_precision', averagePrecision, name);
  }
  for (const [truth, counts] of confusion.entries()) {
    for (const [prediction, count] of counts.entries())
      row('confusion', count, classes[truth].name, classes[prediction].name);
  }
  return `${lines.join('\n')}\n`;
}
