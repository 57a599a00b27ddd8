import type { Change } from '../../../../insight/what-if.js';
import { parameterCount } from '../../../../network/network.js';
import type { App } from '../app.js';
import { find, press, soon } from '../dom.js';
import { inputName, numeral, wordsOf } from '../speech.js';
import {
  addChanges,
  countChanges,
  digitsOf,
  isOf,
  type KnobRange,
  largestOf,
  rangeFor,
  toStep,
  withoutNeuron,
} from './change-list.js';
import { BRUSHES, inputShape } from './neuron-sum.js';
import { type Hand, setWeight, weightRange, weightsOf } from './weight-picture.js';

/** What it does to the accuracy is told so soon. */
const SOON_MS = 120;

/** The knobs of the neuron that is asked about, and what they did so far. */
export function watchKnobs(app: App, hand: Hand): void {
  const [bias, weight] = [knobOf('#bias'), knobOf('#weight')];
  const brushes = document.querySelectorAll<HTMLButtonElement>('[data-brush]');
  const silence = find<HTMLButtonElement>('#silence');
  const resetNeuron = find<HTMLButtonElement>('#resetneuron');
  const resetAll = find<HTMLButtonElement>('#resetall');
  const judge = soon(SOON_MS, tellAccuracy);

  bias.slider.addEventListener('input', () => {
    if (app.asked === null) return;
    const { layer, neuron } = app.asked;
    add({ kind: 'bias', layer, neuron, value: toStep(bias.slider.valueAsNumber, biasRange()) });
  });
  weight.slider.addEventListener('input', () => {
    if (app.asked !== null)
      setWeight(app, app.asked, hand.inputOf(app, app.asked), weight.slider.valueAsNumber);
  });
  for (const button of brushes) {
    button.addEventListener('click', () => {
      hand.brush = BRUSHES.find((name) => name === button.dataset.brush) ?? 'one';
      app.touch('selection');
    });
  }
  silence.addEventListener('click', () => {
    if (app.asked === null) return;
    const { layer, neuron } = app.asked;
    if (isSilenced()) set((change) => change.kind !== 'silence' || !isOf(change, { layer, neuron }));
    else add({ kind: 'silence', layer, neuron });
  });
  resetNeuron.addEventListener('click', () => {
    if (app.asked !== null) app.setChanges(withoutNeuron(own(), app.asked));
  });
  resetAll.addEventListener('click', () => app.setChanges([]));

  app.watch((parts) => {
    tellKnobs();
    if (!parts.has('network') && !parts.has('language')) return;
    const { numbers, silenced } = countChanges(own());
    const all = parameterCount(app.network).toLocaleString('en');
    find('#changed').textContent = wordsOf(app).changed(numbers.toLocaleString('en'), all, silenced);
    resetAll.disabled = own().length === 0;
    judge();
  });

  function own(): readonly Change[] {
    return app.changes[app.current];
  }

  function add(change: Change): void {
    app.setChanges(addChanges(app.original, own(), [change]));
  }

  function set(isKept: (change: Change) => boolean): void {
    app.setChanges(own().filter(isKept));
  }

  function isSilenced(): boolean {
    const { asked } = app;
    return asked !== null && own().some((change) => change.kind === 'silence' && isOf(change, asked));
  }

  /** A threshold may lie outside of what single weights reach. */
  function biasRange(): KnobRange {
    const { biases, weights } = app.original.layers[(app.asked?.layer ?? 1) - 1];
    return rangeFor(Math.max(2 * largestOf(biases), 4 * largestOf(weights)));
  }

  function tellKnobs(): void {
    const { asked } = app;
    if (asked === null) return;
    const words = wordsOf(app);
    const { isBars } = inputShape(app.network, asked.layer);
    bias.tell(words.bias, app.network.layers[asked.layer - 1].biases[asked.neuron], biasRange());
    const input = hand.inputOf(app, asked);
    weight.tell(inputName(app, asked.layer, input), weightsOf(app, asked)[input], weightRange(app, asked));
    find('#brushes').hidden = isBars;
    const brush = isBars ? 'one' : hand.brush;
    for (const button of brushes) press(button, button.dataset.brush === brush);
    find('#brushhint').textContent = brush === 'one' ? words.dragOne : words.dragBrush;
    press(silence, isSilenced());
    resetNeuron.disabled = !own().some((change) => isOf(change, asked));
  }

  function tellAccuracy(): void {
    const { verdicts, verdictsBefore, data } = app;
    const line = find('#effect');
    line.hidden = verdicts === null;
    if (verdicts === null || verdictsBefore === null || data.images === null) return;
    const shares = [verdictsBefore, verdicts].map((of) => (100 * app.accuracyOf(of)).toFixed(1));
    line.textContent = wordsOf(app).accuracyOn(
      data.images.sample,
      shares[0],
      own().length > 0 ? shares[1] : null,
    );
    line.dataset.value = String(app.accuracyOf(verdicts));
  }
}

/** A slider with its name before it and its number after it. */
function knobOf(selector: string) {
  const slider = find<HTMLInputElement>(`${selector} input`);
  return {
    slider,
    tell(name: string, value: number, range: KnobRange): void {
      find(`${selector} span`).textContent = name;
      find(`${selector} b`).textContent = numeral(value, digitsOf(range), true);
      Object.assign(slider, {
        min: String(-range.limit),
        max: String(range.limit),
        step: String(range.step),
      });
      slider.value = String(value);
    },
  };
}
