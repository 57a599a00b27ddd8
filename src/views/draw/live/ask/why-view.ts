import { blackAndWhite } from '../../../../network/normalization.js';
import type { App } from '../app.js';
import { greyPicture, show, signedPicture } from '../colours.js';
import { element, find, press } from '../dom.js';
import { numeral, wordsOf } from '../speech.js';
import { largestOf } from './change-list.js';
import { partsOf, type WhyAnswer, type WhyQuestion } from './why-parts.js';

/** So bright is the drawing where no part of it counts. */
const PALE = 0.35;

/** Each pixel's part in the verdict, over what the network sees; only while it is asked for. */
export function watchWhy(app: App, code: string): void {
  const ask = find<HTMLButtonElement>('#askwhy');
  const choice = find<HTMLSelectElement>('#whyclass');
  const canvas = find<HTMLCanvasElement>('#heat');
  let isAsked = false;
  let thread: Worker | null = null;
  /** The thread is at work, and what it works on is no longer what is asked. */
  let [isBusy, isDue] = [false, false];
  let answer: WhyAnswer | null = null;
  let pixels = new Uint8Array();

  ask.addEventListener('click', () => {
    isAsked = !isAsked;
    press(ask, isAsked);
    send();
  });
  choice.addEventListener('change', send);
  app.watch((parts) => {
    if (parts.has('language') || parts.has('network')) name();
    if (parts.has('drawing') || parts.has('network')) send();
    else tell();
  });

  /** Asks the thread, or once it has answered. */
  function send(): void {
    const { verdict } = app;
    find('#because').hidden = !isAsked;
    isDue = isBusy;
    if (!isAsked || verdict === null) answer = null;
    if (!isBusy && isAsked && verdict !== null) post(verdict.winner);
    tell();
  }

  function post(winner: number): void {
    const { network, silenced, activations } = app;
    isBusy = true;
    thread ??= start();
    pixels = app.placed.pixels.slice();
    const { black } = blackAndWhite(network.normalization);
    const target = choice.value === '' ? winner : Number(choice.value);
    const [brightness] = activations;
    const question: WhyQuestion = { layers: network.layers, silenced, brightness, black, target };
    thread.postMessage(question);
  }

  function start(): Worker {
    const made = new Worker(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })));
    made.onmessage = ({ data }: MessageEvent<WhyAnswer>) => {
      isBusy = false;
      answer = data;
      if (isDue) send();
      else tell();
    };
    return made;
  }

  function name(): void {
    const { value } = choice;
    const names = app.network.classes.map((text, k) =>
      element('option', { value: String(k), textContent: text }),
    );
    choice.replaceChildren(element('option', { value: '', textContent: wordsOf(app).winner }), ...names);
    choice.value = value;
  }

  function tell(): void {
    const words = wordsOf(app);
    const line = find('#whysum');
    find('#because').setAttribute('aria-busy', String(isBusy));
    canvas.hidden = answer === null;
    if (app.verdict === null) line.textContent = words.nothingDrawn;
    if (answer === null || !isAsked) return;
    const { contributions, sum, output, baselineOutput, target } = answer;
    const { image, classes } = app.network;
    const picture = signedPicture(image, contributions, largestOf(contributions));
    const grey = greyPicture(image, pixels);
    for (let i = 0; i < picture.data.length; i++) {
      if (i % 4 < 3) picture.data[i] = Math.max(picture.data[i], grey.data[i] * PALE);
    }
    show(canvas, picture);
    const told = words.because(
      classes[target],
      numeral(sum, 3, true),
      numeral(output, 3),
      numeral(baselineOutput, 3),
    );
    if (line.textContent !== told) line.textContent = told;
    canvas.dataset.sum = String(sum);
    canvas.dataset.target = String(target);
    canvas.setAttribute('aria-label', told);
  }
}

/** In a thread of its own: some answers take a second. */
export function answerWhy(): void {
  self.onmessage = ({ data }: MessageEvent<WhyQuestion>) => self.postMessage(partsOf(data));
}
