import { readFileSync } from 'node:fs';
import { DRAW_LOADER_FILE, DRAW_SCRIPT_FILE, DRAW_STYLE_FILE } from '../src/assets.js';
import { DigitflowError, inputError } from '../src/errors.js';
import { loadFilm } from '../src/inputs/models/open-film.js';
import {
  BUNDLED_MODELS,
  loadModel,
  type Model,
  type ModelOptions,
  modelOf,
} from '../src/inputs/models/open-model.js';
import { runImages, verdictsOf } from '../src/insight/run-images.js';
import { brightnessOf } from '../src/network/feed-forward.js';
import { blackAndWhite } from '../src/network/normalization.js';
import type { DrawImages } from '../src/views/draw/draw-data.js';
import { drawPage } from '../src/views/draw/draw-page.js';
import { shade } from '../src/views/picture.js';
import type { Language } from '../src/views/words/words.js';
import type { HeldImages } from './hold.js';
import { holdToLook, type LookImages } from './look/look.js';

/** What the page is made of. A bundled network brings the other one along. */
export interface DrawOptions extends LookImages, ModelOptions {
  /** The language that the page begins in. Default `en`. */
  readonly language?: Language | undefined;
  /** The path of a film that `train` wrote; false for none. Default: that of the bundled network, where it is in the page. */
  readonly film?: string | false | undefined;
  /** Is called where the film shows a network that is not in the page. */
  readonly onOtherFilm?: (() => void) | undefined;
  /** Aborting it ends the reading: `draw` rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** So many images show what a change does to the accuracy. */
const SAMPLE = 200;
/** So many examples there are of right and of wrong verdicts each. */
const EXAMPLES = 10;
/** Images are chosen from the first so many. */
const MOST_IMAGES = 10_000;

/**
 * Makes a page to draw on: one HTML document, complete in itself, in which a network runs.
 *
 * @throws DigitflowError what `loadModel`, `loadFilm` and `holdToLook` throw; LABELS_MISSING where given images have none;
 *   BUILD_INCOMPLETE
 */
export async function draw(options: DrawOptions = {}): Promise<string> {
  const code = {
    script: readBuilt(DRAW_SCRIPT_FILE),
    loader: readBuilt(DRAW_LOADER_FILE),
    style: readBuilt(DRAW_STYLE_FILE),
  };
  const first = await modelOf(options, options.signal);
  const others = BUNDLED_MODELS.filter((name) => BUNDLED_MODELS.includes(first.name) && name !== first.name);
  const models = [first, ...(await Promise.all(others.map((name) => loadModel(name))))];
  const images = await imagesFor(models, options);
  const film = await filmFor(models, options);
  return drawPage({ networks: models, images, film }, code, options.language ?? 'en');
}

async function filmFor(models: readonly Model[], { film: path, onOtherFilm, signal }: DrawOptions) {
  const isBundled = models.some(({ name }) => BUNDLED_MODELS.includes(name));
  if (path === false || (path === undefined && !isBundled)) return null;
  const { film, bytes, name } = await loadFilm(path, signal);
  const shown = models.find(({ sha256 }) => sha256 === film.network);
  if (shown === undefined) onOtherFilm?.();
  return { name: shown?.name ?? name, bytes };
}

/** Without given images those of the test set, where the network takes such. */
async function imagesFor(models: readonly Model[], options: DrawOptions): Promise<DrawImages | null> {
  const [{ network }] = models;
  const { height, width } = network.image;
  const takesDigits = height === 28 && width === 28 && network.classes.join() === '0,1,2,3,4,5,6,7,8,9';
  if (options.images === undefined && !takesDigits) return null;
  const held = await holdToLook(options, network, { limit: MOST_IMAGES });
  if (held.labels === null || held.count === 0) {
    const found = held.count === 0 ? 'none' : 'images without';
    const message = `${held.name}: expected images with labels, found ${found}; give their labels, or others`;
    throw new DigitflowError('LABELS_MISSING', message);
  }
  return choose(models, held, held.labels);
}

/** A sample that stands for all, and examples of which half are mistakes. */
function choose(models: readonly Model[], held: HeldImages, labels: Uint8Array): DrawImages {
  const { count, image } = held;
  const wrong = new Uint8Array(count);
  for (const { network } of models) {
    const { predictions } = verdictsOf(runImages(network, held)[network.layers.length - 1]);
    for (let i = 0; i < count; i++) wrong[i] += predictions[i] === labels[i] ? 0 : 1;
  }
  const all = Array.from({ length: count }, (_, i) => i);
  const size = Math.min(SAMPLE, count);
  const sample = Array.from({ length: size }, (_, i) => Math.floor((i * count) / size));
  const right = oneOfEach(all.filter((i) => wrong[i] === 0));
  const mistakes = oneOfEach(all.filter((i) => wrong[i] === models.length));
  const numbers = [...sample, ...right.flatMap((i, at) => [i, ...mistakes.slice(at, at + 1)])];
  const pixels = new Uint8Array(numbers.length * image.height * image.width);
  for (const [at, i] of numbers.entries()) pixels.set(pictureOfImage(i), at * image.height * image.width);
  return {
    ...{ name: held.name, height: image.height, width: image.width, pixels, numbers, sample: size },
    labels: Uint8Array.from(numbers, (i) => labels[i]),
  };

  /** Of each class the first, then of each the second, until there are enough. */
  function oneOfEach(from: readonly number[]): number[] {
    const ranks = new Map<number, number>();
    const ranked = from.map((i) => {
      const rank = ranks.get(labels[i]) ?? 0;
      ranks.set(labels[i], rank + 1);
      return { i, rank };
    });
    return ranked
      .sort((a, b) => a.rank - b.rank || labels[a.i] - labels[b.i])
      .slice(0, EXAMPLES)
      .map(({ i }) => i);
  }

  /** Bright on black, upright, whatever the data has. */
  function pictureOfImage(i: number): Uint8Array {
    const bytes = image.height * image.width;
    const own = held.pixels.subarray(i * bytes, (i + 1) * bytes);
    const range = { ...image, ...blackAndWhite(held.normalization) };
    return shade(range, brightnessOf(own, held.normalization, image)).pixels;
  }
}

function readBuilt(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const error = inputError(cause, file);
    if (error.code !== 'INPUT_MISSING') throw error;
    throw new DigitflowError('BUILD_INCOMPLETE', `no page at ${file}: run \`npm run build\` first`, {
      cause,
    });
  }
}
