import type { App } from './app.js';
import { element, find, press } from './dom.js';
import { PLACEMENTS } from './placement.js';
import { percentOf, speak, wordsOf } from './speech.js';

/** Which network, which placement, which language. */
export function watchChoices(app: App): void {
  const networks = find('#networks');
  const buttons = app.data.networks.map(({ name }, i) => {
    const button = element('button', { type: 'button', textContent: name });
    button.addEventListener('click', () => app.use(i));
    return button;
  });
  networks.replaceChildren(...buttons);
  networks.hidden = buttons.length < 2;
  for (const button of document.querySelectorAll<HTMLButtonElement>('[data-placement]')) {
    button.addEventListener('click', () => {
      app.placement = PLACEMENTS.find((name) => name === button.dataset.placement) ?? 'centred';
      app.touch('drawing');
    });
  }
  for (const button of document.querySelectorAll<HTMLButtonElement>('[data-language]')) {
    button.addEventListener('click', () => {
      app.language = button.dataset.language === 'ja' ? 'ja' : 'en';
      app.touch('language');
    });
  }
  app.watch((parts) => {
    for (const [i, button] of buttons.entries()) press(button, i === app.current);
    for (const button of document.querySelectorAll<HTMLElement>('[data-placement]')) {
      press(button, button.dataset.placement === app.placement);
    }
    for (const button of document.querySelectorAll<HTMLElement>('[data-language]')) {
      press(button, button.dataset.language === app.language);
    }
    find('#placed').textContent = wordsOf(app).placed[app.placement];
    if (parts.has('language')) speak(app);
    if (parts.has('network') || parts.has('language')) {
      find('#sizes').textContent = wordsOf(app).sizes(app.network.layers, app.network.image);
    }
  });
}

/** What the network says of the drawing, and what is doubtful about it. */
export function watchVerdict(app: App): void {
  const heading = find('#verdict');
  const note = find('#doubts');
  app.watch(() => {
    const words = wordsOf(app);
    const { verdict, outputs } = app;
    heading.classList.toggle('unsure', verdict?.isUnsure ?? false);
    if (verdict === null) heading.textContent = words.nothingDrawn;
    else {
      const name = app.network.classes[verdict.winner];
      const share = percentOf(outputs[verdict.winner]);
      heading.textContent = verdict.isUnsure ? words.unsure(name, share) : words.sure(name, share);
    }
    const { activation } = app.network.layers[app.network.layers.length - 1];
    const sum = outputs.reduce((all, value) => all + value, 0);
    const doubts = app.placed.doubts.map((doubt) => words.doubts[doubt] ?? doubt);
    const isDrawn = verdict !== null;
    note.textContent = [
      ...(isDrawn ? doubts : []),
      isDrawn && activation === 'sigmoid' ? words.sigmoidSum(percentOf(sum)) : '',
    ]
      .filter((text) => text !== '')
      .join(' ');
  });
}
