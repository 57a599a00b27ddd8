import type { NeuronPlace } from '../../../insight/explain.js';
import { countCorrect, runImages, type Verdicts, verdictsOf } from '../../../insight/run-images.js';
import { type Change, type ChangedNetwork, changeNetwork } from '../../../insight/what-if.js';
import { brightnessOf, feedForward, isUnsure, predictedClass } from '../../../network/feed-forward.js';
import type { Normalization } from '../../../network/normalization.js';
import type { Language } from '../../words/words.js';
import type { DrawData, DrawImages, DrawNetwork } from '../draw-data.js';
import { Pad } from './pad.js';
import { type Placed, type Placement, place } from './placement.js';

/** What has changed since the views were last told. */
export type Part = 'drawing' | 'network' | 'selection' | 'language';

/** Is told what has changed. */
type View = (parts: ReadonlySet<Part>) => void;

/** The state of the page, and all that follows from it. Views read it, ask it to change, and are told once a frame. */
export class App {
  readonly data: DrawData;
  readonly pad: Pad;
  language: Language;
  placement: Placement = 'centred';
  /** The neuron that is looked at. */
  selected: NeuronPlace | null = null;
  #pointed: NeuronPlace | null = null;
  /** The changes of each network, by its number. */
  readonly changes: Change[][];
  #current = 0;
  #changed: ChangedNetwork<DrawNetwork['network']>;
  #placed: Placed;
  #activations: readonly Float64Array[] = [];
  #verdicts: Verdicts | null = null;
  readonly #before: (Verdicts | undefined)[] = [];
  readonly #firstViews: View[] = [];
  readonly #views: View[] = [];
  /** What is left to tell of the last change. */
  #rest: (() => void) | null = null;
  readonly #parts = new Set<Part>();
  readonly #schedule: (run: () => void) => void;

  constructor(data: DrawData, language: Language, schedule: (run: () => void) => void) {
    this.data = data;
    this.language = language;
    this.pad = new Pad(data.networks[0].network.image);
    this.changes = data.networks.map(() => []);
    this.#changed = { network: data.networks[0].network, silenced: [] };
    this.#placed = place(this.pad, this.network.image, this.placement);
    this.#schedule = schedule;
    this.#run();
  }

  get current(): number {
    return this.#current;
  }

  /** The network with its changes. */
  get network(): DrawNetwork['network'] {
    return this.#changed.network;
  }

