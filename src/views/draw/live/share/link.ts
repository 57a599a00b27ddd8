import { crc32 } from '../../../../formats/pictures/png-chunks.js';
import type { NeuronPlace } from '../../../../insight/explain.js';
import { type Change, changeNetwork, inputOf } from '../../../../insight/what-if.js';
import { ACTIVATIONS } from '../../../../network/activations.js';
import type { Language } from '../../../words/words.js';
import type { DrawNetwork } from '../../draw-data.js';
import { INK_STEP } from '../pad.js';
import { PLACEMENTS, type Placement } from '../placement.js';
import { type BitCoder, BitReader, BitWriter } from './bit-coder.js';
import { codePicture } from './code-picture.js';

/** Mail and messengers take links of 2 KB; so long is the part after #. */
export const MOST_LINK = 2048;
/** What a link begins with. What is written otherwise one day gets another one. */
const VERSION = '1';
const LANGUAGES = ['en', 'ja'] as const satisfies readonly Language[];
const KINDS = [
  'weight',
  'bias',
  'activation',
  'silence',
  'shuffle',
] as const satisfies readonly Change['kind'][];

/** What a link holds. */
export interface Shared {
  /** Which network is shown, by its number in the page. */
  readonly current: number;
  readonly placement: Placement;
  readonly language: Language;
  readonly selected: NeuronPlace | null;
  /** The changes of each network. */
  readonly changes: readonly (readonly Change[])[];
  /** Of the pad. */
  readonly pixels: Uint8Array;
}

/** The page that a link is for. */
export interface LinkPage {
  readonly data: { readonly networks: readonly DrawNetwork[] };
  /** How many pixels it has, and how many of them, wide and tall, make one of the network's. */
  readonly pad: { readonly height: number; readonly width: number; readonly scale: number };
}

/** Why a link cannot be opened. */
export class LinkError extends Error {
  readonly why: 'damaged' | 'network' | 'version';

  constructor(why: LinkError['why']) {
    super(why);
    this.why = why;
  }
}

