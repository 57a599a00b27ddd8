import type { ActivationName } from '../../../../network/activations.js';
import type { App } from '../app.js';
import { element, find } from '../dom.js';
import { inputName, neuronName, numeral, wordsOf } from '../speech.js';
import { watchKnobs } from './knobs.js';
import { curveOf, type NeuronSum, neuronSum, TERMS } from './neuron-sum.js';
import { Hand, watchWeights } from './weight-picture.js';

/** All numbers of a sum are told so, that they add up as they stand. */
const DIGITS = 5;
/** The curve's box, in its own units. */
const WIDE = 300;
const TALL = 78;
const EDGE = 8;

/** The sign of each activation function. */
const NAMES: Readonly<Record<ActivationName, string>> = {
  identity: '',
  sigmoid: 'σ',
  relu: 'ReLU',
  tanh: 'tanh',
  softmax: 'softmax',
};

/** The neuron that is asked about: its weights, its sum, its curve, and its knobs. */
export function watchAsk(app: App): void {
  const answer = find('#answer');
  const terms = Array.from({ length: TERMS }, () => rowOf('term'));
  const [rest, bias, sum, value] = ['rest', 'bias', 'sum', 'value'].map(rowOf);
  find('#terms').replaceChildren(...terms, rest, bias, sum, value);
  const hand = new Hand();

  app.watch(() => {
    const words = wordsOf(app);
    const { asked, network } = app;
    answer.hidden = asked === null;
    find('#askedname').textContent = asked === null ? words.ask : neuronName(app, asked);
    const { inputs } = network.layers[(asked?.layer ?? 1) - 1];
    find('#askedwhat').textContent =
      asked === null ? words.askHint : words.inputs(asked.layer, asked.neuron, inputs);
    if (asked !== null) tell(neuronSum(network, app.activations, asked));
  });
  watchWeights(app, hand);
  watchKnobs(app, hand);

  function tell(told: NeuronSum): void {
    const words = wordsOf(app);
    for (const [i, row] of terms.entries()) {
      const input = told.largest[i];
      row.hidden = input === undefined;
      if (row.hidden) continue;
      const how = `${numeral(told.inputs[input], 2)} × ${numeral(told.weights[input], 3)}`;
      fill(row, inputName(app, told.layer, input), told.contributions[input], true, how);
    }
    const others = told.inputs.length - told.largest.length;
    rest.hidden = others === 0;
    fill(rest, words.others(others), told.rest, true);
    fill(bias, words.bias, told.bias, true);
    fill(sum, words.sum, told.sum, false);
    const isSilenced = app.silenced.some(
      (place) => place.layer === told.layer && place.neuron === told.neuron,
    );
    const applied = `${NAMES[told.activation]}(${numeral(told.sum, 2)})`;
    fill(value, isSilenced ? words.isSilenced : `${words.activation} ${applied}`, told.value, false);
    draw(told, `${applied} = ${numeral(told.value, 3)}`);
  }

  /** The neuron's place on its curve; the threshold is its middle. */
  function draw(told: NeuronSum, words: string): void {
    const layer = app.network.layers[told.layer - 1];
    const reach = Math.max(told.activation === 'tanh' ? 4 : 8, Math.abs(told.sum) * 1.08);
    const curve = curveOf(layer, told.inputs, told.neuron, reach);
    const [least, most] = [Math.min(0, ...curve), Math.max(Number.EPSILON, ...curve)];
    const x = (share: number) => (EDGE + share * (WIDE - 2 * EDGE)).toFixed(1);
    const y = (value: number) =>
      (TALL - EDGE - ((value - least) / (most - least)) * (TALL - 2 * EDGE)).toFixed(1);
    const line = Array.from(curve, (value, i) => `${x(i / (curve.length - 1))},${y(value)}`);
    find('#curve .line').setAttribute('points', line.join(' '));
    find('#curve .zero').setAttribute('d', `M${x(0)} ${y(0)}H${x(1)}M${x(0.5)} ${EDGE / 2}V${TALL}`);
    const dot = find('#curve circle');
    dot.setAttribute('cx', x((told.sum / reach + 1) / 2));
    dot.setAttribute('cy', y(told.value));
    find('#curve').setAttribute('aria-label', words);
    find('#threshold').textContent = wordsOf(app).threshold(numeral(-told.bias, 2));
    find('#threshold').dataset.value = String(-told.bias);
    find('#depends').hidden = told.activation !== 'softmax';
  }
}

/** Only a term says how it comes about, between its name and its number. */
function rowOf(className: string): HTMLTableRowElement {
  const isTerm = className === 'term';
  const name = element('th', { scope: 'row', colSpan: isTerm ? 1 : 2 }, ['']);
  const number = element('td', {}, ['', element('small', {}, [''])]);
  return element('tr', { className }, isTerm ? [name, element('td', {}, ['']), number] : [name, number]);
}

/** The last decimals are there to add up, and stand back. */
function fill(row: HTMLTableRowElement, name: string, value: number, isSigned: boolean, how?: string): void {
  const text = numeral(value, DIGITS, isSigned);
  const cut = text.length - (DIGITS - 2);
  const number = row.cells[row.cells.length - 1];
  put(row.cells[0], name);
  if (how !== undefined) put(row.cells[1], how);
  put(number, text.slice(0, cut));
  put(find('small', number), text.slice(cut));
  number.className = !isSigned || value === 0 ? '' : value > 0 ? 'up' : 'down';
  row.dataset.value = String(value);
}

/** The text that an element begins with: a node that stays, since it changes often. */
function put({ firstChild: node }: Element, text: string): void {
  if (node !== null && node.nodeValue !== text) node.nodeValue = text;
}
