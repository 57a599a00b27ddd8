import { arithmeticOf, type NeuronPlace } from '../../../../insight/explain.js';
import type { Change } from '../../../../insight/what-if.js';
import type { App } from '../app.js';
import { css, LOWERS, RAISES, show, signedPicture } from '../colours.js';
import { find, onDrag, pencil, sizeOf } from '../dom.js';
import { wordsOf } from '../speech.js';
import { addChanges, type KnobRange, largestOf, rangeFor, toStep } from './change-list.js';
import { type BRUSHES, brushed, type InputShape, inputShape } from './neuron-sum.js';

/** What is in the hand: a brush, and an input of each layer. */
export class Hand {
  brush: (typeof BRUSHES)[number] = 'one';
  readonly #inputs = new Map<number, number>();

  /** The input that keys and slider turn; at first the middle one. */
  inputOf({ network }: App, { layer }: NeuronPlace): number {
    const { height, width } = inputShape(network, layer);
    const middle = Math.floor(height / 2) * width + Math.floor(width / 2);
    return Math.min(this.#inputs.get(layer) ?? middle, network.layers[layer - 1].inputs - 1);
  }

  take({ layer }: NeuronPlace, input: number): void {
    this.#inputs.set(layer, input);
  }
}

interface Grip {
  readonly y: number;
  readonly x: number;
}

/** A drag of fewer pixels is a tap. */
const SLACK = 3;

/** The weights of the neuron that is asked about as a picture, each times its input as another; they can be dragged. */
export function watchWeights(app: App, hand: Hand): void {
  const pad = find('#askweights');
  const cursor = find('#askweights i');
  const [weights, products] = [
    find<HTMLCanvasElement>('#askweights canvas'),
    find<HTMLCanvasElement>('#products canvas'),
  ];
  let last: Grip = { y: 0, x: 0 };
  /** What is dragged: where it was, and how much a pixel of the screen is. */
  let held: { readonly y: number; readonly value: number; readonly unit: number } | null = null;

  onDrag(pad, grip, drag);
  pad.addEventListener('keydown', (event) => {
    const { asked } = app;
    if (asked === null || event.ctrlKey || event.metaKey || event.altKey) return;
    const { width } = shapeOf(asked);
    const own = weightsOf(app, asked);
    const input = hand.inputOf(app, asked);
    const by = (
      { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -width, ArrowDown: width } as Record<string, number>
    )[event.key];
    const turn = ({ '+': 1, '=': 1, '-': -1, '−': -1 } as Record<string, number>)[event.key];
    if (by !== undefined) {
      if (input + by >= 0 && input + by < own.length) hand.take(asked, input + by);
      app.touch('selection');
    } else if (turn !== undefined) {
      setWeight(app, asked, input, own[input] + (turn * weightRange(app, asked).limit) / 20);
    } else if (event.key === 'Delete' || event.key === 'Backspace') {
      changeWeights(app, asked, [[input, weightsOf(app, asked, app.original)[input]]]);
    } else return;
    event.preventDefault();
  });
  new ResizeObserver(paint).observe(find('#pictures'));
  app.watch(paint);

  function grip(event: PointerEvent): void {
    const { asked } = app;
    if (asked === null) return;
    const { width, isBars } = shapeOf(asked);
    last = gripOf(event, asked);
    const place = Math.floor(last.y) * width + Math.floor(last.x);
    hand.take(asked, Math.max(0, place));
    const reach = isBars ? scaleOf(app, asked) : weightRange(app, asked).limit;
    const unit = (2 * reach) / pad.clientHeight;
    held = { y: event.clientY, value: weightsOf(app, asked)[hand.inputOf(app, asked)], unit };
    if (brushOf(asked) === 'one') app.touch('selection');
    else paintOver(asked, last);
  }

  function drag(event: PointerEvent): void {
    const { asked } = app;
    if (held === null || asked === null) return;
    if (brushOf(asked) !== 'one') paintOver(asked, gripOf(event, asked));
    else if (Math.abs(event.clientY - held.y) > SLACK) {
      setWeight(app, asked, hand.inputOf(app, asked), held.value + (held.y - event.clientY) * held.unit);
    }
  }

  function shapeOf({ layer }: NeuronPlace): InputShape {
    return inputShape(app.network, layer);
  }

  /** Of bars each is dragged by itself. */
  function brushOf(asked: NeuronPlace): Hand['brush'] {
    return shapeOf(asked).isBars ? 'one' : hand.brush;
  }

  function gripOf(event: PointerEvent, asked: NeuronPlace): Grip {
    const { height, width } = shapeOf(asked);
    const box = pad.getBoundingClientRect();
    return {
      y: ((event.clientY - box.top) / box.height) * height,
      x: ((event.clientX - box.left) / box.width) * width,
    };
  }

  function paintOver(asked: NeuronPlace, to: Grip): void {
    const own = weightsOf(app, asked);
    const original = weightsOf(app, asked, app.original);
    const range = weightRange(app, asked);
    const by = (range.limit / 20) * (hand.brush === 'raise' ? 1 : -1);
    const cells = [...brushed(shapeOf(asked), last, to)].filter(([input]) => input < own.length);
    last = to;
    changeWeights(
      app,
      asked,
      cells.map(([input, strength]) => [
        input,
        hand.brush === 'restore' ? original[input] : toStep(own[input] + by * strength, range),
      ]),
    );
  }

  function paint(): void {
    const { asked } = app;
    if (asked === null) return;
    const shape = shapeOf(asked);
    const { contributions, weights: own } = arithmeticOf(app.network, app.activations, asked);
    const input = hand.inputOf(app, asked);
    find('#pictures').classList.toggle('bars', shape.isBars);
    for (const [canvas, values, largest] of [
      [weights, own, scaleOf(app, asked)],
      [products, contributions, largestOf(contributions)],
    ] as const) {
      const box = canvas.parentElement;
      if (box !== null) box.style.aspectRatio = shape.isBars ? '' : `${shape.width} / ${shape.height}`;
      if (shape.isBars) paintBars(canvas, values, largest);
      else show(canvas, signedPicture(shape, values, largest));
    }
    const [row, column] = [Math.floor(input / shape.width), input % shape.width];
    const percent = (share: number) => `${(100 * share).toFixed(3)}%`;
    Object.assign(cursor.style, {
      top: percent(row / shape.height),
      left: percent(column / shape.width),
      height: percent(1 / shape.height),
      width: percent(1 / shape.width),
    });
    const words = wordsOf(app);
    find('#productsname').textContent = asked.layer === 1 ? words.timesPixel : words.timesActivation;
  }
}

/** A bar for each input, up or down, with its number where there is room. */
function paintBars(canvas: HTMLCanvasElement, values: Float64Array, largest: number): void {
  const context = pencil(canvas);
  const { width, height: tall } = sizeOf(canvas);
  const wide = width / values.length;
  const isNumbered = wide >= 15;
  const middle = tall / 2;
  context.font = '11px system-ui, sans-serif';
  context.textAlign = 'center';
  for (const [i, value] of values.entries()) {
    const length = largest === 0 ? 0 : Math.min(1, Math.abs(value) / largest) * (middle - 4);
    context.fillStyle = css(value > 0 ? RAISES : LOWERS);
    context.fillRect(i * wide + wide * 0.15, value > 0 ? middle - length : middle, wide * 0.7, length);
    context.fillStyle = '#a3a9b4';
    // On the side that the bar leaves free.
    if (isNumbered) context.fillText(String(i), (i + 0.5) * wide, value > 0 ? middle + 13 : middle - 5);
  }
  context.fillRect(0, middle - 0.5, width, 1);
}

/** The weights of a neuron, in the network with its changes or in another. */
export function weightsOf(app: App, { layer, neuron }: NeuronPlace, network = app.network): Float64Array {
  const { weights, inputs } = network.layers[layer - 1];
  return weights.subarray(neuron * inputs, (neuron + 1) * inputs);
}

/** The weight that is shown brightest: a change of others makes none fainter at once. */
function scaleOf(app: App, asked: NeuronPlace): number {
  return Math.max(largestOf(weightsOf(app, asked)), largestOf(weightsOf(app, asked, app.original)));
}

/** How far a weight of the layer can be turned. */
export function weightRange(app: App, { layer }: NeuronPlace): KnobRange {
  return rangeFor(1.5 * largestOf(app.original.layers[layer - 1].weights));
}

export function setWeight(app: App, asked: NeuronPlace, input: number, value: number): void {
  changeWeights(app, asked, [[input, toStep(value, weightRange(app, asked))]]);
}

function changeWeights(
  app: App,
  asked: NeuronPlace,
  values: readonly (readonly [input: number, value: number])[],
): void {
  const { layer, neuron } = asked;
  const added = values.map(([input, value]): Change => ({ kind: 'weight', layer, neuron, input, value }));
  app.setChanges(addChanges(app.original, app.changes[app.current], added));
}