/** All of it as text for the part after #, which may be too long: see `MOST_LINK`. */
export function linkOf(shared: Shared, page: LinkPage): string {
  const writer = new BitWriter();
  codeShared(writer, shared, page);
  const bytes = writer.end();
  const sum = new Uint8Array(4);
  new DataView(sum.buffer).setUint32(0, crc32(bytes));
  const text = btoa(String.fromCharCode(...sum, ...bytes));
  return VERSION + text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/**
 * What `linkOf` was given.
 *
 * @throws LinkError and nothing else.
 */
export function fromLink(text: string, page: LinkPage): Shared {
  if (!/^\d[\w-]{8,}$/.test(text) || text.length > MOST_LINK) throw new LinkError('damaged');
  if (!text.startsWith(VERSION)) throw new LinkError('version');
  try {
    const packed = atob(text.slice(1).replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(packed, (letter) => letter.charCodeAt(0));
    const rest = bytes.subarray(4);
    if (new DataView(bytes.buffer).getUint32(0) !== crc32(rest)) throw new LinkError('damaged');
    const pixels = new Uint8Array(page.pad.height * page.pad.width);
    const changes = page.data.networks.map(() => []);
    const blank: Shared = { current: 0, placement: 'drawn', language: 'en', selected: null, changes, pixels };
    const shared = codeShared(new BitReader(rest), blank, page);
    for (const [i, { network }] of page.data.networks.entries()) changeNetwork(network, shared.changes[i]);
    return shared;
  } catch (error) {
    throw error instanceof LinkError ? error : new LinkError('damaged');
  }
}

/** Writes what is given, or reads another one in its place. */
function codeShared(coder: BitCoder, given: Shared, page: LinkPage): Shared {
  const { networks } = page.data;
  const changes: Change[][] = networks.map(() => []);
  const isChanged = (i: number) => i !== given.current && given.changes[i].length > 0;
  const current = codeNetwork(coder, networks, given.current);
  changes[current] = codeChanges(coder, networks[current], given.changes[current]);
  const others = [...networks.keys()].filter(isChanged);
  // Each context is asked once, so that what follows costs a bit at least: a link that is not ours ends, too.
  for (let i = 0; coder.bit(0, i, i < others.length ? 1 : 0) === 1; i++) {
    const other = codeNetwork(coder, networks, others[i] ?? 0);
    changes[other] = codeChanges(coder, networks[other], given.changes[other]);
  }
  const { layers } = networks[current].network;
  const at = given.selected;
  let selected: NeuronPlace | null = null;
  if (coder.bit(1, 0, at === null ? 0 : 1) === 1) {
    const layer = 1 + coder.below(2, layers.length, (at?.layer ?? 1) - 1);
    selected = { layer, neuron: coder.below(3, layers[layer - 1].outputs, at?.neuron ?? 0) };
  }
  const placement = PLACEMENTS[coder.below(4, PLACEMENTS.length, PLACEMENTS.indexOf(given.placement))];
  const language = LANGUAGES[coder.below(5, LANGUAGES.length, LANGUAGES.indexOf(given.language))];
  return { current, placement, language, selected, changes, pixels: codePad(coder, given.pixels, page) };
}

/** A network by a sum of its numbers: the page may have it at another place, or not at all. */
function codeNetwork(coder: BitCoder, networks: LinkPage['data']['networks'], given: number): number {
  const sum = fingerprint(networks[given].network);
  let found = 0;
  for (let shift = 24; shift >= 0; shift -= 8)
    found = found * 256 + coder.below(6, 256, (sum >>> shift) & 255);
  const at = networks.findIndex(({ network }) => fingerprint(network) === found);
  if (at === -1) throw new LinkError('network');
  return at;
}

const fingerprints = new WeakMap<DrawNetwork['network'], number>();

function fingerprint(network: DrawNetwork['network']): number {
  const { layers, image, classes, normalization } = network;
  const known = fingerprints.get(network);
  if (known !== undefined) return known;
  const shape = { image, classes, normalization, kinds: layers.map(({ activation }) => activation) };
  const numbers = layers.flatMap(({ weights, biases }) => [weights, biases]);
  const sums = numbers.map(({ buffer, byteOffset, byteLength }) =>
    crc32(new Uint8Array(buffer, byteOffset, byteLength)),
  );
  const sum = crc32(new TextEncoder().encode(JSON.stringify({ ...shape, sums })));
  fingerprints.set(network, sum);
  return sum;
}

function codeChanges(coder: BitCoder, { network }: DrawNetwork, given: readonly Change[]): Change[] {
  const changes: Change[] = [];
  while (coder.bit(7, changes.length, changes.length < given.length ? 1 : 0) === 1) {
    changes.push(codeChange(coder, network, given[changes.length], changes.at(-1)));
  }
  return changes;
}

/** A pixel by its row and column becomes one by its number, which is written by how far it is from the one before it. */
function codeChange(
  coder: BitCoder,
  network: DrawNetwork['network'],
  given: Change | undefined,
  before: Change | undefined,
): Change {
  const kind = KINDS[coder.below(8, KINDS.length, given === undefined ? 0 : KINDS.indexOf(given.kind))];
  const layer = 1 + coder.below(9, network.layers.length, (given?.layer ?? 1) - 1);
  const { inputs, outputs } = network.layers[layer - 1];
  const value = given !== undefined && 'value' in given ? given.value : 0;
  if (kind === 'activation') {
    const name = given?.kind === kind ? given.activation : 'identity';
    return {
      kind,
      layer,
      activation: ACTIVATIONS[coder.below(10, ACTIVATIONS.length, ACTIVATIONS.indexOf(name))],
    };
  }
  if (kind === 'shuffle')
    return { kind, layer, seed: codeNumber(coder, given?.kind === kind ? given.seed : 0) };
  const neuron = coder.below(11, outputs, given !== undefined && 'neuron' in given ? given.neuron : 0);
  if (kind === 'silence') return { kind, layer, neuron };
  if (kind === 'bias') return { kind, layer, neuron, value: codeNumber(coder, value) };
  const next = before?.kind === kind ? (inputOf(network, before) + 1) % inputs : 0;
  const steps = given?.kind === kind ? inputOf(network, given) - next + inputs : 0;
  const input = (next + coder.below(12, inputs, steps % inputs)) % inputs;
  return { kind, layer, neuron, input, value: codeNumber(coder, value) };
}

/** In thousandths where these are the number, else as the shortest floating point that is. */
function codeNumber(coder: BitCoder, given: number): number {
  const bytes = new DataView(new ArrayBuffer(8));
  const shift = 2 ** 15;
  const thousandths = Math.round(given * 1000) + shift;
  const isShort =
    thousandths >= 0 && thousandths < 2 * shift && Object.is((thousandths - shift) / 1000, given);
  const way = coder.below(13, 3, isShort ? 0 : Object.is(Math.fround(given), given) ? 1 : 2);
  if (way === 0) bytes.setUint16(0, thousandths);
  else if (way === 1) bytes.setFloat32(0, given);
  else bytes.setFloat64(0, given);
  for (let i = 0; i < [2, 4, 8][way]; i++) {
    bytes.setUint8(i, coder.below(14 + 8 * way + i, 256, bytes.getUint8(i)));
  }
  if (way === 0) return (bytes.getUint16(0) - shift) / 1000;
  const number = way === 1 ? bytes.getFloat32(0) : bytes.getFloat64(0);
  if (!Number.isFinite(number)) throw new RangeError(`expected a number, found ${number}`);
  return number;
}

/** An image that is shown as it is, or painted by pixels, is one pixel for each of the network's. */
function codePad(coder: BitCoder, given: Uint8Array, { pad }: LinkPage): Uint8Array {
  const cornerOf = (i: number) => {
    const [row, column] = [Math.floor(i / pad.width), i % pad.width];
    return (row - (row % pad.scale)) * pad.width + column - (column % pad.scale);
  };
  const isCoarse = coder.bit(50, 0, given.every((pixel, i) => pixel === given[cornerOf(i)]) ? 1 : 0) === 1;
  const isStepped = coder.bit(51, 0, given.every((pixel) => pixel % INK_STEP === 0) ? 1 : 0) === 1;
  const step = isStepped ? INK_STEP : 1;
  const size = isCoarse ? pad.scale : 1;
  const [height, width] = [pad.height / size, pad.width / size];
  const pixels = Uint8Array.from({ length: height * width }, (_, i) => {
    return given[Math.floor(i / width) * size * pad.width + (i % width) * size] / step;
  });
  codePicture(coder, { height, width, pixels }, 255 / step);
  return given.map((_, i) => {
    const [row, column] = [Math.floor(i / pad.width), i % pad.width];
    return pixels[Math.floor(row / size) * width + Math.floor(column / size)] * step;
  });
}
