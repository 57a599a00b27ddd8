import type { ActivationName } from '../../activations.js';
import type { Normalization } from '../../normalization.js';
import { type BatchNormalization, foldInto, foldIntoNext } from '../batch-normalization.js';
import type { FoundLayer } from '../found-network.js';

/** The most features of a layer that is made for an activation alone. */
const MOST_MADE = 2048;

/** Layers as they are put one after the other; what is no dense layer goes into the dense ones beside it. */
export class KerasChain {
  readonly layers: FoundLayer[] = [];
  readonly notes: string[] = [];
  /** What is done to the input first. */
  rescaling: Pick<Normalization, 'scale' | 'offset'> | null = null;
  /** Whether the last layer waits for its activation. */
  #isOpen = false;
  /** What the next layer has to take, in their order. */
  #pending: BatchNormalization[] = [];

  /** A layer whose rows are inputs; it waits for its activation. */
  dense(layer: FoundLayer): void {
    this.#close();
    // The last one is the nearest to the weights.
    const folded = this.#pending.reduceRight((next, norm) => foldIntoNext(next, norm, false), layer);
    if (this.#pending.length > 0) this.#noteFolded(this.layers.length + 1);
    this.#pending = [];
    this.layers.push(folded);
    this.#isOpen = true;
  }

  normalize(norm: BatchNormalization): void {
    if (!this.#isOpen) {
      this.#pending.push(norm);
      return;
    }
    this.layers.push(foldInto(this.layers.pop() as FoundLayer, norm, false));
    this.#noteFolded(this.layers.length);
  }

  #noteFolded(layer: number): void {
    const note = `folded BatchNormalization into layer ${layer}`;
    if (!this.notes.includes(note)) this.notes.push(note);
  }

  /** False where it is not the first of all. */
  rescale(scale: number, offset: number): boolean {
    if (this.layers.length > 0 || this.#pending.length > 0) return false;
    const before = this.rescaling ?? { scale: 1, offset: 0 };
    this.rescaling = { scale: before.scale * scale, offset: before.offset * scale + offset };
    return true;
  }

  /** False where a layer would have to be made for it, and is not: its size is not known, or large. */
  activate(activation: ActivationName, features: number | null): boolean {
    if (activation === 'identity') return true;
    if (!this.#isOpen && !this.#makeLayer(features)) return false;
    this.#setActivation(activation);
    return true;
  }

  /** The last layer is done; false where what comes after it does not fit into a layer. */
  end(features: number | null): boolean {
    if (this.#pending.length > 0 && !this.#makeLayer(features)) return false;
    this.#close();
    return true;
  }

  #close(): void {
    if (this.#isOpen) this.#setActivation('identity');
  }

  #setActivation(activation: ActivationName): void {
    this.layers.push({ ...(this.layers.pop() as FoundLayer), activation });
    this.#isOpen = false;
  }

  /** A layer that weighs each feature by 1. */
  #makeLayer(features: number | null): boolean {
    if (features === null || features > MOST_MADE) return false;
    const weights = new Float64Array(features * features);
    for (let i = 0; i < features; i++) weights[i * features + i] = 1;
    this.dense({
      weights,
      rows: features,
      columns: features,
      rowsAre: 'inputs',
      biases: null,
      activation: null,
    });
    return true;
  }
}
