import { detect } from '../../../../insight/detector.js';
import { UNIT_BRIGHTNESS } from '../../../../network/normalization.js';
import type { App } from '../app.js';
import { addChanges, withoutNeuron } from '../ask/change-list.js';
import { css, LIT, LOWERS, RAISES, show } from '../colours.js';
import { barRow, find, onDrag, press, setBar } from '../dom.js';
import type { Point } from '../pad.js';
import { STEPS } from '../pad-view.js';
import { numeral, percentOf, wordsOf } from '../speech.js';
import {
  detectorOf,
  type Handmade,
  inPlaceOf,
  mostBias,
  nudged,
  PRESETS,
  presetOf,
  seenBy,
  spanned,
} from './handmade.js';

/** Dark pixels show the weights in so much of their colour. */
const DIM = 0.3;

/** A neuron that looks for ink in a rectangle, and for none around it. */
export function watchHandmade(app: App): void {
  const { image } = app.original;
  const canvas = find<HTMLCanvasElement>('#region');
  const knob = find<HTMLInputElement>('#biasknob');
  const implant = find<HTMLButtonElement>('#implant');
  const lamp = find('#handmade .lamp');
  const bars = find('#fires');
  const width = find<HTMLInputElement>('#width');
  const hands = document.querySelectorAll<HTMLButtonElement>('[data-hand]');
  let made: Handmade = presetOf('topBar', image);
  let detector = detectorOf(made, image);
  /** Where a pointer went down, and where it was last; what it does. */
  let from: Point = { y: 0, x: 0 };
  let last = from;
  let hand: 'rectangle' | 'draw' = 'rectangle';
  let isSeen = false;

  Object.assign(knob, { min: String(-mostBias(image)), max: String(mostBias(image)) });
  find('#found').hidden = app.data.images === null;
  for (const button of document.querySelectorAll<HTMLButtonElement>('[data-preset]')) {
    const preset = PRESETS.find((name) => name === button.dataset.preset);
    if (preset !== undefined) button.addEventListener('click', () => make(presetOf(preset, image)));
  }
  knob.addEventListener('input', () => make({ ...made, bias: knob.valueAsNumber }));
  for (const button of hands) {
    button.addEventListener('click', () => {
      hand = button.dataset.hand === 'draw' ? 'draw' : 'rectangle';
      for (const other of hands) press(other, other === button);
      if (hand === 'rectangle') return;
      // What is drawn here stays where it is drawn.
      app.placement = 'drawn';
      app.touch('drawing');
    });
  }
  find('#wipe').addEventListener('click', () => {
    app.pad.keep();
    app.pad.clear();
    app.touch('drawing');
  });
  onDrag(
    canvas,
    (event) => {
      if (hand === 'draw') app.pad.keep();
      from = pointOf(event);
      last = from;
      drag(event);
    },
    drag,
  );
  canvas.addEventListener('keydown', (event) => {
    const step = STEPS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    make({ ...made, ...nudged(made, step, event.shiftKey, image) });
  });
  implant.addEventListener('click', () => {
    const { selected } = app;
    if (selected?.layer !== 1) return;
    const { original } = app;
    const others = withoutNeuron(app.changes[app.current], selected);
    app.setChanges(addChanges(original, others, inPlaceOf(selected, detector, original.normalization)));
  });
  new IntersectionObserver((entries) => {
    isSeen = entries[entries.length - 1].isIntersecting;
    if (isSeen) tellAll();
  }).observe(find('#handmade'));

  app.watch((parts) => {
    // Nothing is without a name, also before it is seen.
    if (parts.has('language'))
      find('#foundof').textContent = wordsOf(app).foundOf(app.data.images?.sample ?? 0);
    if (parts.has('language') || parts.has('selection')) tellPlace();
    if (!isSeen) return;
    if (parts.has('language') || parts.has('network')) tellAll();
    else if (parts.has('drawing')) tellUnit();
  });

  function make(next: Handmade): void {
    made = next;
    detector = detectorOf(made, image);
    tellAll();
  }

  function drag(event: PointerEvent): void {
    const to = pointOf(event);
    if (hand === 'draw') {
      app.pad.stroke(last, to, width.valueAsNumber);
      app.touch('drawing');
    } else make({ ...made, ...spanned(spotOf(from), spotOf(to), image) });
    last = to;
  }

  /** A place on the pad. */
  function pointOf(event: PointerEvent): Point {
    const box = canvas.getBoundingClientRect();
    const within = (share: number) => Math.max(0, Math.min(1, share));
    return {
      y: within((event.clientY - box.top) / box.height) * app.pad.height,
      x: within((event.clientX - box.left) / box.width) * app.pad.width,
    };
  }

  function spotOf({ y, x }: Point) {
    const at = (place: number, count: number) => Math.min(count - 1, Math.floor(place / app.pad.scale));
    return { row: at(y, image.height), column: at(x, image.width) };
  }

  function tellAll(): void {
    const { x, y, bias } = made;
    find('#regionsays').textContent = wordsOf(app).regionSays(made.width, made.height, y, x);
    knob.value = String(bias);
    tellUnit();
    tellFound();
  }

  /** The unit on what is drawn. */
  function tellUnit(): void {
    const words = wordsOf(app);
    const { weightedSum, sum, sigmoid } = seenBy(detector, app.placed.pixels);
    const numbers = { regionsum: weightedSum, regionbias: made.bias, regionz: sum, regionsigma: sigmoid };
    for (const [id, number] of Object.entries(numbers)) {
      find(`#${id}`).textContent = numeral(number, id === 'regionsigma' ? 3 : 2);
    }
    lamp.classList.toggle('lit', sum > 0);
    find('i', lamp).style.background = css(LIT, sigmoid);
    find('#firing').textContent = sum > 0 ? words.fires : words.isSilent;
    show(canvas, picture());
  }

  /** The drawing, in the colours of the weights. */
  function picture(): ImageData {
    const shown = new ImageData(image.width, image.height);
    for (const [i, pixel] of app.placed.pixels.entries()) {
      const weight = detector.weights[i];
      const colour = weight > 0 ? RAISES : weight < 0 ? LOWERS : [200, 200, 200];
      const strength = weight === 0 ? pixel / 255 : DIM + ((1 - DIM) * pixel) / 255;
      for (let k = 0; k < 3; k++) shown.data[4 * i + k] = colour[k] * strength;
      shown.data[4 * i + 3] = 255;
    }
    return shown;
  }

  /** The unit on the sample. */
  function tellFound(): void {
    const { images } = app.data;
    if (images === null) return;
    const { classes } = app.network;
    const count = images.sample;
    const sample = {
      count,
      pixels: images.pixels.subarray(0, count * image.height * image.width),
      labels: images.labels.subarray(0, count),
      normalization: UNIT_BRIGHTNESS,
    };
    const { firesByClass } = detect(detector, sample, classes.length, 0);
    if (bars.children.length !== classes.length) {
      bars.replaceChildren(...classes.map(barRow));
    }
    for (const [k, share] of firesByClass.entries()) {
      const row = bars.children[k];
      setBar(row, share ?? 0, share === null ? '\u2013' : percentOf(share));
    }
  }

  function tellPlace(): void {
    const { selected } = app;
    const words = wordsOf(app);
    implant.disabled = selected?.layer !== 1;
    implant.textContent = selected?.layer === 1 ? words.implant(`1:${selected.neuron}`) : words.implantWhere;
  }
}