  /** The network as it came. */
  get original(): DrawNetwork['network'] {
    return this.data.networks[this.#current].network;
  }

  get silenced(): readonly NeuronPlace[] {
    return this.#changed.silenced;
  }

  /** What the network sees. */
  get placed(): Placed {
    return this.#placed;
  }

  /** The brightness of each pixel, then the activations of each layer. */
  get activations(): readonly Float64Array[] {
    return this.#activations;
  }

  get outputs(): Float64Array {
    return this.#activations[this.#activations.length - 1];
  }

  /** Null while nothing is drawn; the class is told with a warning where the network is not sure. */
  get verdict(): { readonly winner: number; readonly isUnsure: boolean } | null {
    if (this.pad.isEmpty) return null;
    const outputs = this.outputs;
    return { winner: predictedClass(outputs), isUnsure: isUnsure(outputs) };
  }

  /** The verdicts on all embedded images, of the network with its changes. */
  get verdicts(): Verdicts | null {
    const { images } = this.data;
    if (this.#verdicts === null && images !== null) this.#verdicts = judge(this.#changed, images);
    return this.#verdicts;
  }

  /** The same, of the network as it came. */
  get verdictsBefore(): Verdicts | null {
    const { images } = this.data;
    if (images === null) return null;
    const found = this.#before[this.#current] ?? judge({ network: this.original, silenced: [] }, images);
    this.#before[this.#current] = found;
    return found;
  }

  /** Which share of the sample is right by these verdicts. */
  accuracyOf({ predictions }: Verdicts): number {
    const { images } = this.data;
    if (images === null) return Number.NaN;
    const { labels, sample } = images;
    return countCorrect(predictions.subarray(0, sample), labels.subarray(0, sample)) / sample;
  }

  /** Adds a view: it is told at once, and then whenever something has changed, at most once a frame; of ink the first ones before the others. */
  watch(view: View, isFirst = false): void {
    (isFirst ? this.#firstViews : this.#views).push(view);
    view(new Set<Part>(['drawing', 'network', 'selection', 'language']));
  }

  /** To be called after the state was changed. */
  touch(...parts: readonly Part[]): void {
    if (this.#parts.size === 0 && this.#rest === null) this.#schedule(() => this.#tell());
    for (const part of parts) this.#parts.add(part);
  }

  use(network: number): void {
    this.#current = network;
    this.#pointed = null;
    const { layer, neuron } = this.selected ?? { layer: 1, neuron: 0 };
    if (!(neuron < this.original.layers[layer - 1]?.outputs)) this.selected = null;
    this.#change();
  }

  /** Replaces the changes of the current network. */
  setChanges(changes: readonly Change[]): void {
    this.changes[this.#current] = [...changes];
    this.#change();
  }

  select(place: NeuronPlace | null): void {
    this.selected = place;
    this.touch('selection');
  }

  /** A neuron that is pointed at goes before the selected one. */
  point(place: NeuronPlace | null): void {
    this.#pointed = place;
    this.touch('selection');
  }

  get asked(): NeuronPlace | null {
    return this.#pointed ?? this.selected;
  }

  /** Runs what is due now, as the next frame would. */
  flush(): void {
    this.#rest?.();
    if (this.#parts.size > 0) this.#tell();
    this.#rest?.();
  }

  #change(): void {
    this.#changed = changeNetwork(this.original, this.changes[this.#current]);
    this.#verdicts = null;
    this.touch('network');
  }

  /** While something is drawn the pad and the sums take one frame, and all other views the next: each is short enough. */
  #tell(): void {
    const parts = new Set(this.#parts);
    this.#parts.clear();
    if (parts.has('drawing')) this.#placed = place(this.pad, this.network.image, this.placement);
    if (parts.has('drawing') || parts.has('network')) this.#run();
    for (const view of this.#firstViews) view(parts);
    const rest = () => {
      if (this.#rest !== rest) return;
      this.#rest = null;
      for (const view of this.#views) view(parts);
      if (this.#parts.size > 0) this.#schedule(() => this.#tell());
    };
    this.#rest = rest;
    if (parts.size === 1 && parts.has('drawing')) this.#schedule(rest);
    else rest();
  }

  #run(): void {
    const { network, silenced } = this.#changed;
    const { image, normalization } = network;
    const brightness = brightnessOf(
      stored(this.#placed.pixels, normalization),
      upright(normalization),
      image,
    );
    const activations = [brightness];
    for (const [l, layer] of network.layers.entries()) {
      const [, values] = feedForward({ layers: [layer] }, activations[l]);
      for (const place of silenced) if (place.layer === l + 1) values[place.neuron] = 0;
      activations.push(values);
    }
    this.#activations = activations;
  }
}

function judge(
  { network, silenced }: ChangedNetwork<DrawNetwork['network']>,
  { pixels, labels }: DrawImages,
) {
  const { normalization } = network;
  const images = {
    count: labels.length,
    pixels: stored(pixels, normalization),
    normalization: upright(normalization),
  };
  return verdictsOf(runImages(network, images, silenced)[network.layers.length - 1]);
}

/** Bright pixels on black as images of the network's own are stored: it may be one for dark ink on white. */
function stored(pixels: Uint8Array, { scale }: Normalization): Uint8Array {
  return scale < 0 ? pixels.map((pixel) => 255 - pixel) : pixels;
}

function upright(normalization: Normalization): Normalization {
  return { ...normalization, transposed: false };
}
