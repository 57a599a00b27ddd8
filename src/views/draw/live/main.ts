import { inflateSync } from 'fflate/browser';
import { unpackDrawData } from '../draw-data.js';
import { App } from './app.js';
import { watchChoices, watchVerdict } from './choices.js';
import { find } from './dom.js';
import { watchExamples } from './examples.js';
import { watchPad } from './pad-view.js';
import { watchStage } from './stage.js';

const data = unpackDrawData(find('#data').textContent ?? '', inflateSync);
const app = new App(data, document.documentElement.lang === 'ja' ? 'ja' : 'en', (run) =>
  requestAnimationFrame(run),
);
for (const watch of [watchChoices, watchExamples, watchPad, watchStage, watchVerdict]) watch(app);
