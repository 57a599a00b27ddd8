import { type Film, type FilmFrame, readFilm } from '../../../../network/formats/film.js';
import type { App } from '../app.js';
import { show, signedPicture } from '../colours.js';
import { element, find, isStill } from '../dom.js';
import { wordsOf } from '../speech.js';
import { drawCurve, type FilmCurve } from './film-curve.js';

/** How long one frame turns into the next; a frame that does not move stays longer. */
const FRAME_MS = 450;
const STILL_FRAME_MS = 900;
/** Of a wider layer the first neurons are shown. */
const MOST_NEURONS = 32;

/** The recorded training: the pictures of the first layer, cost and accuracy, and a slider through them. */
export function watchFilm(app: App): void {
  const { film: given } = app.data;
  if (given === null) return;
  const { name: title } = given;
  const film = readFilm(given.bytes, title);
  const isVaried = (film.provenance['training augment'] ?? 'none') !== 'none';
  const { frames, image } = film;
  const last = frames.length - 1;
  const pixels = image.height * image.width;
  const shown = Math.min(MOST_NEURONS, film.layers[1]);
  const largest = Array.from({ length: shown }, (_, neuron) => largestOf(film, neuron));
  const curves = curvesOf(film);
  const canvases = largest.map(() => element('canvas'));
  const play = find<HTMLButtonElement>('#play');
  const slider = find<HTMLInputElement>('#frame');
  /** A frame, or between two. */
  let at = last;
  let isPlaying = false;
  /** How often it was set going: of two runs only the last goes on. */
  let runs = 0;

  find('#film').hidden = false;
  find('#weights').replaceChildren(...canvases);
  for (const part of document.querySelectorAll<HTMLElement>('#film .judged')) {
    part.hidden = frames[0].accuracy === null;
  }
  slider.max = String(last);
  slider.value = String(last);
  slider.addEventListener('input', () => {
    isPlaying = false;
    at = slider.valueAsNumber;
    tell();
  });
  play.addEventListener('click', () => {
    isPlaying = !isPlaying;
    if (isPlaying) {
      if (at === last) at = 0;
      run();
    }
    tell();
  });
  new ResizeObserver(drawCurves).observe(find('#costs'));
  app.watch((parts) => {
    if (parts.has('language')) tell();
  });

  /** From where it is to the end, unless it is stopped before. */
  function run(): void {
    const own = ++runs;
    const [from, start] = [at, performance.now()];
    const step = () => {
      if (!isPlaying || own !== runs) return;
      const isStepwise = isStill();
      const passed = (performance.now() - start) / (isStepwise ? STILL_FRAME_MS : FRAME_MS);
      at = Math.min(last, isStepwise ? Math.floor(from + passed) : from + passed);
      isPlaying = at < last;
      tell();
      requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  }

  function tell(): void {
    const words = wordsOf(app);
    const frame = Math.floor(at);
    const { epoch, loss, validationLoss, accuracy } = frames[frame];
    const name = words.atEpoch(epoch);
    const share = accuracy === null ? null : shareWords(accuracy);
    slider.value = String(frame);
    slider.setAttribute('aria-valuetext', words.frame(name, costWords(validationLoss ?? loss), share));
    find('#epoch').textContent = name;
    find('#learnedfrom').textContent = words.training(isVaried && epoch > 0);
    find('#cost').textContent = costWords(loss);
    find('#heldcost').textContent = validationLoss === null ? '' : costWords(validationLoss);
    find('#accuracy').textContent = share ?? '';
    find('#filmof').textContent = words.learnOf(title, shown, film.layers[1]);
    find('#weights').setAttribute('aria-label', words.weightsAt(name));
    play.textContent = isPlaying ? words.pause : words.play;
    drawPictures();
    drawCurves();
  }

  function drawPictures(): void {
    const weights = between(frames, at);
    for (const [neuron, canvas] of canvases.entries()) {
      const own = weights.subarray(neuron * pixels, (neuron + 1) * pixels);
      show(canvas, signedPicture(image, own, largest[neuron]));
    }
  }

  function drawCurves(): void {
    for (const [id, curve] of curves) drawCurve(find<HTMLCanvasElement>(id), curve, at);
  }
}

/** The largest weight that a neuron has in the whole film, without its sign. */
function largestOf({ frames, image }: Film, neuron: number): number {
  const pixels = image.height * image.width;
  const own = frames.map(({ weights }) => weights.subarray(neuron * pixels, (neuron + 1) * pixels));
  return own.reduce((most, values) => values.reduce((m, value) => Math.max(m, Math.abs(value)), most), 0);
}

/** The weights of a frame, or between two. */
function between(frames: readonly FilmFrame[], at: number): Float32Array {
  const { weights } = frames[Math.floor(at)];
  const share = at - Math.floor(at);
  if (share === 0) return weights;
  const { weights: next } = frames[Math.floor(at) + 1];
  return weights.map((weight, i) => weight + (next[i] - weight) * share);
}

/** What is drawn on which canvas. */
function curvesOf({ frames }: Film): Map<string, FilmCurve> {
  const epochs = frames.map(({ epoch }) => epoch);
  const losses = frames.map(({ loss }) => loss);
  const validationLosses = frames.map(({ validationLoss }) => validationLoss).filter(isNumber);
  const accuracies = frames.map(({ accuracy }) => accuracy).filter(isNumber);
  const lines = validationLosses.length === frames.length ? [losses, validationLosses] : [losses];
  const curves = new Map<string, FilmCurve>();
  // Where all costs are 0 they lie at the bottom.
  curves.set('#costs', { epochs, lines, most: Math.max(...lines.flat()) || 1, words: costWords });
  if (accuracies.length === frames.length) {
    const words = (share: number) => `${Math.round(100 * share)} %`;
    curves.set('#accuracies', { epochs, lines: [accuracies], most: 1, words });
  }
  return curves;
}

function isNumber(value: number | null): value is number {
  return value !== null;
}

function costWords(cost: number): string {
  return cost === 0 ? '0' : cost.toPrecision(3);
}

function shareWords(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
