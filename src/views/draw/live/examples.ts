import type { App } from './app.js';
import { greyPicture, still } from './colours.js';
import { element, find, soon } from './dom.js';
import { wordsOf } from './speech.js';

/** What changes do to the verdicts is shown so soon. */
const SOON_MS = 120;

/**
 * Images of the data: some to try, of which half are mistakes, and the sample with what the network takes each for. The keys
 * 0 to 9 show one of each class.
 */
export function watchExamples(app: App): void {
  const { images } = app.data;
  const list = find('#sample');
  find('#tryout').hidden = images === null;
  find('#sampled').hidden = images === null;
  if (images === null) return;
  const size = images.height * images.width;
  const pixelsOf = (index: number) => images.pixels.subarray(index * size, (index + 1) * size);
  const buttons = Array.from(images.labels, (label, index) => {
    const picture = still(greyPicture(images, pixelsOf(index)));
    const button = element('button', { type: 'button' }, [picture, element('span')]);
    button.dataset.truth = String(label);
    button.addEventListener('click', () => load(index));
    return button;
  });
  const sample = buttons.slice(0, images.sample);
  find('#examples').replaceChildren(...buttons.slice(images.sample));
  list.replaceChildren(...sample);
  // One stop for Tab: arrows walk.
  for (const button of sample.slice(1)) button.tabIndex = -1;
  list.addEventListener('keydown', walk);

  document.addEventListener('keydown', (event) => {
    const isTyping = event.target instanceof HTMLInputElement && event.target.type !== 'range';
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey || !/^\d$/.test(event.key)) return;
    const wanted = app.network.classes.indexOf(event.key);
    const known = [...images.labels.keys()].filter((index) => images.labels[index] === wanted);
    const right = known.find((index) => app.verdicts?.predictions[index] === wanted);
    if (right !== undefined) load(right);
  });

  const judge = soon(SOON_MS, tell);
  app.watch((parts) => {
    if (parts.has('language')) tell();
    else if (parts.has('network')) judge();
  });

  /** Which are mistakes, and which verdicts the changes have turned. */
  function tell(): void {
    const { verdicts, verdictsBefore, network } = app;
    if (images === null || verdicts === null || verdictsBefore === null) return;
    const words = wordsOf(app);
    let [mistakes, turned] = [0, 0];
    for (const [i, button] of buttons.entries()) {
      const [truth, prediction] = [images.labels[i], verdicts.predictions[i]];
      const isWrong = truth !== prediction;
      const isTurned = prediction !== verdictsBefore.predictions[i];
      if (i < images.sample) {
        mistakes += Number(isWrong);
        turned += Number(isTurned);
      }
      button.dataset.prediction = String(prediction);
      button.classList.toggle('wrong', isWrong);
      button.classList.toggle('turned', isTurned);
      const label = words.example(network.classes[truth], images.numbers[i]);
      const told = isWrong ? words.takenFor(label, network.classes[prediction]) : label;
      if (button.title === told) continue;
      button.title = told;
      button.setAttribute('aria-label', told);
      find('span', button).textContent = isWrong ? network.classes[prediction] : '';
    }
    find('#samplename').textContent = words.sampleOf(images.sample);
    find('#samplesays').textContent = words.mistakes(mistakes, turned);
  }

  /** Arrows walk through the grid as it lies. */
  function walk(event: KeyboardEvent): void {
    const columns = getComputedStyle(list).gridTemplateColumns.split(' ').length;
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns };
    const step = (steps as Record<string, number>)[event.key];
    const from = sample.indexOf(event.target as HTMLButtonElement);
    const to = sample[from + step];
    if (step === undefined || from < 0) return;
    event.preventDefault();
    if (to === undefined) return;
    sample[from].tabIndex = -1;
    to.tabIndex = 0;
    to.focus();
  }

  /** As it is in the data: it lies where it should already. */
  function load(index: number): void {
    app.pad.keep();
    app.pad.show(pixelsOf(index));
    app.placement = 'drawn';
    app.touch('drawing');
  }
}
