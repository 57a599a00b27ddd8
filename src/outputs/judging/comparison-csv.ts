import { type ComparedPair, type Comparison, letterOf } from '../../judging/comparison.js';
import { csvField } from '../rows/row-shape.js';

/**
 * The comparison as one tidy CSV table, one number a row: `metric,first,second,class,value`.
 *
 * - What is said of one network has its letter in `first` (A, B, … in the order in which they were given), and no `second`.
 * - What is said of two has both letters; `difference` and its interval are of the second less the first, as shares.
 * - `class` is empty for all classes together. An undefined value is an empty field.
 *
 * Fields are quoted as in RFC 4180; lines end with LF.
 */
export function comparisonCsv({ images, networks, pairs, classes, seconds }: Comparison): string {
  const lines = ['metric,first,second,class,value'];
  const row = (metric: string, value: number | null | undefined, first = '', second = '', name = '') =>
    lines.push(`${metric},${first},${second},${csvField(name)},${value ?? ''}`);
  row('images', images);
  row('seconds', seconds);
  for (const [index, { correct, accuracy, interval }] of networks.entries()) {
    const letter = letterOf(index);
    row('correct', correct, letter);
    row('accuracy', accuracy, letter);
    row('accuracy_low', interval?.low, letter);
    row('accuracy_high', interval?.high, letter);
    for (const { name, support, correct: right, recall } of classes) {
      row('support', support, letter, '', name);
      row('correct', right[index], letter, '', name);
      row('recall', recall[index], letter, '', name);
    }
  }
  for (const pair of pairs) {
    const [first, second] = [letterOf(pair.first), letterOf(pair.second)];
    row('difference', pair.difference, first, second);
    row('difference_low', pair.interval?.low, first, second);
    row('difference_high', pair.interval?.high, first, second);
    row('p', pair.test.p, first, second);
    row('p_adjusted', pair.test.adjusted, first, second);
    row('images_to_tell', pair.imagesToTell, first, second);
    const counts = ({ both, onlyFirst, onlySecond, neither }: ComparedPair['classes'][number], name = '') => {
      row('both_right', both, first, second, name);
      row('only_first_right', onlyFirst, first, second, name);
      row('only_second_right', onlySecond, first, second, name);
      row('both_wrong', neither, first, second, name);
    };
    counts(pair);
    for (const [index, own] of pair.classes.entries()) counts(own, classes[index].name);
  }
  return `${lines.join('\n')}\n`;
}
