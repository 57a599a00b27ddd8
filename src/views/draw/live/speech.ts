import type { NeuronPlace } from '../../../insight/explain.js';
import { drawEn } from '../../words/draw-en.js';
import { drawJa } from '../../words/draw-ja.js';
import type { App } from './app.js';

/** All that the page says, in the language that is chosen. */
export function wordsOf({ language }: Pick<App, 'language'>): typeof drawEn {
  return language === 'ja' ? drawJa : drawEn;
}

/** `99 %`, `0.3 %`: a share as it is read at a glance. */
export function percentOf(share: number): string {
  const percent = 100 * share;
  return `${percent.toFixed(percent > 0 && percent < 9.95 ? 1 : 0)} %`;
}

/** `−1.97`, or `+1.97` where signs matter. */
export function numeral(value: number, digits: number, isSigned = false): string {
  const text = Math.abs(value).toFixed(digits);
  if (Number(text) === 0) return text;
  return `${value < 0 ? '−' : isSigned ? '+' : ''}${text}`;
}

/** A neuron, or the output of a class. */
export function neuronName(app: App, { layer, neuron }: NeuronPlace): string {
  const isLast = layer === app.network.layers.length;
  return wordsOf(app).neuron(layer, neuron, isLast ? app.network.classes[neuron] : null);
}

/** What a layer looks at: a pixel, or a neuron of the layer before. */
export function inputName(app: App, layer: number, input: number): string {
  const { width } = app.network.image;
  return layer === 1
    ? wordsOf(app).pixelAt(Math.floor(input / width), input % width)
    : wordsOf(app).neuronAt(layer - 1, input);
}

/** Puts the words into the markup: each element says which it wants. */
export function speak(app: App): void {
  const words: Readonly<Record<string, unknown>> = wordsOf(app);
  document.documentElement.lang = app.language;
  document.title = String(words.title);
  for (const place of document.querySelectorAll<HTMLElement>('[data-word]')) {
    place.textContent = String(words[place.dataset.word ?? '']);
  }
  for (const place of document.querySelectorAll<HTMLElement>('[data-label]')) {
    place.setAttribute('aria-label', String(words[place.dataset.label ?? '']));
  }
}
