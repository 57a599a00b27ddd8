import type { EvaluatedData, EvaluatedModel, Evaluation } from '../../counting/evaluation.js';
import { digestWords, grouped } from '../../counting/wording.js';
import { parseNormalization, UNIT_BRIGHTNESS } from '../../network/normalization.js';
import type { Words } from '../words/words.js';
import { type Html, html, type SectionContext, section } from './html.js';

/** What was evaluated, to the digest: folded, since it is looked up and not read. */
export function provenanceSection({ words, evaluation }: SectionContext): Html {
  const { model, loss } = evaluation;
  const mean = loss.mean === null ? words.absent : String(Number(loss.mean.toPrecision(4)));
  const network = words.networkOf(model.name, words.layers(model), grouped(model.parameters));
  const body = html`<details class="always"><summary>${words.provenanceOpen}</summary>
<dl>${dataItem(words, evaluation)}
<dt>${words.input}</dt><dd>${words.listed([words.pixels(evaluation.data.height, evaluation.data.width), readAs(words, evaluation.normalization)])}</dd>
<dt>${words.network}</dt><dd>${network}<br>${digestOf(words, model.sha256)}</dd>
<dt>${words.loss}</dt><dd>${words.lossOf(mean, loss.name)}</dd></dl></details>`;
  return section(words, 'provenance', body);
}

/** The data and its files, as an item of a list. */
export function dataItem(
  words: Words,
  { data, images, partial }: Pick<Evaluation, 'images' | 'partial'> & { readonly data: EvaluatedData },
): Html {
  const files = data.files.map(
    ({ path, sha256 }) => html`<br>${words.fileOf(path)} ${digestOf(words, sha256)}`,
  );
  return html`<dt>${words.data}</dt><dd>${words.listed([datasetOf(words, data), imagesOf(words, { images, partial })])}
${files}</dd>`;
}

/** A network, and how it takes pixels, as an item of a list. */
export function networkItem(words: Words, label: string, model: EvaluatedModel, normalization: string): Html {
  const facts = words.listed([words.layers(model), readAs(words, normalization)]);
  return html`<dt>${label}</dt><dd><strong>${model.name}</strong> ${facts}<br>${digestOf(words, model.sha256)}</dd>`;
}

/** `MNIST test set`, or the name of the file. */
export function datasetOf(words: Words, { dataset, name }: Pick<EvaluatedData, 'dataset' | 'name'>): string {
  return words.dataset(dataset ?? name);
}

/** `10,000 images`, `the first 500 images only`. */
export function imagesOf(words: Words, { images, partial }: Pick<Evaluation, 'images' | 'partial'>): string {
  return partial ? words.partialImages(grouped(images)) : words.images(grouped(images));
}

function readAs(words: Words, normalization: string): string {
  return words.brightness(parseNormalization(normalization, UNIT_BRIGHTNESS));
}

function digestOf(words: Words, sha256: string | null): Html {
  return sha256 === null
    ? html`${words.noDigest}`
    : html`<code title="${sha256}">${digestWords(sha256)}</code>`;
}
