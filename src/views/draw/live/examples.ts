import type { App } from './app.js';
import { greyPicture, show } from './colours.js';
import { element, find } from './dom.js';
import { wordsOf } from './speech.js';

/** Images of the data to try: half of them are mistakes. The keys 0 to 9 show one of each class. */
export function watchExamples(app: App): void {
  const { images } = app.data;
  const list = find('#examples');
  find('#tryout').hidden = images === null;
  if (images === null) return;
  const size = images.height * images.width;
  const pixelsOf = (index: number) => images.pixels.subarray(index * size, (index + 1) * size);
  const shown = Array.from({ length: images.labels.length - images.sample }, (_, i) => images.sample + i);
  const buttons = shown.map((index) => {
    const canvas = element('canvas');
    show(canvas, greyPicture(images, pixelsOf(index)));
    const button = element('button', { type: 'button' }, [canvas]);
    button.addEventListener('click', () => load(index));
    return button;
  });
  list.replaceChildren(...buttons);

  document.addEventListener('keydown', (event) => {
    const isTyping = event.target instanceof HTMLInputElement && event.target.type !== 'range';
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey || !/^\d$/.test(event.key)) return;
    const wanted = app.network.classes.indexOf(event.key);
    const known = [...images.labels.keys()].filter((index) => images.labels[index] === wanted);
    const right = known.find((index) => app.verdicts?.predictions[index] === wanted);
    if (right !== undefined) load(right);
  });

  app.watch((parts) => {
    if (!parts.has('language')) return;
    for (const [i, index] of shown.entries()) {
      const label = wordsOf(app).example(app.network.classes[images.labels[index]], images.numbers[index]);
      buttons[i].setAttribute('aria-label', label);
      buttons[i].title = label;
    }
  });

  /** As it is in the data: it lies where it should already. */
  function load(index: number): void {
    app.pad.keep();
    app.pad.show(pixelsOf(index));
    app.placement = 'drawn';
    app.touch('drawing');
  }
}
