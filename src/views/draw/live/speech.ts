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
