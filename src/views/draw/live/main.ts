import { inflateSync } from 'fflate/browser';
import { unpackDrawData } from '../draw-data.js';
import { App } from './app.js';
import { watchAsk } from './ask/ask-panel.js';
import { answerWhy, watchWhy } from './ask/why-view.js';
import { watchChoices, watchVerdict } from './choices.js';
import { find } from './dom.js';
import { watchExamples } from './examples.js';
import { watchFilm } from './film/film-view.js';
import { watchHandmade } from './handmade/handmade-view.js';
import { watchPad } from './pad-view.js';
import { watchLink } from './share/link-view.js';
import { watchSave } from './share/save-view.js';
import { watchStage } from './stage.js';

// The page's own script is also the thread that answers.
const code = typeof document === 'undefined' ? null : document.currentScript?.textContent;
if (code === null) answerWhy();
else start(code ?? '');

function start(script: string): void {
  const data = unpackDrawData(find('#data').textContent ?? '', inflateSync);
  const app = new App(data, document.documentElement.lang === 'ja' ? 'ja' : 'en', (run) =>
    requestAnimationFrame(run),
  );
  // The link first: what it holds is shown at once.
  for (const watch of [
    watchLink,
    watchChoices,
    watchExamples,
    watchFilm,
    watchPad,
    watchStage,
    watchVerdict,
    watchAsk,
    watchHandmade,
    watchSave,
  ]) {
    watch(app);
  }
  watchWhy(app, script);
}
